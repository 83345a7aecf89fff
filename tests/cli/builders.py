"""A healthy split and a healthy stamp, and what is different about them."""

from typing import Any

from canary.cluster.kinds import TRAFFIC_SPLITS
from canary.cluster.objects import Raw
from canary.rollout.policy import Policy, Step
from canary.rollout.record import labels
from canary.rollout.requests import digest
from canary.rollout.stamp import Stamp
from canary.terms import PREFIX, Phase

NAMESPACE, NAME, UID = "sample-app", "backend-api-split", "uid-1"
STABLE, CANARY = "backend-api-v1", "backend-api-v2"

POLICY = Policy(name="standard", steps=(Step(share=0.1), Step(share=0.25), Step(share=0.5)))


def a_stamp(**changes: object) -> Stamp:
    """Rollout r1 on its second step, at 25 %."""
    stamp = Stamp(
        uid=UID,
        id="r1",
        stable=STABLE,
        canary=CANARY,
        phase=Phase.PROGRESSING,
        step=2,
        total=1000,
        policy=POLICY,
        seen=(digest("r0"), digest("r1")),
        reason="Baking",
        message="0 of 212 requests failed",
    )
    return stamp.but(**changes)


def a_split(
    stamp: Stamp | str | None = None, stable: object = 900, canary: object = 100, **words: str
) -> Raw:
    """Managed by the policy `standard`; `words` are more annotations, and "" leaves one out."""
    state = stamp.render() if isinstance(stamp, Stamp) else stamp
    told = {"policy": "standard", **words, **({"state": state} if state is not None else {})}
    return {
        "apiVersion": TRAFFIC_SPLITS.api_version,
        "kind": TRAFFIC_SPLITS.kind,
        "metadata": {
            "name": NAME,
            "namespace": NAMESPACE,
            "uid": UID,
            "annotations": {PREFIX + word.replace("_", "-"): value for word, value in told.items() if value},
        },
        "spec": {
            "service": "backend-api",
            "backends": [
                {"service": STABLE, "weight": stable},
                {"service": CANARY, "weight": canary},
            ],
        },
    }


def called(split: Raw, name: str, namespace: str = NAMESPACE, written: str = "") -> Raw:
    """The same under another name; `written` is when the daemon last wrote."""
    about = {**split["metadata"], "name": name, "namespace": namespace}
    if written:
        about["managedFields"] = [{"manager": "canary", "operation": "Update", "time": written}]
    return {**split, "metadata": about}


def running(**changes: object) -> Raw:
    """A split in the middle of r1."""
    return a_split(a_stamp(**changes), 750, 250, rollout="r1")


def ended(phase: Phase, reason: str = "", message: str = "that was it") -> Stamp:
    """The stamp of r1 at its end."""
    if phase is Phase.PROMOTED:
        return a_stamp(phase=phase, stable=CANARY, canary=STABLE, reason="Promoted", message=message)
    return a_stamp(phase=phase, reason=reason or str(phase), message=message)


def a_newer_stamp() -> str:
    """The stamp of r1 as a later version of this program may write it."""
    return f'{{"v":2,"uid":"{UID}","id":"r1","stable":"{STABLE}","canary":"{CANARY}","phases":["?"]}}'


def a_record(name: str, created: str, status: dict[str, Any] | None, **spec: object) -> Raw:
    rollout = str(spec["id"])
    return {
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "labels": labels(NAME, rollout),
            "creationTimestamp": created,
        },
        "spec": {
            "route": {"kind": "TrafficSplit", "name": NAME, "uid": UID},
            "attempt": 1,
            "policy": "standard",
            "stable": STABLE,
            "canary": CANARY,
            **spec,
        },
        **({"status": status} if status else {}),
    }


def outcome(phase: Phase, step: int, reason: str, **more: object) -> dict[str, Any]:
    return {"phase": str(phase), "step": step, "steps": 4, "reason": reason, "message": "so it was", **more}
