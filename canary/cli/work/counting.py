"""What of a route is asked of a source of counts, and from where."""

from collections.abc import Sequence
from dataclasses import dataclass

from canary.evidence.increments import Interval
from canary.metrics.meter import Meter
from canary.metrics.source import Leaves, Timing
from canary.rollout.boundary import PROVISIONAL
from canary.rollout.bounds import HISTOGRAM
from canary.routes.route import Route


@dataclass(frozen=True, slots=True)
class Window:
    """
    Some whole intervals of a source's clock.

    Attributes:
        until: Unix seconds at which they end.
        told: by pair of backends.
        asked: how many intervals.
    """

    until: float
    seconds: int
    asked: int
    told: dict[Leaves, tuple[Interval, ...]]

    @property
    def known(self) -> int:
        return min((sum(one.strata is not None for one in told) for told in self.told.values()), default=0)

    @property
    def why(self) -> str:
        """Why some of them are not known; "" where all are."""
        return next((one.why for told in self.told.values() for one in told if one.strata is None), "")


def pairs(route: Route) -> tuple[Leaves, ...]:
    """All backends, the first one beside each other: sources count by pairs."""
    first, *others = route.weights
    apex = "" if route.apex in route.weights else route.apex
    return tuple(Leaves(route.namespace, first, one, HISTOGRAM, apex=apex) for one in others or [first])


def newest(meter: Meter, timing: Timing) -> int:
    """
    The last interval that no late scrape changes any more.

    Raises:
        Unavailable, Stalled: as `Source`.
    """
    return int(meter.time()) // timing.interval - PROVISIONAL


def window(meter: Meter, asked: Sequence[Leaves], timing: Timing, last: int, seconds: int) -> Window:
    """
    The intervals up to `last` that make up at least so many seconds.

    Raises:
        Unavailable, Stalled: as `Source`.
    """
    count = -(-seconds // timing.interval)
    told = meter.increments(asked, last - count + 1, last)
    return Window(last * timing.interval, count * timing.interval, count, dict(told))
