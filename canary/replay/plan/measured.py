"""A service as it was lately: what a start reads, taken for what comes."""

from datetime import timedelta

from canary.errors import Invalid
from canary.evidence import Evidence
from canary.replay.plan.traffic import Service
from canary.rollout.past import Past
from canary.rollout.policy import Policy


def measured(policy: Policy, past: Past, unit: timedelta) -> Service:
    """
    How much it is asked, how often and in which bursts stable fails, and how slow it is at the policy's bounds.

    Raises:
        Invalid: nobody is known to have asked for anything.
    """
    known = [interval.strata for interval in past.intervals if interval.strata is not None]
    canary, stable = (
        [getattr(one, arm) for strata in known for one in strata] for arm in ("canary", "stable")
    )
    answered = sum(arm.requests for arm in stable)
    if not answered:
        raise Invalid("no request to stable is known of", hint="say the traffic: --rps N")
    slow = [sum(arm.slow[at] for arm in stable if arm.slow) for at in range(len(past.bounds))]
    timed = sum(arm.timed for arm in stable)
    return Service(
        rps=(answered + sum(arm.requests for arm in canary)) / (len(known) * unit.total_seconds()),
        rate=sum(arm.failures for arm in stable) / answered,
        burst=_burst(policy, past, unit),
        measured=tuple(
            (bound, count / timed) for bound, count in zip(sorted(past.bounds), slow, strict=True) if timed
        ),
    )


def _burst(policy: Policy, past: Past, unit: timedelta) -> float:
    """As the evidence would learn it; until failures were seen it takes two at a time for usual."""
    evidence = Evidence.begin(policy.specs(past.bounds, unit), policy.confidence(), None, past.intervals)
    errors = next(account for account in evidence.accounts if account.gate.kind == "errors")
    return max(1.0, errors.dispersion.short.burst, errors.dispersion.long.burst)
