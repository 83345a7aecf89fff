"""
The part of the evidence that cannot be computed again, as compact text for an annotation.

Written at a step boundary. What is money is rounded *down* to four digits, so that evidence read back is never above
the evidence that was there. Evidence to advance is not written: it starts afresh at a boundary; moving averages refill.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Context
from typing import Any, NoReturn

from canary.errors import Invalid
from canary.evidence.account import Account, Tally
from canary.evidence.betting import BAD_GRID, HIGHEST, Purse
from canary.evidence.confidence import Confidence
from canary.evidence.dispersion import LONG, SHORT, Dispersion, Scale
from canary.evidence.gates import Gate
from canary.evidence.plausible import MOST
from canary.evidence.state import State, Step
from canary.evidence.verdict import Verdict
from canary.terms import Outcome

VERSION = 1
DIGITS = 4
DOWN = Context(prec=DIGITS, rounding=ROUND_FLOOR)
NEAR = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN)


def write(state: State) -> str:
    """As JSON without spaces; `read` takes it back."""
    condemned = state.condemned
    content: dict[str, Any] = {
        "v": VERSION,
        "i": state.through,
        "n": state.step.next_share,
        "g": [_write_account(account) for account in state.accounts],
    }
    if condemned is not None:
        content["r"] = [condemned.reason, condemned.message, condemned.evidence]
    return json.dumps(content, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def read(gates: Sequence[Gate], confidence: Confidence, text: str) -> State:
    """
    The evidence at the boundary where `text` was written, for the same gates in the same order.

    Raises:
        Invalid: not a checkpoint, a number that is none, or another number of gates.
    """
    try:
        content = json.loads(text, parse_constant=_refuse)
        return _read_state(gates, confidence, content)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise Invalid(
            f"the evidence checkpoint cannot be read: {error}",
            hint="without it the evidence of this rollout starts again",
        ) from error


def _write_account(account: Account) -> list[Any]:
    purse, tally, dispersion = account.purse, account.tally, account.dispersion
    return [
        int(purse.started),
        [_floor(value) for value in (purse.kept, *purse.wealth)],
        [_round(value) for value in _sums(tally)],
        tally.bad_intervals,
        int(dispersion.paired),
        _write_scale(dispersion.short),
        _write_scale(dispersion.long),
    ]


def _write_scale(scale: Scale) -> list[float]:
    learned = [_round(scale.excess), _round(scale.expected)]
    under_way = [scale.filled, *(_round(value) for value in scale.block)]
    return learned + under_way if scale.filled else learned


def _read_state(gates: Sequence[Gate], confidence: Confidence, content: dict[str, Any]) -> State:
    if content["v"] != VERSION:
        raise ValueError(f"version {content['v']!r:.40} instead of {VERSION}")
    if len(content["g"]) != len(gates):
        raise ValueError(f"written for {len(content['g'])} gates, not {len(gates)}")
    step = Step(None if content["n"] is None else _number(content["n"]))
    allowance = step.allowance(confidence)
    accounts = [
        _read_account(Account.open(gate, allowance), written)
        for gate, written in zip(gates, content["g"], strict=True)
    ]
    return State(
        confidence,
        tuple(accounts),
        step,
        through=_whole(content["i"]),
        condemned=_read_condemned(content.get("r")),
    )


def _read_account(fresh: Account, written: list[Any]) -> Account:
    started, money, sums, bad_intervals, paired, short, long = written
    kept, *wealth = _numbers(money, 1 + len(BAD_GRID))
    bursts = _read_scale(SHORT, short), _read_scale(LONG, long)
    return replace(
        fresh,
        purse=Purse(kept, tuple(wealth), bool(_whole(started))),
        tally=_read_tally(sums, bad_intervals),
        dispersion=Dispersion(bool(_whole(paired)), *bursts),
    )


def _read_tally(sums: object, bad_intervals: object) -> Tally:
    requests, bad, stable_requests, stable_bad, expected = _numbers(sums, 5)
    return Tally(requests, bad, stable_requests, stable_bad, expected, _whole(bad_intervals))


def _read_scale(size: int, written: list[Any]) -> Scale:
    excess, expected, *under_way = _numbers(written, 2 if len(written) == 2 else 7)
    if not under_way:
        return Scale(size, excess, expected)
    one, bad_of_one, other, bad_of_other = under_way[1:]
    return Scale(size, excess, expected, _whole(written[2]), (one, bad_of_one, other, bad_of_other))


def _read_condemned(written: list[Any] | None) -> Verdict | None:
    if written is None:
        return None
    reason, message, evidence = written
    return Verdict(Outcome.ROLLBACK, str(reason), str(message), _number(evidence))


def _sums(tally: Tally) -> tuple[float, ...]:
    return tally.requests, tally.bad, tally.stable_requests, tally.stable_bad, tally.expected


def _floor(value: float) -> float:
    """Four significant digits, never above; what has four already stays, although binary fractions fall a hair short."""
    near = _round(value)
    return near if near <= value else _round(value, DOWN)


def _round(value: float, context: Context = NEAR) -> float:
    """Four significant digits."""
    rounded = float(context.create_decimal_from_float(value))
    return int(rounded) if rounded.is_integer() and rounded < MOST else rounded


def _numbers(values: object, count: int) -> list[float]:
    if not isinstance(values, list) or len(values) != count:
        raise ValueError(f"{count} numbers expected")
    return [_number(value) for value in values]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= HIGHEST:
        raise ValueError(f"{value!r:.40} is not a number of at least 0")
    return float(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
        raise ValueError(f"{value!r:.40} is not a whole number of at least 0")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")
