"""What the server itself says, before anything is written that gives or takes traffic: the local copy may be behind."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from canary.cluster import views
from canary.cluster.client import Cluster
from canary.cluster.kinds import DEPLOYMENTS, ENDPOINT_SLICES, SERVICES, STATEFUL_SETS, TRAFFIC_SPLITS, Kind
from canary.cluster.objects import Raw
from canary.cluster.views import Selected
from canary.daemon.objects import Copy, Objects
from canary.daemon.shelf import Name
from canary.errors import Missing
from canary.rollout.snapshot import Leaf, Workload

WORKLOADS: Mapping[str, tuple[Kind, Callable[[Raw], Selected]]] = {
    "Deployment": (DEPLOYMENTS, views.deployment),
    "StatefulSet": (STATEFUL_SETS, views.stateful_set),
}


def observe(cluster: Cluster, known: Objects, *, workloads: bool) -> Objects:
    """
    The same objects, their endpoints and, if asked for, their workloads read from the server.

    The route is not read again: the write is conditional on the very version that was decided on, so the server
    refuses it where the copy is behind.
    """
    namespace = known.route.namespace
    listing = cluster.list(ENDPOINT_SLICES, namespace, f"{views.SERVICE_NAME} in ({','.join(known.leaves)})")
    slices = [slice_ for raw in listing.items if (slice_ := views.endpoints(raw))]
    leaves = {}
    for service, leaf in known.leaves.items():
        ready = views.ready(slice_ for slice_ in slices if slice_.service == service)
        found = _read_again(cluster, namespace, leaf) if workloads else leaf.workloads
        leaves[service] = replace(leaf, ready=ready, workloads=found)
    return replace(known, leaves=leaves)


def survey(cluster: Cluster, known: Objects) -> Objects:
    """
    The same route, and all that stands behind its backends, found anew on the server.

    A refusal ends the wait of a pipeline, so it must not rest on a copy that is told of a route before it is told of
    the Services and workloads behind it.
    """
    namespace = known.route.namespace
    every = [view(raw) for kind, view in WORKLOADS.values() for raw in cluster.list(kind, namespace).items]
    leaves = {service: _found(cluster, (namespace, service), every) for service in known.leaves}
    return observe(cluster, replace(known, leaves=leaves), workloads=False)


def _found(cluster: Cluster, service: Name, every: Iterable[Selected]) -> Leaf:
    try:
        selector = views.selector(cluster.get(SERVICES, *service))
    except Missing:
        return Leaf(exists=False)
    return Leaf(workloads=tuple(each.workload for each in every if selector and selector <= each.labels))


def reread(cluster: Cluster, copy: Copy, name: Name) -> Objects | None:
    """All about a route that is itself read from the server, after somebody wrote before us; None if it is gone."""
    try:
        route = views.route(cluster.get(TRAFFIC_SPLITS, *name))
    except Missing:
        return None
    return copy.about(route) if route else None


def _read_again(cluster: Cluster, namespace: str, leaf: Leaf) -> tuple[Workload, ...]:
    found = []
    for known in leaf.workloads:
        kind, view = WORKLOADS[known.pin.kind]
        try:
            found.append(view(cluster.get(kind, namespace, known.pin.name)).workload)
        except Missing:
            continue
    return tuple(found)
