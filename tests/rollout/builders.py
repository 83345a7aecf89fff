"""
Snapshots that start healthy and change one thing.

`a_snapshot()` is a rollout of `a1` on step 2 of 4 (25 %), settled, baking, nobody objecting. `a_start()` is a route at
900/100 that was never stamped, and on which `a1` is asked for. Intervals are one second long; it is `NOW`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from canary.evidence import Evidence, Interval, Verdict
from canary.rollout import requests
from canary.rollout.policy import Bake, Policy, Step
from canary.rollout.requests import digest
from canary.rollout.rules import decide
from canary.rollout.snapshot import Decision, Leaf, Snapshot, Workload
from canary.rollout.stamp import Pin, Stamp
from canary.routes import trafficsplit
from canary.routes.route import Route
from canary.terms import PREFIX, Outcome, Phase

UID = "11111111-2222-3333-4444-555555555555"
STABLE, CANARY, THIRD = "api-v1", "api-v2", "api-v3"
ID, NOW, UNIT = "a1", 10_000, timedelta(seconds=1)
BAKING = Verdict(Outcome.CONTINUE, "Baking", "12 of 30 s")
GO = Verdict(Outcome.ADVANCE, "WithinMargin", "20:1 that it is within its margin")
BAD = Verdict(Outcome.ROLLBACK, "WorseThanStable", "250:1 against the canary", 250.0)
QUIET = Verdict(Outcome.TOO_QUIET, "TooQuiet", "3 requests in 10 m")


def a_policy(*shares: float, **changes: object) -> Policy:
    """10 %, 25 %, 50 %, then 100 %."""
    steps = tuple(
        Step(share=share, bake=Bake(min=timedelta(seconds=5), max=timedelta(seconds=60)))
        for share in shares or (0.1, 0.25, 0.5)
    )
    return Policy.model_validate({"name": "quick", "steps": steps, **changes})


def with_approval(share: float) -> Policy:
    """A person must let the step at `share` be entered."""
    policy = a_policy()
    steps = tuple(step.model_copy(update={"approval": step.share == share}) for step in policy.steps)
    return policy.model_copy(update={"steps": steps})


def a_pin(service: str, **changes: object) -> Pin:
    return Pin.model_validate(
        {
            "kind": "Deployment",
            "name": service,
            "uid": f"uid-of-{service}",
            "generation": 7,
            "revision": "7",
            **changes,
        }
    )


def a_leaf(service: str, ready: int = 4, *, observed: bool = True, **pin: object) -> Leaf:
    """A Service with ready endpoints of one Deployment."""
    return Leaf(exists=True, ready=ready, workloads=(Workload(a_pin(service, **pin), observed),))


def a_stamp(**changes: object) -> Stamp:
    """Attempt 1 of `a1`, at 25 %."""
    given = changes.get("policy")
    policy = given if isinstance(given, Policy) else a_policy()
    return Stamp.model_validate(
        {
            "uid": UID,
            "id": ID,
            "stable": STABLE,
            "canary": CANARY,
            "phase": Phase.PROGRESSING,
            "step": 2,
            "total": 1000,
            "policy": policy,
            "pins": {service: a_pin(service) for service in (STABLE, CANARY)},
            "since": NOW - 100,
            "settled": NOW - 95,
            "checkpoint": Evidence.begin(policy.specs({}, UNIT), policy.confidence(), 0.5).checkpoint(),
            "stable_ready": 4,
            "going": NOW - 5000,
            "at": NOW - 95,
            "seen": (digest(ID),),
            "reason": "Baking",
            "message": "12 of 30 s",
            "write": "00000001",
            **changes,
        }
    )


def an_ended_stamp(phase: Phase = Phase.ROLLED_BACK, **changes: object) -> Stamp:
    """All traffic is with stable, and the mesh was seen to follow."""
    swapped = {"stable": CANARY, "canary": STABLE, "step": 4} if phase is Phase.PROMOTED else {}
    return a_stamp(
        **{
            "phase": phase,
            "reason": str(phase),
            "message": "it is over",
            "checkpoint": "",
            **swapped,
            **changes,
        }
    )


def a_waiting_stamp(**changes: object) -> Stamp:
    """Accepted, not begun."""
    waiting = {
        "phase": Phase.WAITING,
        "step": 0,
        "policy": None,
        "pins": {},
        "checkpoint": "",
        "settled": None,
    }
    return a_stamp(**{**waiting, "reason": "CanaryNotReady", "message": "", **changes})


def a_route(
    weights: Mapping[str, object], words: Mapping[str, str] | None = None, **changes: object
) -> Route:
    """A TrafficSplit with these weights and words (without their prefix)."""
    backends = [{"service": service, "weight": weight} for service, weight in weights.items()]
    read = trafficsplit.read(
        {
            "metadata": {"namespace": "ns", "name": "api-split", "uid": UID, "resourceVersion": "1"},
            "spec": {"service": "api", "backends": backends},
        }
    )
    annotations = {PREFIX + word: value for word, value in (words or {}).items()}
    fields: dict[str, Any] = {"annotations": annotations, "manager": "kubectl", **changes}
    return replace(read, **fields)


def a_snapshot(
    words: Mapping[str, str | None] | None = None,
    weights: Mapping[str, object] | None = None,
    *,
    stamp: Stamp | None = None,
    route: Mapping[str, object] | None = None,
    **changes: object,
) -> Snapshot:
    """
    A rollout under way; words given as None are not on the route.

    Args:
        weights: the live ones; those of the stamp by default.
        route: changes to the route.
    """
    stamp = stamp or a_stamp()
    asked = {"policy": "quick", "rollout": stamp.id, **(words or {})}
    live = weights or stamp.weights((STABLE, CANARY))
    there = a_route(
        live, {word: value for word, value in asked.items() if value is not None}, **(route or {})
    )
    evidence = Evidence.begin(a_policy().specs({}, UNIT), a_policy().confidence(), 0.5)
    facts: dict[str, Any] = {
        "now": NOW,
        "unit": UNIT,
        "route": there,
        "requests": requests.read(there.annotations),
        "stamp": stamp,
        "policy": a_policy(),
        "leaves": {service: a_leaf(service) for service in there.weights},
        "evidence": evidence.feed(Interval(NOW - 2, ()), settled=True),
        "verdict": BAKING,
    }
    return Snapshot(**(facts | changes))


def a_start(
    words: Mapping[str, str | None] | None = None,
    weights: Mapping[str, object] | None = None,
    *,
    route: Mapping[str, object] | None = None,
    **changes: object,
) -> Snapshot:
    """A route at 900/100, never stamped, on which `a1` is asked for."""
    live = {STABLE: 900, CANARY: 100} if weights is None else weights
    nothing: dict[str, Any] = {"evidence": None, "verdict": None, **changes}
    return replace(a_snapshot(words, live, route=route, **nothing), stamp=None)


def leaves(**changes: Leaf) -> dict[str, Leaf]:
    """Both leaves, healthy; `stable` and `canary` can be replaced."""
    return {
        STABLE: changes.get("stable", a_leaf(STABLE)),
        CANARY: changes.get("canary", a_leaf(CANARY)),
    }


def written(seen: Snapshot, decision: Decision) -> Snapshot:
    """
    What would be seen after the decision was carried out: the same facts, other weights and stamp.

    Evidence is about one step of one attempt (see the daemon's folds): about another one, nothing was read yet.
    """
    stamp, weights = decision.stamp or seen.stamp, decision.weights or seen.route.weights
    there = a_route(weights, {}, version=str(int(seen.route.version) + 1))
    route = replace(
        seen.route,
        backends=there.backends if decision.weights else seen.route.backends,
        problems=there.problems if decision.weights else seen.route.problems,
        version=there.version,
        manager="canary" if decision.weights else seen.route.manager,
    )
    after = replace(seen, route=route, stamp=stamp, lost="" if decision.stamp else seen.lost)
    same = about(stamp) == about(seen.stamp)
    return after if same else replace(after, evidence=None, verdict=None, unknown_for=0)


def reweighted(seen: Snapshot, weights: Mapping[str, object], manager: str = "kubectl-edit") -> Snapshot:
    """The same, after somebody else wrote other weights."""
    there = a_route(weights)
    route = replace(seen.route, backends=there.backends, problems=there.problems, manager=manager)
    return replace(
        seen, route=route, leaves={name: a_leaf(name) for name in there.weights} | dict(seen.leaves)
    )


def asked_again(seen: Snapshot, words: Mapping[str, str | None]) -> Snapshot:
    """The same, with other words on the route; None takes one away."""
    named = {PREFIX + word: value for word, value in words.items()}
    annotations = {
        key: value for key, value in {**seen.route.annotations, **named}.items() if value is not None
    }
    return replace(
        seen, route=replace(seen.route, annotations=annotations), requests=requests.read(annotations)
    )


def about(stamp: Stamp | None) -> tuple[object, ...]:
    """What evidence is about."""
    return (stamp.uid, stamp.id, stamp.attempt, stamp.step, stamp.since) if stamp else ()


def settle(seen: Snapshot, rounds: int = 8) -> Snapshot:
    """
    Carry out decisions until nothing changes.

    Raises:
        AssertionError: it does not come to rest.
    """
    for _ in range(rounds):
        decision = decide(seen)
        if not decision.changes(seen):
            return seen
        seen = written(seen, decision)
    raise AssertionError(f"still {decision.rule}: {decision.reason} after {rounds} writes")


def stamped(decision: Decision) -> Stamp:
    """The stamp of a decision that has one."""
    assert decision.stamp is not None
    return decision.stamp
