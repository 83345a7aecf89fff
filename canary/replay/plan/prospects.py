"""Whether there is enough traffic for a policy: a few healthy rollouts, without what each step would catch."""

from collections import defaultdict
from datetime import timedelta

from canary.replay.plan.climb import Climb, Left
from canary.replay.plan.dice import Dice
from canary.replay.plan.forecast import HISTORY
from canary.replay.plan.traffic import Service, Traffic
from canary.rollout.bounds import asks_for_latency, watched
from canary.rollout.checkup.facts import Prospect
from canary.rollout.policy import Policy

RUNS = 7
"""Enough to tell a step that mostly finds something sure from one that mostly does not."""


def prospects(policy: Policy, service: Service, unit: timedelta, dice: Dice) -> tuple[Prospect, ...]:
    """For each step that is reached, the part of these rollouts that leaves it undecided."""
    bounds = watched(policy.gates, service.tails()) if asks_for_latency(policy.gates) else {}
    climb = Climb(policy, Traffic(service, unit.total_seconds(), tuple(bounds), dice))
    begun = climb.begun(policy.specs(bounds, unit), round(HISTORY / unit))
    left: dict[int, list[Left]] = defaultdict(list)
    for _ in range(RUNS):
        for step, (_, stay) in enumerate(climb.steps(begun), 1):
            left[step].append(stay.left)
    return tuple(
        Prospect(step, policy.share(step), sum(one is Left.UNDECIDED for one in ways) / len(ways))
        for step, ways in sorted(left.items())
    )
