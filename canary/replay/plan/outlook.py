"""How long a step that is under way still takes, from the evidence that there is."""

from datetime import timedelta
from statistics import median
from typing import NamedTuple

from canary.evidence import Evidence
from canary.replay.plan.climb import Climb, Left
from canary.replay.plan.dice import Dice
from canary.replay.plan.traffic import Service, Traffic
from canary.rollout.boundary import bake_at
from canary.rollout.stamp import Stamp

RUNS, MOST = 25, 10_000
"""Futures to make up, and intervals of all of them together: a second or two of work."""

FEWEST = 5


class Outlook(NamedTuple):
    """
    Attributes:
        seconds: half of the futures have left the step by then.
        undecided: part of them for which another longest bake is over before anything is sure.
        taken_back: part of them that is rolled back, healthy as they are.
    """

    seconds: float
    undecided: float
    taken_back: float


def outlook(stamp: Stamp, evidence: Evidence, unit: timedelta, dice: Dice) -> Outlook | None:
    """None where nothing is known of the traffic, or nothing is on trial."""
    service = _service(stamp, evidence, unit)
    if stamp.policy is None or service is None:
        return None
    climb = Climb(stamp.policy, Traffic(service, unit.total_seconds(), tuple(sorted(stamp.bounds)), dice))
    longest = bake_at(stamp.policy, stamp.step, unit).max_intervals
    runs = max(FEWEST, min(RUNS, MOST // longest))
    stays = [climb.stay(stamp.step, evidence, settling=0)[1] for _ in range(runs)]
    return Outlook(
        median(stay.seconds for stay in stays),
        sum(stay.left is Left.UNDECIDED for stay in stays) / runs,
        sum(stay.left is Left.ROLLED_BACK for stay in stays) / runs,
    )


def _service(stamp: Stamp, evidence: Evidence, unit: timedelta) -> Service | None:
    """Of all intervals of the rollout so far; slow answers as they were at its start, where objectives alone look as none."""
    errors = next((account for account in evidence.accounts if account.gate.kind == "errors"), None)
    if errors is None or not errors.tally.stable_requests or not evidence.seen:
        return None
    every = errors.tally.requests + errors.tally.stable_requests
    bursts = errors.dispersion.short.burst, errors.dispersion.long.burst
    return Service(
        rps=every / (evidence.seen * unit.total_seconds()),
        rate=min(1.0, errors.tally.stable_bad / errors.tally.stable_requests),
        burst=max(1.0, *bursts),
        measured=tuple((bound, tail or 0.0) for bound, tail in sorted(stamp.bounds.items())),
    )
