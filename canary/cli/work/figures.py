"""Exact counts of some intervals as people read them: success rate, requests per second, percentiles. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from canary.evidence.increments import Arm, Interval

PERCENTILES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Figures:
    """
    One backend over some time.

    Attributes:
        requests: answered, or known never to be answered.
        success: part of them that did not fail, 0-1; None where nobody asked.
        rps: requests per second.
        latencies: ms, P50, P95 and P99; None where none was timed.
    """

    requests: float
    success: float | None
    rps: float
    latencies: tuple[float | None, ...]


def figures(arms: Sequence[Arm], seconds: float, bounds: Sequence[float]) -> Figures:
    """
    Args:
        seconds: that the arms cover.
        bounds: ms, ascending, by which the arms tell what was slow.
    """
    requests, timed = sum(arm.requests for arm in arms), sum(arm.timed for arm in arms)
    slow = tuple(sum(arm.slow[number] for arm in arms if arm.slow) for number in range(len(bounds)))
    return Figures(
        requests=requests,
        success=1 - sum(arm.failures for arm in arms) / requests if requests else None,
        rps=requests / seconds if seconds else 0.0,
        latencies=tuple(percentile(timed, slow, bounds, part) for part in PERCENTILES),
    )


def arms(intervals: Iterable[Interval], *, canary: bool) -> list[Arm]:
    """One side of all that is known."""
    return [
        stratum.canary if canary else stratum.stable
        for interval in intervals
        for stratum in interval.strata or ()
    ]


def percentile(timed: float, slow: Sequence[float], bounds: Sequence[float], part: float) -> float | None:
    """
    Within how many ms `part` of the answers came, interpolated within a bucket as PromQL's `histogram_quantile` does.

    Beyond the last bound nothing can be told: then it is that bound.
    """
    if timed <= 0 or not bounds:
        return None
    rank, lower, below = part * timed, 0.0, 0.0
    for bound, slower in zip(bounds, slow, strict=True):
        within = timed - slower
        if within >= rank:
            return lower + (bound - lower) * (rank - below) / (within - below)
        lower, below = bound, within
    return bounds[-1]
