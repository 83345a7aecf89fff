"""What a record is called, the labels it is found by, and the seal that tells whether a hand has changed it."""

import hashlib
import re

from canary.rollout.record.model import Spec, Status
from canary.rollout.stamp import Stamp
from canary.terms import PREFIX

ROUTE_LABEL, ID_LABEL = PREFIX + "route", PREFIX + "id"

DIGEST = 10
_LABEL_LIMIT = 63
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)


def name(route: str, stamp: Stamp) -> str:
    """Of the record of the stamped attempt: for people at its front, unmistakable at its end."""
    front = "-".join(filter(None, (_slug(route, 40), _slug(stamp.id, 20), str(stamp.attempt))))
    return f"{front}-{digest(stamp.uid, stamp.id, str(stamp.attempt))}"


def labels(route: str, rollout: str) -> dict[str, str]:
    """By which the records of a route, or of a rollout, are found."""
    return {ROUTE_LABEL: label(route), ID_LABEL: label(rollout)}


def label(value: str) -> str:
    """The value itself where a label may be that, else a stand-in that is as good to search by."""
    if len(value) <= _LABEL_LIMIT and _LABEL.fullmatch(value):
        return value
    return "-".join(filter(None, (_slug(value, 50), digest(value))))


def seal(spec: Spec) -> str:
    """What its `seal` should be."""
    route = spec.route
    return digest(route.kind, route.name, route.uid, spec.id, str(spec.attempt), spec.stable, spec.canary)


def status_seal(spec: Spec, status: Status) -> str:
    """What the `seal` of its status should be."""
    return digest(spec.seal, status.phase, status.reason)


def sealed(spec: Spec, status: Status | None) -> bool:
    """Whether no hand has changed what is believed of it."""
    return spec.seal == seal(spec) and (status is None or status.seal == status_seal(spec, status))


def digest(*parts: str) -> str:
    """Ten hex digits that stand for all parts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:DIGEST]


def _slug(text: str, limit: int) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:limit].strip("-")
