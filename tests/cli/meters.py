"""A Prometheus in memory, as `canary stat` and `canary check` see it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from canary.cli.shell.world import World
from canary.errors import CanaryError
from canary.evidence.increments import Arm, Astray, Interval, Stratum
from canary.metrics.meter import Secured
from canary.metrics.source import Leaves, Timing
from canary.rollout.bounds import HISTOGRAM
from tests.cli.builders import CANARY, STABLE

URL = "http://prometheus:9090"
NOW = 1_767_225_600.0
"""When the commands' clock begins."""


ASKER = {
    "job": "linkerd-proxy",
    "instance": "10.42.0.9:4191",
    "namespace": "sample-app",
    "pod": "frontend-0",
    "deployment": "frontend",
}


def arm(requests: float, failures: float = 0.0, latency: float = 15.0) -> Arm:
    """All of them took so many ms."""
    return Arm(requests, failures, requests, tuple(requests * (latency > bound) for bound in HISTOGRAM))


class Told:
    """
    A Probe; change what it says.

    Attributes:
        gone: what it raises instead of answering.
        missing: so many of the intervals are unknown.
    """

    def __init__(self) -> None:
        self.stable, self.canary = arm(900, 1), arm(100, 1, latency=25)
        self.astray: tuple[Astray, ...] = ()
        self.secured_by: Secured = {STABLE: {"": 900.0}, CANARY: {"": 100.0}}
        self.gone: CanaryError | None = None
        self.missing = 0
        self.now = NOW
        self.doubt = ""
        self.scraped = frozenset[str]()
        self.spaced: float | None = 10.0
        self.asks: tuple[Mapping[str, str], ...] = (ASKER,)
        self.opened: list[tuple[str, Timing]] = []

    def beside(self, world: World) -> World:
        """That world, with this Prometheus in it."""

        def meter(url: str, timing: Timing) -> "Told":
            self.opened.append((url, timing))
            return self

        return replace(world, meter=meter)

    def time(self) -> float:
        self._answer()
        return self.now

    def tails(self, leaves: Leaves) -> Mapping[float, float]:
        return {}

    def doubts(self, leaves: Leaves) -> str:
        self._answer()
        return self.doubt

    def secured(self, asked: Sequence[Leaves], seconds: int) -> Secured:
        self._answer()
        return self.secured_by

    def pages(self, namespace: str) -> frozenset[str]:
        self._answer()
        return self.scraped

    def spacing(self, namespace: str) -> float | None:
        self._answer()
        return self.spaced

    def askers(self, asked: Leaves) -> Sequence[Mapping[str, str]]:
        self._answer()
        return self.asks

    def increments(
        self, asked: Sequence[Leaves], first: int, last: int
    ) -> Mapping[Leaves, tuple[Interval, ...]]:
        self._answer()
        return {one: tuple(self._interval(index, first) for index in range(first, last + 1)) for one in asked}

    def _interval(self, index: int, first: int) -> Interval:
        if index < first + self.missing:
            return Interval(index, None, why="no fresh sample of 1 target(s) of client sample-app/frontend")
        strata = (Stratum(self.canary, self.stable, "sample-app/frontend"),)
        return Interval(index, strata, astray=self.astray)

    def _answer(self) -> None:
        if self.gone:
            raise self.gone
