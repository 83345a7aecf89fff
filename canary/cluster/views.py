"""The few fields of each kind that rollouts need: raw objects in, values of the inner rings out. None = of no use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from canary.cluster import records
from canary.cluster.objects import Raw, metadata
from canary.errors import Invalid
from canary.rollout.record.recalled import Glimpse, glimpse
from canary.rollout.snapshot import Workload
from canary.rollout.stamp import Pin
from canary.routes import serviceprofile, trafficsplit
from canary.routes.route import Route
from canary.routes.serviceprofile import Profile

SERVICE_NAME = "kubernetes.io/service-name"
"""Label by which an EndpointSlice says whose endpoints it holds."""

REVISION = "deployment.kubernetes.io/revision"
"""The Deployment controller's own mark for a pod template."""

Labels = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Selected:
    """A workload, and the labels its pods carry."""

    labels: Labels
    workload: Workload


@dataclass(frozen=True, slots=True)
class Endpoints:
    """
    Part of a Service's endpoints.

    Attributes:
        ready: names or addresses of those that may get traffic.
    """

    service: str
    ready: frozenset[str]


def ready(slices: Iterable[Endpoints]) -> int:
    """How many endpoints may get traffic; one that stands in two slices counts once."""
    return len({endpoint for slice_ in slices for endpoint in slice_.ready})


def route(raw: Raw) -> Route | None:
    """A TrafficSplit, if it is one."""
    try:
        return trafficsplit.read(raw)
    except Invalid:
        return None


def profile(raw: Raw) -> Profile:
    """A ServiceProfile."""
    return serviceprofile.read(raw)


def selector(raw: Raw) -> Labels:
    """What a Service selects its pods by; empty if it selects none."""
    return _labels(_inner(raw, "spec").get("selector"))


def endpoints(raw: Raw) -> Endpoints | None:
    """An EndpointSlice. An endpoint without a `ready` condition is ready, as the API defines it."""
    service = (metadata(raw).get("labels") or {}).get(SERVICE_NAME)
    ready = (
        entry
        for entry in raw.get("endpoints") or ()
        if (entry.get("conditions") or {}).get("ready") is not False
    )
    names = frozenset(
        str((entry.get("targetRef") or {}).get("name") or entry.get("addresses")) for entry in ready
    )
    return Endpoints(service, names) if service else None


def deployment(raw: Raw) -> Selected:
    """A Deployment, its revision told by its controller."""
    return _selected(raw, "Deployment", str((metadata(raw).get("annotations") or {}).get(REVISION, "")))


def stateful_set(raw: Raw) -> Selected:
    """A StatefulSet, its revision told by its controller."""
    return _selected(raw, "StatefulSet", str(_inner(raw, "status").get("updateRevision", "")))


def record(raw: Raw) -> Glimpse:
    """
    A record, of whose decisions only the last is read.

    Raises:
        Invalid: it is none.
    """
    status = _inner(raw, "status")
    short = {**status, "decisions": (status.get("decisions") or [])[-1:]} if status else None
    return glimpse(records.read({**raw, "status": short}))


def _selected(raw: Raw, kind: str, revision: str) -> Selected:
    about, status = metadata(raw), _inner(raw, "status")
    generation = int(about.get("generation") or 0)
    pin = Pin(
        kind=kind, name=str(about["name"]), uid=str(about["uid"]), generation=generation, revision=revision
    )
    template = metadata(_inner(_inner(raw, "spec"), "template"))
    observed = bool(revision) and int(status.get("observedGeneration") or 0) >= generation
    return Selected(_labels(template.get("labels")), Workload(pin, observed))


def _labels(mapping: Mapping[str, Any] | None) -> Labels:
    return frozenset((str(key), str(value)) for key, value in (mapping or {}).items())


def _inner(raw: Raw, field: str) -> Raw:
    found = raw.get(field)
    return found if isinstance(found, dict) else {}
