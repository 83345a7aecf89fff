"""
Which bounds of the latency histogram a rollout asks for: chosen once, at its start, and frozen in its stamp.

Proxies count responses up to fixed bounds and know nothing between them. So a limit is judged at the first bound from
it on, never at the one below: what is slower than a limit may pass unseen, what is faster must not be blamed.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias

from canary.evidence.bounds import DEFAULT, LOWEST, MOST, choose
from canary.rollout.gates import Gate, LatencyGate, ObjectiveGate
from canary.rollout.metric import MetricGate
from canary.rollout.model import format_duration

HISTOGRAM = (
    1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 20.0, 30.0, 40.0, 50.0, 100.0, 200.0, 300.0, 400.0, 500.0, 1000.0, 2000.0, 3000.0,
    4000.0, 5000.0, 10_000.0, 20_000.0, 30_000.0, 40_000.0, 50_000.0,
)  # fmt: skip
"""Milliseconds: `response_latency_ms` of every proxy (linkerd2-proxy, `linkerd/metrics/src/latency.rs`)."""

MOST_QUESTIONS = 8
"""Errors, objectives and latency bounds together: what a checkpoint of 1.2 KiB has room for."""

TAIL_DIGITS = 4
"""As the stamp keeps them."""

LATENCY_BOUND = "latency bound"

Bounds: TypeAlias = Mapping[float, float | None]
"""By bound in ms: part of stable's responses that were slower; None where only an objective looks at it."""


def watched(gates: Sequence[Gate], tails: Mapping[float, float]) -> dict[float, float | None]:
    """
    The bounds to ask for, ascending.

    Args:
        tails: for every bound the proxies have, in ms, the part of stable's responses that was slower; {} = unknown.
    """
    known = tuple(tails) or HISTOGRAM
    relative = _compared(gates, tails, known)
    found: dict[float, float | None] = {bound_from(within, known): None for within in _limits(gates)}
    found |= {bound: round(tails.get(bound, 0.0), TAIL_DIGITS) for bound in relative}
    return dict(sorted(found.items()))


def bound_from(within: timedelta, known: Iterable[float] = HISTOGRAM) -> float:
    """The first of the `known` bounds at or above `within`, in ms; the last one where it is above all."""
    ascending, wanted = sorted(known), within / timedelta(milliseconds=1)
    return ascending[min(bisect_left(ascending, wanted), len(ascending) - 1)]


def rounded(gates: Sequence[Gate]) -> tuple[str, ...]:
    """A sentence for each limit that no bound stands at."""
    return tuple(
        f"{what} {format_duration(within)} is judged at {bound_from(within):g} ms, the next bound of Linkerd's histogram"
        for what, within in _named_limits(gates)
        if bound_from(within) != within / timedelta(milliseconds=1)
    )


def beyond(gates: Sequence[Gate], bounds: Collection[float]) -> tuple[str, ...]:
    """
    A sentence for each limit above every bound that is counted.

    Args:
        bounds: those watched, ms; what no bound at or above a limit is among, nobody can tell.
    """
    last = max(bounds, default=0.0)
    return tuple(
        f"{what} {format_duration(within)} is above every latency bound that was counted (the last is {last:g} ms): "
        + (f"it is judged at {last:g} ms" if what == LATENCY_BOUND else "it was left out")
        for what, within in _named_limits(gates)
        if within / timedelta(milliseconds=1) > last
    )


def questions(gates: Sequence[Gate]) -> int:
    """How many the evidence has to answer, where as many bounds are chosen as may be."""
    gate, asked = _latency(gates), _weighed(gates)
    return asked if gate is None else asked - 1 + (len(gate.bounds) or _most_chosen(gates))


def asks_for_latency(gates: Sequence[Gate]) -> bool:
    """Whether any gate looks at latencies."""
    return _latency(gates) is not None or any(True for _ in _limits(gates))


def _compared(
    gates: Sequence[Gate], tails: Mapping[float, float], known: Sequence[float]
) -> tuple[float, ...]:
    gate = _latency(gates)
    if gate is None:
        return ()
    if gate.bounds:
        return tuple(dict.fromkeys(bound_from(bound, known) for bound in gate.bounds))
    most = _most_chosen(gates)
    return choose(tails, most) or _quickest(tails) if tails else DEFAULT[:most]


def _most_chosen(gates: Sequence[Gate]) -> int:
    return max(1, min(MOST, MOST_QUESTIONS - _weighed(gates) + 1))


def _weighed(gates: Sequence[Gate]) -> int:
    """A metric is compared with its limits: it asks nothing of the evidence."""
    return sum(not isinstance(gate, MetricGate) for gate in gates)


def _quickest(tails: Mapping[float, float]) -> tuple[float, ...]:
    """Stable is faster than the lowest bounds: the first that nearly nothing exceeds is where a slow canary shows."""
    return tuple(bound for bound in sorted(tails) if tails[bound] <= LOWEST)[:1]


def _latency(gates: Sequence[Gate]) -> LatencyGate | None:
    return next((gate for gate in gates if isinstance(gate, LatencyGate)), None)


def _limits(gates: Sequence[Gate]) -> Iterator[timedelta]:
    return (gate.within for gate in gates if isinstance(gate, ObjectiveGate) and gate.within is not None)


def _named_limits(gates: Sequence[Gate]) -> Iterator[tuple[str, timedelta]]:
    for gate in gates:
        if isinstance(gate, ObjectiveGate) and gate.within is not None:
            yield f"objective {gate.target}:", gate.within
        if isinstance(gate, LatencyGate):
            yield from ((LATENCY_BOUND, bound) for bound in gate.bounds)
