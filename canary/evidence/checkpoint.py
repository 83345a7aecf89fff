"""
The part of the evidence that cannot be computed again, as compact text for an annotation.

Written at a step boundary. What is money is rounded *down* to four digits, so that evidence read back is never above
the evidence that was there. Some things are not written: evidence to advance starts afresh at a boundary, moving
averages refill, and the blocks of intervals from which burstiness is being learned are closed early, so they are a bit
shorter than usual. The sentence of a verdict is made again from the counts.

What was learned of bursts is rounded to the careful side: K read back is never smaller, and larger by 2 in 1000 at most.
A gate is one flat list of at most 137 bytes, 146 with the bounded bet, so that two gates and six bounds stay below 1.2 KiB:

    {"v":4, "i":[through, seen], "n":next share, "w":[first asked, grew, endpoints], "r":[reason, evidence] if condemned,
     "g":[[flags, bad intervals, kept, four wealths, five sums of the tally, excess, expected, blocks of the short scale,
           of the long scale, wealth of the bounded bet where there is one], …]}
"""

import json
from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any, NoReturn

from canary.errors import Invalid
from canary.evidence import explain
from canary.evidence.account import Account
from canary.evidence.confidence import Confidence
from canary.evidence.dispersion import Dispersion, Scale
from canary.evidence.figures import above, figure, money, number, numbers, whole
from canary.evidence.gates import Gate
from canary.evidence.purse import Purse
from canary.evidence.state import State, Step, odds
from canary.evidence.tally import Tally
from canary.evidence.verdict import Verdict
from canary.evidence.warmth import Warmth
from canary.terms import Outcome

VERSION = 4
STARTED, PAIRED = 1, 2
"""Flags of a gate."""


def write(state: State) -> str:
    """As JSON without spaces; `read` takes it back."""
    share, condemned = state.step.next_share, state.condemned
    parts = [
        f'"v":{VERSION}',
        f'"i":[{state.through},{state.seen}]',
        f'"n":{"null" if share is None else figure(share)}',
        f'"w":{_list(map(str, state.warmth))}',
        f'"g":{_list(_write_account(account, state.confidence.dilution) for account in state.accounts)}',
    ]
    if condemned is not None:
        parts.append(f'"r":["{condemned.reason}",{money(condemned.evidence)}]')
    return "{" + ",".join(parts) + "}"


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


def _write_account(account: Account, dilution: float) -> str:
    purse, tally, dispersion = account.purse, account.tally, account.dispersion.closed(dilution)
    flags = purse.started * STARTED + dispersion.paired * PAIRED
    return _list(
        (
            str(flags),
            str(tally.bad_intervals),
            *map(money, (purse.kept, *purse.wealth)),
            *map(figure, tally[:-1]),
            *_careful(dispersion.short),
            *_careful(dispersion.long),
            *[money(purse.steady)] * account.steady,
        )
    )


def _careful(scale: Scale) -> tuple[str, str, str]:
    """Larger bursts, fewer expected failures, more blocks: each makes K larger, now or when smaller bursts are seen."""
    return above(scale.excess), money(scale.expected), str(ceil(scale.blocks))


def _list(parts: Iterable[str]) -> str:
    return f"[{','.join(parts)}]"


def _read_state(gates: Sequence[Gate], confidence: Confidence, content: dict[str, Any]) -> State:
    if content["v"] != VERSION:
        raise ValueError(f"version {content['v']!r:.40} instead of {VERSION}")
    if len(content["g"]) != len(gates):
        raise ValueError(f"written for {len(content['g'])} gates, not {len(gates)}")
    step = Step(None if content["n"] is None else number(content["n"]))
    allowance = step.allowance(confidence)
    accounts = tuple(
        _read_account(Account.open(gate, allowance), written)
        for gate, written in zip(gates, content["g"], strict=True)
    )
    first, grew, endpoints = content["w"]
    warmth = Warmth(whole(first), whole(grew), whole(endpoints))
    through, seen = map(whole, content["i"])
    state = State(confidence, accounts, step, odds(accounts), through, warmth=warmth, seen=seen)
    return state._replace(condemned=_condemned(state, content["r"])) if "r" in content else state


def _read_account(fresh: Account, written: list[Any]) -> Account:
    flags, bad_intervals = map(whole, written[:2])
    kept, a, b, c, d, *rest = numbers(written[2:], 16 + fresh.steady)
    requests, bad, stable_requests, stable_bad, expected, *rest = rest
    short, long, steady = Scale.of(*rest[:3]), Scale.of(*rest[3:6]), sum(rest[6:])
    return fresh._replace(
        purse=Purse.of(kept, (a, b, c, d), bool(flags & STARTED), steady),
        tally=Tally(requests, bad, stable_requests, stable_bad, expected, bad_intervals),
        dispersion=Dispersion(bool(flags & PAIRED), short, long),
    )


def _condemned(state: State, written: list[Any]) -> Verdict:
    reason, evidence = written
    return Verdict(Outcome.ROLLBACK, str(reason), explain.against(state), number(evidence))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")
