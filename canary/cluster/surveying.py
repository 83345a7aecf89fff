"""Reads a cluster for `canary check`: each fact by itself, so that one that cannot be read costs no other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from canary.cluster import parts, views
from canary.cluster.kinds import (
    ARGO_APPLICATIONS,
    ARGO_ROLLOUTS,
    AUTOSCALERS,
    DEPLOYMENTS,
    ENDPOINT_SLICES,
    EVENTS,
    FLAGGER_CANARIES,
    HTTP_ROUTES,
    NAMESPACES,
    PODS,
    RECORDS,
    SERVICE_PROFILES,
    SERVICES,
    STATEFUL_SETS,
    TRAFFIC_SPLITS,
    Kind,
)
from canary.cluster.objects import Listing, Raw, metadata
from canary.errors import CanaryError, Missing
from canary.rollout.checkup.facts import (
    Claim,
    Component,
    Controller,
    Fact,
    Keeper,
    Right,
    Rights,
    fact,
    unread,
)
from canary.rollout.checkup.survey import Survey
from canary.routes import quantity, serviceprofile
from canary.routes.route import Route

T = TypeVar("T")

LINKERD = "linkerd"
EXTENSION = "linkerd.io/extension"
PARTS = {"smi": "smi-adaptor", "viz": "prometheus"}
"""Of each extension, the Deployment that matters here."""

READ = ("get", "list", "watch")
OF_DAEMON = (
    *(
        (kind, verb)
        for kind in (TRAFFIC_SPLITS, SERVICES, DEPLOYMENTS, STATEFUL_SETS, RECORDS)
        for verb in READ
    ),
    *((kind, verb) for kind in (SERVICE_PROFILES, ENDPOINT_SLICES) for verb in ("list", "watch")),
    (TRAFFIC_SPLITS, "patch"),
    *((RECORDS, verb) for verb in ("create", "patch", "delete")),
    (EVENTS, "create"),
)
"""As deploy/base gives them."""

OF_CALLER = (
    *((TRAFFIC_SPLITS, verb) for verb in (*READ, "patch")),
    (SERVICE_PROFILES, "get"),
    (ENDPOINT_SLICES, "list"),
)
FOREIGN = ((FLAGGER_CANARIES, "Flagger"), (ARGO_ROLLOUTS, "Argo Rollouts"))


class Reads(Protocol):
    """The part of `Cluster` that is needed."""

    def get(self, kind: Kind, namespace: str, name: str) -> Raw: ...
    def list(self, kind: Kind, namespace: str = "", selector: str = "") -> Listing: ...
    def allowed(self, kind: Kind, verb: str, namespace: str = "") -> bool: ...
    def whoami(self) -> str: ...


def read(read_it: Callable[[], T]) -> Fact[T]:
    """What it returns, or why it cannot be read."""
    try:
        return fact(read_it())
    except CanaryError as error:
        return unread(str(error))


def caller(server: Reads, namespace: str) -> Fact[Rights]:
    """What we may do in the namespace of the route."""
    return read(lambda: Rights(server.whoami(), _lacks(server, OF_CALLER, namespace)))


def daemon(server: Reads, user: str) -> Fact[Rights]:
    """What the daemon may do everywhere; `server` is asked in its name."""
    return read(lambda: Rights(user, _lacks(server, OF_DAEMON, "")))


def surveyed(server: Reads, survey: Survey) -> Survey:
    """With all that the API server tells, but for rights."""
    reader = _Reader(server, survey.namespace)
    splits = read(lambda: _served(reader.routes))
    found = replace(
        survey,
        parts=read(lambda: tuple(map(parts.component, server.list(DEPLOYMENTS, LINKERD).items))),
        adaptor=read(lambda: reader.extension("smi")),
        viz=read(lambda: reader.extension("viz")),
        splits=splits,
        malformed=read(lambda: tuple(reader.malformed())),
    )
    return _about_route(reader, found) if survey.name else found


def _about_route(reader: "_Reader", survey: Survey) -> Survey:
    route = read(lambda: _served(lambda: reader.server.get(TRAFFIC_SPLITS, survey.namespace, survey.name)))
    raw = next(iter(route.values), None)
    found = views.route(raw) if raw else None
    survey = replace(
        survey,
        route=unread(route.why) if not route.values else fact(found),
        services=read(lambda: {one.name: one for one in map(parts.service, reader.listed(SERVICES))}),
        ready=read(reader.ready),
        pods=read(lambda: tuple(one for one in map(parts.pod, reader.listed(PODS)) if one)),
        controllers=read(lambda: tuple(reader.controllers())),
        autoscalers=read(lambda: tuple(map(parts.autoscaler, reader.listed(AUTOSCALERS)))),
    )
    return _about_apex(reader, survey, found, raw) if found and raw else survey


def _about_apex(reader: "_Reader", survey: Survey, route: Route, raw: Raw) -> Survey:
    name = serviceprofile.name(route.apex, route.namespace, survey.domain)
    profile = read(lambda: _served(lambda: reader.server.get(SERVICE_PROFILES, route.namespace, name)))
    stored = next(iter(profile.values), None)
    known = bool(profile.values)
    return replace(
        survey,
        profile=fact(serviceprofile.read(stored) if stored else None) if known else unread(profile.why),
        profile_routes=fact(parts.profile_routes(stored) if stored else ()) if known else unread(profile.why),
        shadows=read(lambda: tuple(reader.shadows(name))),
        gateway=read(lambda: tuple(reader.gateway(route.apex))),
        claims=read(lambda: tuple(reader.claims(route, survey.controllers.values))),
        keeper=read(lambda: reader.keeper(raw)),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    server: Reads
    namespace: str

    def listed(self, kind: Kind) -> tuple[Raw, ...]:
        return self.server.list(kind, self.namespace).items

    def routes(self) -> tuple[Route, ...]:
        found = map(views.route, self.server.list(TRAFFIC_SPLITS).items)
        return tuple(route for route in found if route)

    def malformed(self) -> Iterator[tuple[str, str]]:
        for raw in _served(lambda: self.server.list(TRAFFIC_SPLITS).items) or ():
            backends = parts.inner(raw, "spec").get("backends") or ()
            if any(quantity.parse(backend.get("weight")) is None for backend in backends):
                yield str(metadata(raw)["namespace"]), str(metadata(raw)["name"])

    def extension(self, name: str) -> Component | None:
        """The Deployment that matters of an extension; None where it is not installed."""
        for namespace in self.server.list(NAMESPACES, selector=f"{EXTENSION}={name}").items:
            for raw in self.server.list(DEPLOYMENTS, metadata(namespace)["name"]).items:
                if metadata(raw)["name"] == PARTS[name]:
                    return parts.component(raw)
        return None

    def ready(self) -> Mapping[str, int]:
        """Ready endpoints by Service."""
        found: dict[str, list[views.Endpoints]] = {}
        for slice_ in filter(None, map(views.endpoints, self.listed(ENDPOINT_SLICES))):
            found.setdefault(slice_.service, []).append(slice_)
        return {service: views.ready(slices) for service, slices in found.items()}

    def controllers(self) -> Iterator[Controller]:
        for kind in (DEPLOYMENTS, STATEFUL_SETS):
            yield from (parts.controller(raw, kind.kind) for raw in self.listed(kind))

    def shadows(self, name: str) -> Iterator[str]:
        """Other namespaces with a ServiceProfile of that name, which their clients would go by."""
        for raw in self.server.list(SERVICE_PROFILES).items:
            about = metadata(raw)
            if about["name"] == name and about["namespace"] != self.namespace:
                yield str(about["namespace"])

    def gateway(self, apex: str) -> Iterator[str]:
        for raw in _served(lambda: self.listed(HTTP_ROUTES)) or ():
            if apex in parts.parents(raw):
                yield str(metadata(raw)["name"])

    def claims(self, route: Route, controllers: tuple[tuple[Controller, ...], ...]) -> Iterator[Claim]:
        """Objects of other delivery controllers that name the apex, a backend or a workload called like one."""
        ours = {route.apex, *route.weights}
        ours |= {one.name for known in controllers for one in known if one.name in ours}
        for kind, tool in FOREIGN:
            for raw in _served(lambda kind=kind: self.listed(kind)) or ():  # type: ignore[misc]
                yield from (claim for claim in parts.claims(raw, tool, kind.resource) if claim.about in ours)

    def keeper(self, raw: Raw) -> Keeper | None:
        found = parts.keeper(raw)
        if found is None or found.tool != "Argo CD" or not found.name:
            return found
        try:
            applications = _served(lambda: self.server.list(ARGO_APPLICATIONS).items) or ()
        except CanaryError:
            return replace(found, known=False)
        route = str(metadata(raw)["name"])
        for one in applications:
            if metadata(one)["name"] == found.name:
                namespace = str(metadata(one)["namespace"])
                return replace(found, namespace=namespace, lets_go=parts.lets_go(one, route, self.namespace))
        return found


def _lacks(server: Reads, needed: tuple[tuple[Kind, str], ...], namespace: str) -> tuple[Right, ...]:
    return tuple(
        Right(verb, kind.resource) for kind, verb in needed if not server.allowed(kind, verb, namespace)
    )


def _served(ask: Callable[[], T]) -> T | None:
    """None where the object, or its kind, is not there."""
    try:
        return ask()
    except Missing:
        return None
