"""Between the stamp and the evidence: from where to fold, and how long to bake, at the step the stamp says."""

from datetime import timedelta
from math import ceil

from canary.errors import Invalid
from canary.evidence import Bake, Evidence
from canary.rollout.policy import Policy
from canary.rollout.stamp import Stamp


def boundary(stamp: Stamp) -> Evidence:
    """
    The evidence as it was where the stamp's step began; intervals from `stamp.since` on are folded on top of it.

    A checkpoint nobody can read (the stamp was tampered with) is as good as none: evidence begins again.
    """
    policy = _policy(stamp)
    try:
        return Evidence.resume(policy.specs(), policy.confidence(), stamp.checkpoint)
    except Invalid:
        return Evidence.begin(policy.specs(), policy.confidence(), policy.next_share(stamp.step))


def bake(stamp: Stamp, unit: timedelta) -> Bake:
    """How long to stay at the stamp's step, in intervals of `unit`; at 100 % there is no stable left to compare with."""
    policy = _policy(stamp)
    rung = policy.rungs[max(1, stamp.step) - 1]
    return Bake(
        min_intervals=ceil(rung.bake.min / unit),
        max_intervals=ceil(rung.bake.max / unit),
        min_requests=policy.min_requests,
        control=rung.share < 1,
    )


def _policy(stamp: Stamp) -> Policy:
    if stamp.policy is None:
        raise ValueError("a rollout that was never started has no evidence")
    return stamp.policy
