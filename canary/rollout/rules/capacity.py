"""Whether the canary has the endpoints for what it would get next, measured by what served all traffic at the start."""

from math import ceil

from canary.rollout.policy import Policy
from canary.rollout.rules.answers import hold
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Stamp
from canary.terms import Word

TOO_SMALL = "CanaryTooSmall"


def too_little_capacity(seen: Snapshot) -> Decision | None:
    """The canary could not carry the next rung, or the one it returns to: more endpoints are waited for."""
    stamp = seen.on_trial
    if stamp is None or stamp.policy is None:
        return None
    served = serving(stamp.stable_ready, stamp.seed)
    lacking = lacks(seen, stamp, stamp.policy, _wanted(seen, stamp, stamp.policy), served)
    return hold(seen, stamp, TOO_SMALL, lacking) if lacking else None


def serving(stable_ready: int, seed: float) -> float:
    """
    Endpoints that it takes for all traffic, as far as the start told: stable's, if it had all of it.

    The canary's are not simply added: where both versions are scaled fully and stable has all traffic, half of them idle.
    """
    return stable_ready / (1 - seed) if seed < 1 else 0.0


def lacks(seen: Snapshot, stamp: Stamp, policy: Policy, share: float, served: float) -> str:
    """A sentence, if it has too few ready endpoints for that share of what `served` endpoints carried."""
    ready, needed = seen.leaf(stamp.canary).ready, ceil(policy.capacity * share * served - 1e-9)
    if ready >= needed:
        return ""
    return (
        f"{stamp.canary} has {ready} ready endpoints and needs {needed} for {share:.1%} of the traffic: "
        f"{policy.capacity:.0%} of that part of the {served:.3g} that carried all of it at the start"
    )


def _wanted(seen: Snapshot, stamp: Stamp, policy: Policy) -> float:
    """The share that would be given next; nothing more is given at 100 %."""
    if stamp.gap is not None:
        return policy.share(stamp.step)
    return 1.0 if seen.asked(Word.PROMOTE) else policy.next_share(stamp.step) or 0.0
