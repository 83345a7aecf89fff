"""The traffic of one rollout: who asks how often, what fails, what is slow, as the intervals the product is fed with."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from canary.evidence import Arm, Interval, Stratum
from tests.evidence.simulation.causes import UNIT, Cause, Counts, Layout
from tests.evidence.simulation.latency import Latency

HALF_HOUR = 360
"""Intervals of a rollout, unless told otherwise."""

MINUTE = 12


@dataclass(frozen=True, slots=True)
class Caller:
    """
    A client workload: what it asks for per second, and which share of that goes to the canary.

    Attributes:
        causes: of failures of its requests alone, whoever answers.
    """

    rps: float
    share: float
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """
    Attributes:
        causes: of failures in either version.
        regression: of failures of the canary alone.
        latency: None: nobody measures it.
        endpoints: of the canary and of stable.
        history: intervals before the start that the product may learn from; all traffic is stable's then.
        length: intervals of the rollout.
        onset: seconds into the rollout at which the regression begins; detection is counted from there.
    """

    callers: tuple[Caller, ...]
    causes: tuple[Cause, ...] = ()
    regression: tuple[Cause, ...] = ()
    latency: Latency | None = None
    endpoints: tuple[int, int] = (1, 9)
    history: int = 0
    length: int = HALF_HOUR
    onset: float = 0.0

    @property
    def canary(self) -> int:
        """Its endpoints."""
        return self.endpoints[0]

    @property
    def halved(self) -> bool:
        """Stable has endpoints enough for two halves."""
        return self.endpoints[1] > 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """
    Counts of one caller; rows: the canary, one half of the stable endpoints, the other; columns: intervals.

    Attributes:
        slow: has the bounds as a third dimension; None where latency is not measured.
    """

    requests: Counts
    failures: Counts
    slow: Counts | None


def drawn(scene: Scene, draw: np.random.Generator) -> list[Drawn]:
    """One per caller; columns of the history come first."""
    return [_drawn(scene, caller, draw) for caller in scene.callers]


def _drawn(scene: Scene, caller: Caller, draw: np.random.Generator) -> Drawn:
    requests, layout = _requests(scene, caller, draw), Layout(scene.canary, scene.history)
    failures = np.zeros_like(requests)
    for cause in (*scene.causes, *caller.causes):
        failures += cause.failures(draw, requests, layout)
    for cause in scene.regression:
        failures[: scene.canary] += cause.failures(draw, requests[: scene.canary], layout)
    slow = None
    if scene.latency is not None:
        slow = _grouped(scene, scene.latency.slow(draw, requests, layout))
    return Drawn(_grouped(scene, requests), _grouped(scene, np.minimum(failures, requests)), slow)


def _requests(scene: Scene, caller: Caller, draw: np.random.Generator) -> Counts:
    """Arrivals are Poisson, spread evenly over the endpoints of a version."""
    share = np.where(np.arange(scene.history + scene.length) < scene.history, 0.0, caller.share)
    canary, stable = scene.endpoints
    each = caller.rps * UNIT * np.array([share / canary, (1 - share) / stable])
    return draw.poisson(np.repeat(each, scene.endpoints, axis=0))


def _grouped(scene: Scene, rows: Counts) -> Counts:
    if not scene.halved:
        return np.stack([rows[: scene.canary].sum(axis=0), rows[-1], np.zeros_like(rows[-1])])
    half = scene.canary + (scene.endpoints[1] + 1) // 2
    grouped: Counts = np.add.reduceat(rows, [0, scene.canary, half], axis=0)
    return grouped


def intervals(scene: Scene, counts: list[Drawn], first: int = 1) -> list[Interval]:
    """As the product sees them, numbered from `first` on; the first `scene.history` are the past."""
    groups = [list(_arms(caller)) for caller in counts]
    return [
        _interval(scene, first + column, [group[column] for group in groups], column >= scene.history)
        for column in range(scene.history + scene.length)
    ]


def _arms(caller: Drawn) -> Iterator[list[Arm]]:
    """For each interval the arms of the three rows."""
    requests, failures = caller.requests.T.tolist(), caller.failures.T.tolist()
    if caller.slow is None:
        for asked, failed in zip(requests, failures, strict=True):
            yield [Arm(*row, timed=row[0]) for row in zip(asked, failed, strict=True)]
        return
    slow = caller.slow.transpose(1, 0, 2).tolist()
    for asked, failed, late in zip(requests, failures, slow, strict=True):
        yield [Arm(*row[:2], row[0], tuple(row[2])) for row in zip(asked, failed, late, strict=True)]


def _interval(scene: Scene, index: int, callers: list[list[Arm]], started: bool) -> Interval:
    one, other = _sum([arms[1] for arms in callers]), _sum([arms[2] for arms in callers])
    strata = tuple([Stratum(arms[0], _sum(arms[1:])) for arms in callers])
    halves = (one, other) if scene.halved else None
    return Interval(index, strata, halves, endpoints=scene.canary if started else 0)


def _sum(arms: list[Arm]) -> Arm:
    if len(arms) == 1:
        return arms[0]
    return Arm(
        sum([arm.requests for arm in arms]),
        sum([arm.failures for arm in arms]),
        sum([arm.timed for arm in arms]),
        tuple(map(sum, zip(*[arm.slow for arm in arms], strict=True))),
    )
