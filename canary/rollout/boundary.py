"""Between the stamp and the evidence: from where to fold, and how long to bake, at the step the stamp says."""

from datetime import timedelta
from math import ceil

from canary.errors import Invalid
from canary.evidence import Bake, Evidence
from canary.rollout.policy import Policy
from canary.rollout.stamp import Stamp

PROVISIONAL = 2
"""The newest intervals may still change: a scrape that ends late is not yet visible. They may roll back, never advance."""

FOLLOWED = 3
"""
From the newest interval at a change of weights to the first that holds nothing from before it.

The change is in the interval after the newest. The counts of an interval begin with the newest sample at its start, which
may be as old as a scrape, and a scrape as long as an interval: so those of the one after that may still reach back.
(A scrape that fails right then makes the next one reach back, too: a little of before is in it, nothing is lost.)
"""


def boundary(stamp: Stamp, unit: timedelta) -> Evidence:
    """
    The evidence as it was where the stamp's step began; intervals from `stamp.since` on are folded on top of it.

    A checkpoint nobody can read (the stamp was tampered with) is as good as none: evidence begins again.
    """
    policy = _policy(stamp)
    try:
        return Evidence.resume(policy.specs(stamp.bounds, unit), policy.confidence(), stamp.checkpoint)
    except Invalid:
        return anew(stamp, unit)


def anew(stamp: Stamp, unit: timedelta) -> Evidence:
    """Evidence that begins at the stamp's step, as if nothing had been seen of the canary before."""
    policy = _policy(stamp)
    specs = policy.specs(stamp.bounds, unit)
    return Evidence.begin(specs, policy.confidence(), policy.next_share(stamp.step))


def sparing(stamp: Stamp, unit: timedelta, known: Evidence, missed: int) -> Evidence:
    """
    What is certainly left of `known` after so many intervals that were not read: it may roll back, it never advances.
    """
    policy = _policy(stamp)
    specs = policy.specs(stamp.bounds, unit)
    return Evidence.sparing(specs, policy.confidence(), known.checkpoint(), missed)


def bake(stamp: Stamp, unit: timedelta) -> Bake:
    """How long to stay at the stamp's step, in intervals of `unit`."""
    return bake_at(_policy(stamp), max(1, stamp.step), unit)


def bake_at(policy: Policy, step: int, unit: timedelta) -> Bake:
    """The same at any step; at 100 % there is no stable left to compare with."""
    rung = policy.rungs[step - 1]
    return Bake(
        min_intervals=ceil(rung.bake.min / unit),
        max_intervals=ceil(rung.bake.max / unit),
        min_requests=policy.min_requests,
        control=rung.share < 1,
        lenient=policy.on_inconclusive == "advance",
    )


def _policy(stamp: Stamp) -> Policy:
    if stamp.policy is None:
        raise ValueError("a rollout that was never started has no evidence")
    return stamp.policy
