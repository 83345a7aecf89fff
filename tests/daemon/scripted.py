"""Sources that follow a script: what they say depends on the interval alone, and they remember what they were asked."""

import random
from collections.abc import Callable, Mapping, Sequence

from canary.daemon.objects import Objects
from canary.daemon.shelf import Name
from canary.errors import Unavailable
from canary.evidence import Arm, Evidence, Interval, Stratum
from canary.metrics.source import Leaves
from canary.rollout.policy import Policy, Step
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Stamp
from canary.terms import Phase
from tests.rollout.builders import UNIT

POLICY = Policy(name="p", steps=(Step(share=0.1), Step(share=0.5)))
HEALTHY = Stratum(Arm(100, 0), Arm(900, 0), "shop/web")
DEAD = Stratum(Arm(100, 100), Arm(900, 0), "shop/web")

Script = Callable[[int], Interval]


def a_script(stratum: Stratum | None) -> Script:
    """The same in every interval."""
    strata = (stratum,) if stratum else None
    return lambda index: Interval(index, strata, why="unseen")


def a_varied_script(seed: int) -> Script:
    """Some failures, some bursts, a caller that comes and goes, one interval in twenty unknown."""

    def says(index: int) -> Interval:
        chance = random.Random(seed * 1_000_003 + index)
        if chance.random() < 0.05:
            return Interval(index, None, why="unseen")
        burst = 20 if chance.random() < 0.03 else 0
        halves = (Arm(450, chance.randrange(3) + burst), Arm(450, chance.randrange(3)))
        stable = Arm(900, halves[0].failures + halves[1].failures)
        strata = [Stratum(Arm(100, chance.randrange(2)), stable, "shop/web")]
        if chance.random() < 0.5:
            strata.append(Stratum(Arm(3, 0), Arm(27, chance.randrange(2)), "shop/cron"))
        return Interval(index, tuple(strata), halves)

    return says


class Counters:
    """A source that says the same about every rollout."""

    def __init__(self, says: Script | Stratum | None = HEALTHY) -> None:
        self.says = says if callable(says) else a_script(says)
        self.away = False
        self.refuses: Callable[[int, int], bool] = lambda _first, _last: False
        self.past: Mapping[float, float] = {}
        self.doubt = ""
        self.bounds: tuple[float, ...] = ()
        self.asked: list[tuple[int, int, int]] = []

    def time(self) -> float:
        return 0.0

    def tails(self, leaves: Leaves) -> Mapping[float, float]:
        if self.past is NOT_TOLD:
            raise Unavailable("Prometheus did not answer in time")
        return self.past

    def doubts(self, leaves: Leaves) -> str:
        if self.away:
            raise Unavailable("Prometheus did not answer")
        return self.doubt

    def increments(
        self, asked: Sequence[Leaves], first: int, last: int
    ) -> Mapping[Leaves, tuple[Interval, ...]]:
        self.asked.append((len(asked), first, last))
        self.bounds = asked[0].bounds
        if self.away or self.refuses(first, last):
            raise Unavailable("Prometheus did not answer")
        return {leaves: tuple(self.says(index) for index in range(first, last + 1)) for leaves in asked}


NOT_TOLD: Mapping[float, float] = {}


def a_stamp(number: int = 0, since: int = 101, settled: int | None = 102, **changes: object) -> Stamp:
    begun = Evidence.begin(POLICY.specs({}, UNIT), POLICY.confidence(), 0.5)
    return Stamp.model_validate(
        {
            "uid": f"u{number}",
            "id": "r1",
            "stable": f"v1-{number}",
            "canary": f"v2-{number}",
            "phase": Phase.PROGRESSING,
            "step": 1,
            "total": 1000,
            "policy": POLICY,
            "since": since,
            "settled": settled,
            "checkpoint": begun.checkpoint(),
            **changes,
        }
    )


class Mute:
    """Keeps no records."""

    def stored(self, seen: Snapshot, decision: Decision, stamp: Stamp) -> None: ...
    def looked(self, seen: Snapshot, objects: Objects) -> None: ...
    def gone(self, name: Name) -> None: ...
