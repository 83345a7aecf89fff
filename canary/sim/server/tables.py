"""What `kubectl get` shows: the columns of a kind, and a row of cells for an object."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from canary.sim.server import jsonpath
from canary.sim.store.resources import Object, Resource

NONE = "<none>"


@dataclass(frozen=True, slots=True)
class Column:
    """
    Attributes:
        cell: the value of an object, given the moment.
        priority: above 0, only `-o wide` shows it.
    """

    name: str
    cell: Callable[[Object, datetime], Any]
    kind: str = "string"
    priority: int = 0
    description: str = ""

    def definition(self) -> Object:
        shown = "name" if self.name == "Name" else ""
        return {
            "name": self.name,
            "type": self.kind,
            "format": shown,
            "description": self.description,
            "priority": self.priority,
        }


def columns(resource: Resource, version: str) -> tuple[Column, ...]:
    """Those a CRD names, or ours for kinds that are built in."""
    served = resource.version(version)
    if resource.custom and served is not None and served.columns:
        return (NAME, *(_printed(column) for column in served.columns))
    if resource.key == "events":
        return EVENT
    return (NAME, *OF_KIND.get(resource.key, ()), AGE)


def row(listed: Sequence[Column], found: Object, now: datetime) -> list[Any]:
    return [column.cell(found, now) for column in listed]


def age(then: str, now: datetime) -> str:
    """As kubectl counts: 9s, 5m, 3h, 2d."""
    try:
        since = datetime.strptime(then[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return "<unknown>"
    seconds = max(0, int((now - since).total_seconds()))
    for unit, long in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * long:
            return f"{seconds // long}{unit}"
    return f"{seconds}s"


def _printed(column: Object) -> Column:
    path = column["jsonPath"]
    told = f"Custom resource definition column (in JSONPath format): {path}"

    def cell(found: Object, now: datetime) -> Any:  # noqa: ANN401 JSON
        value = jsonpath.first(found, path)
        return age(str(value), now) if column["type"] == "date" and value else value

    return Column(
        column["name"], cell, column["type"], column.get("priority", 0), column.get("description") or told
    )


def _at(path: str, otherwise: object = NONE) -> Callable[[Object, datetime], Any]:
    def cell(found: Object, _: datetime) -> Any:  # noqa: ANN401 JSON
        value = jsonpath.first(found, path)
        return otherwise if value is None else value

    return cell


def _ready(found: Object, _: datetime) -> str:
    wanted = jsonpath.first(found, ".spec.replicas")
    return f"{jsonpath.first(found, '.status.readyReplicas') or 0}/{1 if wanted is None else wanted}"


def _pod_ready(found: Object, _: datetime) -> str:
    containers = jsonpath.first(found, ".status.containerStatuses") or []
    ready = sum(1 for one in containers if one.get("ready"))
    return f"{ready}/{len(jsonpath.first(found, '.spec.containers') or containers)}"


def _restarts(found: Object, _: datetime) -> str:
    return str(
        sum(one.get("restartCount", 0) for one in jsonpath.first(found, ".status.containerStatuses") or [])
    )


def _ports(found: Object, _: datetime) -> str:
    listed = jsonpath.first(found, ".spec.ports") or found.get("ports") or []
    protocols = "spec" in found
    return (
        ",".join(f"{one['port']}/{one['protocol']}" if protocols else str(one["port"]) for one in listed)
        or NONE
    )


def _endpoints(found: Object, _: datetime) -> str:
    addresses = [address for one in found.get("endpoints") or () for address in one["addresses"]]
    more = f" + {len(addresses) - 3} more..." if len(addresses) > 3 else ""
    return ",".join(addresses[:3]) + more or "<unset>"


def _last_seen(found: Object, now: datetime) -> str:
    seen = found.get("lastTimestamp") or found.get("eventTime") or found["metadata"]["creationTimestamp"]
    return age(str(seen), now)


def _involved(found: Object, _: datetime) -> str:
    about = found.get("involvedObject") or {}
    return f"{str(about.get('kind', '')).lower()}/{about.get('name', '')}"


NAME = Column("Name", _at(".metadata.name"))
AGE = Column("Age", lambda found, now: age(found["metadata"].get("creationTimestamp", ""), now))
OF_KIND: dict[str, tuple[Column, ...]] = {
    "namespaces": (Column("Status", _at(".status.phase")),),
    "services": (
        Column("Type", _at(".spec.type")),
        Column("Cluster-IP", _at(".spec.clusterIP")),
        Column("External-IP", lambda _found, _now: NONE),
        Column("Port(s)", _ports),
    ),
    "pods": (
        Column("Ready", _pod_ready),
        Column("Status", _at(".status.phase", "Unknown")),
        Column("Restarts", _restarts),
        Column("IP", _at(".status.podIP"), priority=1),
        Column("Node", _at(".spec.nodeName"), priority=1),
    ),
    "deployments.apps": (
        Column("Ready", _ready),
        Column("Up-to-date", _at(".status.updatedReplicas", 0), "integer"),
        Column("Available", _at(".status.availableReplicas", 0), "integer"),
    ),
    "replicasets.apps": (
        Column("Desired", _at(".spec.replicas", 0), "integer"),
        Column("Current", _at(".status.replicas", 0), "integer"),
        Column("Ready", _at(".status.readyReplicas", 0), "integer"),
    ),
    "statefulsets.apps": (Column("Ready", _ready),),
    "endpointslices.discovery.k8s.io": (
        Column("AddressType", _at(".addressType")),
        Column("Ports", _ports),
        Column("Endpoints", _endpoints),
    ),
    "leases.coordination.k8s.io": (Column("Holder", _at(".spec.holderIdentity", "")),),
    "customresourcedefinitions.apiextensions.k8s.io": (
        Column("Created At", _at(".metadata.creationTimestamp")),
    ),
}
EVENT: tuple[Column, ...] = (
    Column("Last Seen", _last_seen),
    Column("Type", _at(".type", "")),
    Column("Reason", _at(".reason", "")),
    Column("Object", _involved),
    Column("Message", _at(".message", "")),
    Column("Name", NAME.cell, priority=1),
)
