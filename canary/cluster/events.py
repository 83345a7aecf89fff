"""Events on a route: what `kubectl describe` shows below it. Kept by the cluster for an hour, told once, never needed."""

from dataclasses import dataclass
from datetime import datetime

from canary.cluster.client import Cluster
from canary.cluster.kinds import EVENTS, Kind
from canary.cluster.objects import Raw
from canary.rollout.record.naming import digest
from canary.routes.route import Route
from canary.terms import DAEMON_MANAGER

LONGEST_NOTE = 1024
"""Characters: the API server refuses more."""


@dataclass(frozen=True, slots=True)
class Event:
    """
    Attributes:
        mark: of the change it tells: the same one twice is one Event.
        warning: somebody should look at it; else it is nothing unusual.
        time: when it happened.
    """

    kind: Kind
    route: Route
    mark: str
    reason: str
    message: str
    warning: bool
    time: datetime


def post(cluster: Cluster, event: Event) -> None:
    """
    Raises:
        Conflict: it was told before.
    """
    cluster.create(EVENTS, event.route.namespace, written(event))


def written(event: Event) -> Raw:
    """The object."""
    route, moment = event.route, event.time.strftime("%Y-%m-%dT%H:%M:%SZ")
    name = f"{route.name[:200].rstrip('.-')}.{digest(route.uid, event.mark)}"
    return {
        "apiVersion": EVENTS.api_version,
        "kind": EVENTS.kind,
        "metadata": {"name": name, "namespace": route.namespace},
        "involvedObject": {
            "apiVersion": event.kind.api_version,
            "kind": event.kind.kind,
            "namespace": route.namespace,
            "name": route.name,
            "uid": route.uid,
        },
        "reason": event.reason,
        "message": event.message[:LONGEST_NOTE],
        "type": "Warning" if event.warning else "Normal",
        "source": {"component": DAEMON_MANAGER},
        "firstTimestamp": moment,
        "lastTimestamp": moment,
        "count": 1,
    }
