"""Whether the policy fits the service."""

from collections.abc import Iterable

from canary.rollout.checkup.row import Finding, Row, fail, listed, ok, warn
from canary.rollout.checkup.survey import Survey
from canary.rollout.gates import ObjectiveGate
from canary.rollout.model import format_duration
from canary.routes import serviceprofile

MOST_UNDECIDED = 0.5
"""Part of healthy rollouts that may leave a step without anything sure about it."""


def policy(survey: Survey) -> Finding:
    if survey.policy_problem:
        return fail(survey.policy_problem, "canary policy list\ncanary policy validate FILE")
    return ok(f"policy {survey.policy().name} is there, and right")


def timeouts(survey: Survey) -> Finding:
    """What is cut off earlier counts as a failure, and never as slow."""
    limits = {
        gate.within for gate in survey.policy().gates if isinstance(gate, ObjectiveGate) and gate.within
    }
    if not limits:
        return ok("the policy has no latency objective that a timeout could cut off")
    limit = max(limits)
    bad = {
        number: one
        for number, one in enumerate(survey.profile_routes())
        if one.timeout is not None and one.timeout < limit
    }
    if bad:
        told = listed(f"{one.name} ({format_duration(one.timeout)})" for one in bad.values() if one.timeout)
        return warn(
            f"the timeout of {told} is below the policy's objective of {format_duration(limit)}: there the objective can never"
            " be missed, since what is slower fails; raise the timeout, or lower the objective in the policy",
            _patched(survey, bad, "timeout", f'"{format_duration(limit)}"'),
        )
    return ok("no timeout cuts off what the policy's objective allows")


def retries(survey: Survey) -> Finding:
    retried = {number: one for number, one in enumerate(survey.profile_routes()) if one.retryable}
    if not retried:
        return ok("no route is retried: clients see what is counted")
    return warn(
        f"{listed(one.name for one in retried.values())} is retried: clients see fewer failures than the canary has. canary"
        f" counts every attempt, as do `linkerd viz routes service/{survey.found.apex} -n {survey.namespace} -o wide` (ACTUAL)"
        " and `canary stat`; where clients should see what happens, do not retry",
        _patched(survey, retried, "isRetryable", "false"),
    )


def traffic(survey: Survey) -> Finding:
    seen, prospects, name = survey.traffic(), survey.prospects(), survey.policy().name
    if not seen.rps:
        apex = survey.splitting.apex
        return warn(f"nobody asks {apex} at the moment: every step would end in TooQuiet", _plan(survey, 10))
    dull = [one for one in prospects if one.undecided > MOST_UNDECIDED]
    if dull:
        worst = dull[0]
        return warn(
            f"{seen.rps:.1f} requests per second are too few for policy {name}: at step {worst.step}"
            f" ({worst.share:.0%}) {worst.undecided:.0%} of healthy rollouts find nothing sure before bake.max",
            _plan(survey, seen.rps),
        )
    return ok(f"{seen.rps:.1f} requests per second are enough for policy {name}")


def _plan(survey: Survey, rps: float) -> str:
    return f"canary policy plan low-traffic --rps {rps:.2g} --interval {survey.interval}s"


def _patched(survey: Survey, routes: Iterable[int], key: str, value: str) -> str:
    """
    Args:
        routes: their places in the ServiceProfile.
    """
    name = serviceprofile.name(survey.found.apex, survey.namespace, survey.domain)
    changes = ",".join(
        f'{{"op":"replace","path":"/spec/routes/{one}/{key}","value":{value}}}' for one in routes
    )
    return (
        f"kubectl patch serviceprofiles.linkerd.io {name} -n {survey.namespace} --type=json -p '[{changes}]'"
    )


ROWS = (
    Row("policy", policy, fatal=True),
    Row("timeouts", timeouts),
    Row("retries", retries),
    Row("traffic", traffic),
)
