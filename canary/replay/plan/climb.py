"""
One rollout that is made up, step by step: the policy's ladder and the product's evidence, live in all that takes time.

As in the daemon, the newest intervals may be revised, so they roll back and never advance; and an interval counts for the
canary only once it holds nothing from before the weights changed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from canary.evidence import AnyGate, Bake, Evidence, Verdict
from canary.replay.plan.traffic import HEALTHY, Regression, Traffic
from canary.rollout.boundary import FOLLOWED, PROVISIONAL, bake_at
from canary.rollout.policy import Policy
from canary.terms import Outcome

SETTLING = FOLLOWED - 1
"""Intervals after a change of weights whose counts still reach back before it."""


class Left(StrEnum):
    """How a step is left."""

    ADVANCED = "advanced"
    UNDECIDED = "undecided"
    ROLLED_BACK = "rolledBack"


class Stay(NamedTuple):
    """
    One step of one rollout.

    Attributes:
        seconds: from one change of weights to the next.
        requests: the canary's, in that time.
        by: what ended it: `bake.min`, `evidence`, `bake.max`.
    """

    seconds: float
    requests: float
    left: Left
    by: str


@dataclass(frozen=True, slots=True)
class Climb:
    """A policy on a service; made-up rollouts are drawn from it."""

    policy: Policy
    traffic: Traffic

    @property
    def unit(self) -> timedelta:
        """Length of an interval."""
        return timedelta(seconds=self.traffic.seconds)

    def begun(self, specs: Sequence[AnyGate], history: int) -> Evidence:
        """At the start, with what so many intervals before it told: each rollout has a past of its own."""
        past = [self.traffic.interval(index, 0.0) for index in range(1, history + 1)]
        return Evidence.begin(specs, self.policy.confidence(), self.policy.next_share(1), past)

    def steps(self, evidence: Evidence) -> Iterator[tuple[Evidence, Stay]]:
        """A healthy rollout: for each step the evidence on entering it, and the stay. Where it stops, a person goes on."""
        for step in range(1, len(self.policy.rungs) + 1):
            entered = evidence
            evidence, stay = self.stay(step, evidence)
            yield entered, stay
            if stay.left is Left.ROLLED_BACK:
                return

    def stay(
        self, step: int, evidence: Evidence, regression: Regression = HEALTHY, settling: int = SETTLING
    ) -> tuple[Evidence, Stay]:
        """
        One step, from the evidence on entering it to the evidence on entering the next.

        Args:
            settling: intervals that do not count for the canary yet; 0 where it has stood there for some.
        """
        bake, share, requests = bake_at(self.policy, step, self.unit), self.policy.share(step), 0.0
        longest = bake.max_intervals + SETTLING
        for number in range(1, longest + 1):
            interval = self.traffic.interval(evidence.through + 1, share, regression)
            requests += sum(stratum.canary.requests for stratum in interval.strata or ())
            evidence = evidence.feed(interval, settled=number > settling)
            verdict = evidence.judge(bake)
            if verdict.outcome is Outcome.ROLLBACK:
                return evidence, self._stay(number, requests, Left.ROLLED_BACK, "evidence")
            if verdict.outcome is Outcome.ADVANCE or number == longest:
                return self._leave(step, evidence, regression, Seen(number, requests, verdict, bake))
        raise AssertionError("a step that never ends")

    def _leave(
        self, step: int, evidence: Evidence, regression: Regression, seen: "Seen"
    ) -> tuple[Evidence, Stay]:
        """The newest intervals become final while the next ones are seen, which may still roll back."""
        requests = seen.requests
        left = Left.ADVANCED if seen.verdict.outcome is Outcome.ADVANCE else Left.UNDECIDED
        evidence = evidence.new_step(self.policy.next_share(step + 1))
        for late in range(1, PROVISIONAL + 1):
            interval = self.traffic.interval(evidence.through + 1, self.policy.share(step), regression)
            requests += sum(stratum.canary.requests for stratum in interval.strata or ())
            evidence = evidence.feed(interval, settled=False)
            if evidence.condemned:
                return evidence, self._stay(seen.number + late, requests, Left.ROLLED_BACK, "evidence")
        return evidence, self._stay(seen.number + PROVISIONAL, requests, left, seen.by)

    def _stay(self, intervals: int, requests: float, left: Left, by: str) -> Stay:
        return Stay(intervals * self.traffic.seconds, requests, left, by)


class Seen(NamedTuple):
    """What ends a step, in which of its intervals."""

    number: int
    requests: float
    verdict: Verdict
    bake: Bake

    @property
    def by(self) -> str:
        """What it had waited for."""
        if self.verdict.reason != "WithinMargin":
            return "bake.max"
        return "bake.min" if self.number <= self.bake.min_intervals + SETTLING else "evidence"
