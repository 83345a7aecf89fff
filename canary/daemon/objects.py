"""The local copy of all that rollouts look at. It tells names of routes that something changed about, never what."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from canary.cluster import views
from canary.cluster.client import Cluster
from canary.cluster.kinds import (
    DEPLOYMENTS,
    ENDPOINT_SLICES,
    RECORDS,
    SERVICE_PROFILES,
    SERVICES,
    STATEFUL_SETS,
    TRAFFIC_SPLITS,
)
from canary.cluster.reflector import Reflector
from canary.daemon.shelf import Name, Shelf
from canary.errors import Stalled
from canary.rollout.memory import remembered
from canary.rollout.record.recalled import Glimpse
from canary.rollout.snapshot import Leaf
from canary.routes import serviceprofile
from canary.routes.route import Route
from canary.routes.serviceprofile import Profile

FOREIGN_OWNERS = {"Canary": "Flagger", "Rollout": "Argo Rollouts"}
"""Kinds whose controllers move weights by themselves."""


@dataclass(frozen=True, slots=True)
class Objects:
    """
    All that the cluster holds about one route.

    Attributes:
        leaves: what stands behind each backend.
        mesh: why Linkerd was not seen to follow the route's weights; "" = it was.
        conflicts: sentences about others who claim the route or its apex.
        records: those of the route, and of others that had its name before.
        complete: all that a decision rests on is at hand; where there is no stamp, that takes the records, too.
    """

    route: Route
    leaves: Mapping[str, Leaf]
    mesh: str
    conflicts: tuple[str, ...]
    records: tuple[Glimpse, ...] = ()
    complete: bool = True


class Copy:
    """One shelf a kind. Routes are found by the Services they name, everything else by the key it is looked up with."""

    def __init__(
        self, cluster: Cluster, changed: Callable[[Name], None], namespace: str, domain: str
    ) -> None:
        """
        Args:
            changed: told the names of routes; on the reflectors' threads, so it must be quick.
            namespace: the only one to look at; "" = all.
            domain: the cluster's DNS domain.
        """
        source = (cluster, namespace)
        self._changed = changed
        self._domain = domain
        self.routes = Shelf(source, TRAFFIC_SPLITS, views.route, _services, self._route_changed)
        self._profiles = Shelf(source, SERVICE_PROFILES, views.profile, _apex, self._service_changed)
        self._services = Shelf(source, SERVICES, views.selector, _itself, self._service_changed)
        self._slices = Shelf(source, ENDPOINT_SLICES, views.endpoints, _sliced, self._service_changed)
        self._workloads = (
            Shelf(source, DEPLOYMENTS, views.deployment, _namespace, self._namespace_changed),
            Shelf(source, STATEFUL_SETS, views.stateful_set, _namespace, self._namespace_changed),
        )
        self._records = Shelf(source, RECORDS, views.record, _recorded, self._record_changed)

    @property
    def reflectors(self) -> tuple[Reflector[Any], ...]:
        """Each wants a thread."""
        return (*self._needed, self._records.reflector)

    @property
    def _needed(self) -> tuple[Reflector[Any], ...]:
        shelves = (self.routes, self._profiles, self._services, self._slices, *self._workloads)
        return tuple(shelf.reflector for shelf in shelves)

    @property
    def synced(self) -> bool:
        """Every kind that a rollout under way needs was listed at least once: records are not among them."""
        return all(reflector.synced for reflector in self._needed)

    @property
    def recalls(self) -> bool:
        """Records were listed, too, or there are none to be had."""
        return self._records.reflector.synced or bool(self.without_records)

    @property
    def keeps_records(self) -> bool:
        """The cluster knows what a record is, as far as we know."""
        return self._records.reflector.served

    @property
    def without_records(self) -> str:
        """Why none can be read; "" = they can, as far as we know."""
        reflector = self._records.reflector
        if not self.keeps_records:
            return f"the cluster has no {RECORDS.resource}: kubectl apply -f deploy/base/crd.yaml"
        return str(reflector.trouble) if isinstance(reflector.trouble, Stalled) else ""

    def read(self, name: Name) -> Objects | None:
        """All about one route, or None if there is none of that name."""
        route = self.routes.get(name)
        return self.about(route) if route else None

    def about(self, route: Route) -> Objects:
        """All about `route`, as it is given."""
        leaves = {
            backend.service: self._leaf((route.namespace, backend.service)) for backend in route.backends
        }
        conflicts = tuple(self._conflicts(route))
        complete = self.recalls or not remembered(route).nothing
        return Objects(route, leaves, self._mesh(route), conflicts, tuple(self.records(route)), complete)

    def records(self, route: Route) -> list[Glimpse]:
        """Those of the routes of that name, of whatever uid."""
        found = self._records.find((route.namespace, route.name))
        return [record for record in found if record.route == (route.kind, route.name)]

    def _leaf(self, service: Name) -> Leaf:
        selector = self._services.get(service)
        ready = views.ready(self._slices.find(service))
        found = (each for shelf in self._workloads for each in shelf.find((service[0], "")))
        selected = tuple(each.workload for each in found if selector and selector <= each.labels)
        return Leaf(exists=selector is not None, ready=ready, workloads=selected)

    def _mesh(self, route: Route) -> str:
        name = serviceprofile.name(route.apex, route.namespace, self._domain)
        return serviceprofile.astray(self._profiles.get((route.namespace, name)), route, self._domain)

    def _conflicts(self, route: Route) -> Iterator[str]:
        kind = route.owner.partition(" ")[0]
        if kind in FOREIGN_OWNERS:
            yield f"{FOREIGN_OWNERS[kind]} owns this route ({route.owner})"
        for other in self.routes.find((route.namespace, route.apex)):
            if other.apex == route.apex and other.uid != route.uid:
                yield f"{other} splits {route.apex} too: delete one of them"

    def _route_changed(self, service: Name, route: Name) -> None:
        """It, and those that split the same Service; it is not among them when it has come to its end."""
        for name in {route, *self.routes.names(service)}:
            self._changed(name)

    def _record_changed(self, route: Name, _name: Name) -> None:
        self._changed(route)

    def _service_changed(self, service: Name, _name: Name) -> None:
        for route in self.routes.names(service):
            self._changed(route)

    def _namespace_changed(self, key: Name, _name: Name) -> None:
        for route in self.routes.reflector.items():
            if route[0] == key[0]:
                self._changed(route)


def _services(_name: Name, route: Route) -> list[Name]:
    return [
        (route.namespace, service)
        for service in {route.apex, *(backend.service for backend in route.backends)}
    ]


def _apex(name: Name, _profile: Profile) -> tuple[Name]:
    return ((name[0], name[1].partition(".")[0]),)


def _itself(name: Name, _value: object) -> tuple[Name]:
    return (name,)


def _sliced(name: Name, slice_: views.Endpoints) -> tuple[Name]:
    return ((name[0], slice_.service),)


def _recorded(name: Name, record: Glimpse) -> tuple[Name]:
    return ((name[0], record.route[1]),)


def _namespace(name: Name, _value: object) -> tuple[Name]:
    return ((name[0], ""),)
