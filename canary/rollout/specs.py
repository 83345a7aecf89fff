"""Gates of a policy as the evidence ring judges them: one question each, and its part of the error budget."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil

from canary.evidence import AnyGate, Errors, Latency, LatencyObjective, Objective
from canary.rollout.bounds import Bounds
from canary.rollout.gates import WARMUP, ErrorsGate, Gate, LatencyGate, ObjectiveGate

SHARES = {"errors": 0.40, "objective": 0.10, "latency": 0.50}
"""
Parts of alpha by kind, spread evenly over the questions of that kind. Latency has most since it asks most; objectives
have little since they are absolute: what breaks them soon is worse than stable, too.
"""


def specs(gates: Sequence[Gate], bounds: Bounds, unit: timedelta) -> tuple[AnyGate, ...]:
    """
    All questions, their parts of alpha scaled up to a whole: none lies idle.

    Args:
        bounds: as they were frozen at the start; a gate that looks at none of them asks nothing.
        unit: length of an interval.
    """
    asked = [spec for gate in gates for spec in _questions(gate, gates, bounds, unit)]
    kinds = [spec.kind for spec in asked]
    total = sum(SHARES[kind] for kind in dict.fromkeys(kinds))
    return tuple(replace(spec, weight=SHARES[spec.kind] / kinds.count(spec.kind) / total) for spec in asked)


def _questions(gate: Gate, gates: Sequence[Gate], bounds: Bounds, unit: timedelta) -> Iterator[AnyGate]:
    warmup = ceil(_warmup(gates) / unit)
    match gate:
        case ErrorsGate():
            yield Errors(ratio=gate.ratio, margin=gate.margin)
        case ObjectiveGate(within=None):
            yield Objective(margin=gate.allowed)
        case ObjectiveGate():
            yield from _within(gate, bounds, warmup)
        case LatencyGate():
            yield from _compared(gate, bounds, warmup)


def _within(gate: ObjectiveGate, bounds: Bounds, warmup: int) -> Iterator[LatencyObjective]:
    limit = gate.within / timedelta(milliseconds=1) if gate.within else 0.0
    for position, bound in enumerate(sorted(bounds)):
        if bound >= limit:
            yield LatencyObjective(
                bound=position, bound_ms=bound, within_ms=limit, margin=gate.allowed, warmup=warmup
            )
            return


def _compared(gate: LatencyGate, bounds: Bounds, warmup: int) -> Iterator[Latency]:
    for position, bound in enumerate(sorted(bounds)):
        tail = bounds[bound]
        if tail is not None:
            yield Latency(
                bound=position,
                bound_ms=bound,
                tail=tail,
                ratio=gate.ratio,
                margin=gate.margin,
                warmup=warmup,
            )


def _warmup(gates: Sequence[Gate]) -> timedelta:
    """A version that has just started is slow, whichever gate asks."""
    return next((gate.warmup for gate in gates if isinstance(gate, LatencyGate)), WARMUP)
