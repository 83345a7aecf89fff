"""
Whole rollouts on a policy's ladder: what evidence and bakes alone make of it.

As in the daemon: the newest two intervals are provisional, weights that change take effect in the next interval, and the
mesh is taken to follow at once.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from pathlib import Path
from zlib import crc32

import numpy as np

from canary.evidence import Bake, Evidence, Interval
from canary.rollout.bounds import watched
from canary.rollout.policy import Policy
from canary.rollout.policyfile import read
from canary.terms import Outcome
from tests.evidence.simulation.causes import UNIT, Independent
from tests.evidence.simulation.latency import TAILS, Latency
from tests.evidence.simulation.promises import End, Promise, Promoted, Tested, Told
from tests.evidence.simulation.tables import Table
from tests.evidence.simulation.traffic import Caller, Scene, drawn, intervals

POLICY = Path(__file__).parents[3] / "policies" / "standard.yaml"

INTERVAL = timedelta(seconds=UNIT)

PROVISIONAL = 2

PATIENCE = 1440
"""Intervals after which nobody waits any more: two hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """
    Attributes:
        rate: of stable's failures.
        worse: added to it for the canary.
    """

    rps: float
    rate: float
    worse: float
    promise: Promise
    short: bool = True
    times: int = 1
    table: Table = Table.LADDER

    @property
    def what(self) -> str:
        return f"{self.worse:.0%} more fail" if self.worse else "healthy"

    @property
    def traffic(self) -> str:
        return f"{self.rps:g} rps"

    @property
    def name(self) -> str:
        return f"standard policy, {self.what}, {self.rate:.1%} of stable's, {self.traffic}"

    def run(self, number: int) -> End:
        """The rollout of that number, always the same."""
        return climb(self, read(POLICY.read_text(), POLICY.name), number)

    def scene(self, share: float, bounds: tuple[float, ...]) -> Scene:
        """One interval."""
        return Scene(
            callers=(Caller(self.rps, share),),
            causes=(Independent(self.rate),),
            regression=(Independent(self.worse),),
            latency=Latency(bounds=bounds) if bounds else None,
            length=1,
        )


class Ladder:
    """One rollout under way."""

    def __init__(self, policy: Policy) -> None:
        self.policy, self.step, self.settled = policy, 1, 2
        bounds = watched(policy.gates, TAILS)
        self.bounds = tuple(bounds)
        self.sure = Evidence.begin(policy.specs(bounds, INTERVAL), policy.confidence(), policy.next_share(1))
        self.newest: deque[Interval] = deque()
        self.untested = 0

    def see(self, interval: Interval) -> Outcome:
        """One more interval, and what is made of it."""
        self.newest.append(interval)
        if len(self.newest) > PROVISIONAL:
            final = self.newest.popleft()
            self.sure = self.sure.feed(final, settled=final.index >= self.settled)
        ahead = self.sure
        for new in self.newest:
            ahead = ahead.feed(new, settled=False)
        return ahead.judge(self.bake()).outcome

    def advance(self, now: int) -> bool:
        """To the next rung; False if there is none."""
        self.untested += self.sure.requests < self.policy.min_requests
        self.step += 1
        if self.step > len(self.policy.rungs):
            return False
        self.sure = self.sure.new_step(self.policy.next_share(self.step))
        self.settled = now + 3
        return True

    def bake(self) -> Bake:
        """Of the present rung."""
        rung = self.policy.rungs[self.step - 1]
        return Bake(
            min_intervals=ceil(rung.bake.min / INTERVAL),
            max_intervals=ceil(rung.bake.max / INTERVAL),
            min_requests=self.policy.min_requests,
            control=rung.share < 1,
        )


def climb(cell: Climb, policy: Policy, number: int) -> End:
    """Until it is promoted, rolled back, or a person is needed."""
    draw = np.random.default_rng([crc32(cell.name.encode()), number])
    ladder, failed = Ladder(policy), 0
    for now in range(1, PATIENCE + 1):
        scene = cell.scene(policy.share(ladder.step), ladder.bounds)
        counts = drawn(scene, draw)
        failed += int(counts[0].failures[0, 0])
        outcome = ladder.see(intervals(scene, counts, now)[0])
        if outcome is Outcome.ROLLBACK:
            return End(now * UNIT, failed, untested=ladder.untested)
        if outcome is Outcome.TOO_QUIET:
            break
        if outcome is Outcome.ADVANCE and not ladder.advance(now):
            return End(None, failed, promoted=now * UNIT, untested=ladder.untested)
    return End(None, failed, untested=ladder.untested)


def rollouts() -> Iterator[Climb]:
    """Good and bad ones, at much and little traffic."""
    yield Climb(rps=500, rate=0.001, worse=0, promise=Promoted(0.5, 300))
    yield Climb(rps=50, rate=0.001, worse=0, promise=Told(), short=False)
    yield Climb(rps=5, rate=0.001, worse=0, promise=Told(), short=False)
    yield Climb(rps=1, rate=0.0, worse=0.02, promise=Tested(), short=False)
    yield Climb(rps=4, rate=0.0, worse=0.02, promise=Tested(), short=False)
    yield Climb(rps=500, rate=0.001, worse=1, promise=Tested(), short=False)
    yield Climb(rps=500, rate=0.001, worse=0.01, promise=Tested(), short=False)
