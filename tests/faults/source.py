"""A source that counts what the weights of each interval lead to, and fails when it is told to."""

from collections.abc import Callable, Mapping, Sequence

from canary.demo.scene import CANARY
from canary.errors import Stalled, Unavailable
from canary.evidence import Arm, Interval, Stratum
from canary.metrics.source import Leaves
from tests.faults.plan import Crash, Fault

REQUESTS = 1000
"""Of one client in one interval."""

LONGEST = 60
"""Intervals that it answers at once: an hour before each start would take most of a plan's time."""

QUERIES = (
    "away", "stalled", "unknown", "newest-unknown", "nobody", "half", "clock-behind", "clock-ahead", "crash-before",
    "crash-answered",
)  # fmt: skip


class Counts:
    """
    Attributes:
        failing: part of the canary's requests that fails, from an interval on.
        dark: it does not answer.
    """

    def __init__(self, fault: Fault, now: Callable[[], float], unit: float) -> None:
        self._fault, self._now, self._unit = fault, now, unit
        self._shares: list[tuple[int, float]] = [(0, 0.0)]
        self.failing: tuple[int, float] = (0, 0.0)
        self.dark = False

    def weighed(self, share: float) -> None:
        """From the next interval on the canary gets that share."""
        self._shares.append((int(self._now() // self._unit) + 2, share))

    def fails(self, part: float) -> None:
        self.failing = (int(self._now() // self._unit) + 1, part)

    def time(self) -> float:
        happens = self._next()
        if happens.startswith("clock"):
            return self._now() + (60 if happens == "clock-ahead" else -60)
        return self._now()

    def tails(self, leaves: Leaves) -> Mapping[float, float]:
        self._next()
        return {}

    def doubts(self, leaves: Leaves) -> str:
        self._next()
        return ""

    def increments(
        self, asked: Sequence[Leaves], first: int, last: int
    ) -> Mapping[Leaves, tuple[Interval, ...]]:
        happens = self._next()
        if last - first >= LONGEST:
            raise Unavailable("the question is too dear")
        return {
            leaves: tuple(self._told(leaves, index, last, happens) for index in range(first, last + 1))
            for leaves in asked
        }

    def _next(self) -> str:
        self._fault.breathe()
        happens = self._fault.at("query")
        if happens == "crash-before":
            raise Crash
        if happens == "crash-answered":
            self._fault.dying = 1
        if happens == "away" or self.dark:
            raise Unavailable("Prometheus did not answer in time")
        if happens == "stalled":
            raise Stalled("Prometheus does not accept our credentials")
        return happens

    def _told(self, leaves: Leaves, index: int, last: int, happens: str) -> Interval:
        if happens == "unknown" or (happens == "newest-unknown" and index > last - 3):
            return Interval(index, None, why="no value")
        share = next(share for since, share in reversed(self._shares) if since <= index)
        requests = 0 if happens == "nobody" else REQUESTS // (2 if happens == "half" else 1)
        since, part = self.failing
        given = round(requests * share)
        v2 = Arm(given, round(given * part) if index >= since else 0)
        v1 = Arm(requests - given, 0)
        canary, stable = (v2, v1) if leaves.canary == CANARY else (v1, v2)
        return Interval(index, (Stratum(canary, stable, "sample-app/frontend"),))
