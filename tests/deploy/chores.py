"""All that the daemon does to a cluster, by its own functions, in a few calls."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from canary.cluster import events, records
from canary.cluster.client import Cluster
from canary.cluster.kinds import TRAFFIC_SPLITS, Kind
from canary.cluster.patch import RoutePatch
from canary.daemon import fresh
from canary.daemon.objects import Copy, Objects
from canary.errors import Conflict, Missing, Stalled
from canary.rollout.record import RouteRef, Status
from canary.rollout.snapshot import Leaf, Workload
from canary.routes import trafficsplit
from canary.routes.route import Route
from canary.terms import DAEMON_MANAGER, Phase
from tests.rollout.builders import a_pin
from tests.rollout.test_record import a_spec

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
RECORD = "chores"

KINDS = {"backend-api-v1": "Deployment", "backend-api-v2": "StatefulSet"}
"""The workloads behind the route: each has its Service's name."""


def refused(cluster: Cluster, route: Route, namespace: str = "") -> dict[str, str]:
    """Which chores it may not do, and why; `namespace` is the only one the daemon looks at, "" = all."""
    found = {}
    for name, chore in _chores(cluster, route, namespace):
        try:
            chore()
        except Stalled as error:
            found[name] = str(error)
    return found


def _chores(cluster: Cluster, route: Route, namespace: str) -> Iterator[tuple[str, Callable[[], object]]]:
    copy = Copy(cluster, lambda _name: None, namespace, "cluster.local")
    for reflector in copy.reflectors:
        yield f"list {reflector.kind.plural}", reflector.refresh
        yield f"watch {reflector.kind.plural}", partial(_watch, cluster, reflector.kind, namespace)
    known = Objects(route, {service: _leaf(service) for service in KINDS}, "", ())
    yield "look again", lambda: fresh.observe(cluster, known, workloads=True)
    yield "survey", lambda: fresh.survey(cluster, known)
    yield "look after a conflict", lambda: fresh.reread(cluster, copy, (route.namespace, route.name))
    yield "rehearse a write", lambda: _write(cluster, route)
    yield "open a record", lambda: _record(cluster, route)
    yield "add to a record", lambda: _add(cluster, route)
    yield "prune a record", lambda: _prune(cluster, route)
    yield "tell", lambda: _event(cluster, route)


def _watch(cluster: Cluster, kind: Kind, namespace: str) -> None:
    cluster.watch(kind, "1", namespace, seconds=1).close()


def _leaf(service: str) -> Leaf:
    pin = a_pin(service, kind=KINDS[service])
    return Leaf(exists=True, workloads=(Workload(pin, observed=True),))


def _write(cluster: Cluster, route: Route) -> None:
    body = trafficsplit.patch(route, dict.fromkeys(route.weights, 500), {})
    cluster.patch_route(
        RoutePatch(
            TRAFFIC_SPLITS,
            route.namespace,
            route.name,
            route.uid,
            route.version,
            body,
            DAEMON_MANAGER,
            dry_run=True,
        )
    )


def _record(cluster: Cluster, route: Route) -> None:
    about = a_spec(route=RouteRef(kind=route.kind, name=route.name, uid=route.uid))
    with suppress(Conflict):
        records.create(cluster, route.namespace, RECORD, about)


def _add(cluster: Cluster, route: Route) -> None:
    with suppress(Missing):
        found = records.get(cluster, route.namespace, RECORD)
        found = records.write_spec(cluster, found, found.spec.model_copy(update={"reason": "lunch"}))
        records.write_status(cluster, found, Status(phase=Phase.PROGRESSING))


def _prune(cluster: Cluster, route: Route) -> None:
    with suppress(Missing):
        cluster.delete_record(route.namespace, RECORD)


def _event(cluster: Cluster, route: Route) -> None:
    with suppress(Conflict):
        events.post(
            cluster, events.Event(TRAFFIC_SPLITS, route, "1", "Started", "it starts", warning=False, time=NOW)
        )
