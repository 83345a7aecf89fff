"""
How long a plan says that steps take, against the rollouts of `tests/evidence/simulation`.

Those share nothing with the plan but the evidence: traffic is drawn by numpy from each endpoint, the newest intervals are
folded onto a copy, as the daemon does it, and the clock is theirs.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from random import Random
from statistics import median

import numpy as np
import pytest

from canary.evidence import Evidence, Interval
from canary.replay.plan import Service, plan
from canary.rollout.bounds import watched
from canary.rollout.policy import Policy
from canary.rollout.policyfile import read
from canary.terms import Outcome
from tests.evidence.simulation.causes import UNIT, Independent
from tests.evidence.simulation.ladder import INTERVAL, POLICY, Ladder
from tests.evidence.simulation.latency import TAILS, Latency
from tests.evidence.simulation.traffic import Caller, Scene, drawn, intervals

RATE, HOUR, BLOCK = 0.001, 720, 12

SETTLED = 3
"""From the newest interval at a change of weights to the first that holds nothing from before it."""


class Live(Ladder):
    """As long as the daemon waits until weights are seen to be followed, and with the hour before the start."""

    def __init__(self, policy: Policy, past: Sequence[Interval]) -> None:
        super().__init__(policy)
        self.settled = HOUR + SETTLED
        specs = policy.specs(watched(policy.gates, TAILS), INTERVAL)
        self.sure = Evidence.begin(specs, policy.confidence(), policy.next_share(1), past)

    def advance(self, now: int) -> bool:
        further = super().advance(now)
        self.settled = now + SETTLED
        return further


class Stream:
    """Requests at `rps`; some intervals are drawn at once, and dropped where the share changes."""

    def __init__(self, policy: Policy, rps: float, number: int) -> None:
        self.policy, self.rps = policy, rps
        self.draw = np.random.default_rng([round(rps), number])

    def past(self) -> list[Interval]:
        return self._some(0.1, 1, HOUR)[:HOUR]

    def from_here(self, share: float, first: int) -> Iterator[Interval]:
        for block in count(first, BLOCK):
            yield from self._some(share, block, 0)

    def _some(self, share: float, first: int, history: int) -> list[Interval]:
        scene = Scene(
            callers=(Caller(self.rps, share),),
            causes=(Independent(RATE),),
            latency=Latency(bounds=tuple(watched(self.policy.gates, TAILS))),
            length=BLOCK,
            history=history,
        )
        return intervals(scene, drawn(scene, self.draw), first)


def simulated(policy: Policy, rps: float, number: int) -> list[float]:
    """Seconds on each step of one rollout."""
    stream, took, began = Stream(policy, rps, number), list[float](), HOUR
    ladder = Live(policy, stream.past())
    while len(took) < len(policy.rungs):
        arriving = stream.from_here(policy.share(ladder.step), began + 1)
        now = next(one.index for one in arriving if ladder.see(one) is Outcome.ADVANCE)
        took.append((now - began) * UNIT)
        ladder.advance(now)
        began = now
    return took


LONG = pytest.mark.full, pytest.mark.timeout(300)


@pytest.mark.parametrize(
    ("rps", "rollouts"), [pytest.param(10, 61, marks=LONG), pytest.param(100, 21, marks=LONG), (1000, 9)]
)
def test_each_step_takes_as_long_as_planned(rps: float, rollouts: int) -> None:
    """The less traffic, the more the times vary from one rollout to the next."""
    policy = read(POLICY.read_text(), POLICY.name)
    planned = plan(policy, Service.under(policy.gates, rps, RATE), INTERVAL, Random(1))
    took = [simulated(policy, rps, number) for number in range(rollouts)]
    for stage, seconds in zip(planned.stages, zip(*took, strict=True), strict=True):
        assert stage.seconds == pytest.approx(median(seconds), rel=0.25), stage.step
