"""What the proxies saw of both versions lately."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from canary.demo.lockstep import UNIT
from canary.demo.play import Play
from canary.demo.scene import CANARY, NAMESPACE, SPLIT, STABLE
from canary.errors import Unavailable
from canary.evidence import Interval
from canary.evidence.increments import Arm
from canary.metrics.source import Leaves

BOUNDS = (1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 20.0, 30.0, 40.0, 50.0, 100.0, 200.0, 300.0, 400.0, 500.0, 1000.0)
"""Of the proxies' latency histogram, in ms."""

LATELY = 6
"""Intervals that success and latency are of: half a minute."""


class Figures(NamedTuple):
    """
    One version, lately.

    Attributes:
        weight: on the route.
        asked, observed: its share of traffic, 0-1, by the route and by the proxies' newest interval; None = not known.
        rate: requests per second in the newest interval.
        success: 0-1; None where nobody asked.
        p50, p99: ms, read off the histogram.
    """

    service: str
    weight: int
    asked: float
    observed: float | None
    rate: float
    success: float | None
    p50: float | None
    p99: float | None


def lately(play: Play) -> tuple[Figures, Figures]:
    """Stable's, then the canary's."""
    route = play.show.daemon.copy.routes.get((NAMESPACE, SPLIT))
    intervals = _lately(play)
    newest = _sums(intervals[-1:])
    whole = sum(arm.requests for arm in newest)
    figures = []
    for service, arm, now in zip((STABLE, CANARY), _sums(intervals), newest, strict=True):
        figures.append(
            Figures(
                service=service,
                weight=(route.weights.get(service) if route else None) or 0,
                asked=(route.share(service) if route else None) or 0.0,
                observed=now.requests / whole if whole else None,
                rate=now.requests / UNIT,
                success=1 - arm.failures / arm.requests if arm.requests else None,
                p50=_quantile(arm, 0.5),
                p99=_quantile(arm, 0.99),
            )
        )
    return figures[0], figures[1]


def _lately(play: Play) -> Sequence[Interval]:
    """Those of the newest that are known."""
    last = int(play.show.clock.now().timestamp() // UNIT)
    leaves = Leaves(NAMESPACE, STABLE, CANARY, BOUNDS)
    try:
        found = play.show.source.increments((leaves,), last - LATELY + 1, last)[leaves]
    except Unavailable:
        return ()
    return [interval for interval in found if interval.strata is not None]


def _sums(intervals: Iterable[Interval]) -> tuple[Arm, Arm]:
    """Stable, then canary."""
    strata = [stratum for interval in intervals for stratum in interval.strata or ()]
    return _sum(stratum.stable for stratum in strata), _sum(stratum.canary for stratum in strata)


def _sum(arms: Iterable[Arm]) -> Arm:
    total = Arm(slow=(0.0,) * len(BOUNDS))
    for arm in arms:
        slow = tuple(one + other for one, other in zip(total.slow, arm.slow or total.slow, strict=True))
        total = Arm(
            total.requests + arm.requests, total.failures + arm.failures, total.timed + arm.timed, slow
        )
    return total


def _quantile(arm: Arm, q: float) -> float | None:
    """Between two bounds as if answers were spread evenly; the last bound where it is above all."""
    if not arm.timed:
        return None
    slower, below = arm.timed, 0.0
    for bound, slow in zip(BOUNDS, arm.slow, strict=True):
        if slow <= (1 - q) * arm.timed:
            return below + (bound - below) * (slower - (1 - q) * arm.timed) / (slower - slow)
        slower, below = slow, bound
    return BOUNDS[-1]
