"""All that was read about a cluster, its mesh and one route: what the rows of `canary check` judge by."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from canary.rollout.checkup.facts import (
    Answering,
    Asker,
    Autoscaler,
    Claim,
    Component,
    Controller,
    Fact,
    Keeper,
    Pod,
    ProfileRoute,
    Prospect,
    Rights,
    Service,
    Traffic,
    Unread,
)
from canary.rollout.policy import Policy
from canary.routes.route import Route
from canary.routes.serviceprofile import Profile


@dataclass(frozen=True, slots=True)
class Survey:
    """
    Attributes:
        account: whom the daemon runs as, `namespace/name` of a ServiceAccount, or a user.
        scrape, interval: seconds, as the daemon has them.
        splits: every TrafficSplit; None: the kind is not served.
        malformed: of them, namespace and name of those with a weight that is no Quantity.
        parts: Deployments of the control plane that are there.
        pages: pods of the namespace whose proxy was scraped lately.
        policy_problem: a sentence, if one is named that is not there or is wrong.
        spacing: seconds between two scrapes, as they are on record.
        secured: by Service: why requests did not travel over mTLS ("" = they did) → how many.
    """

    namespace: str
    name: str
    domain: str = "cluster.local"
    account: str = "canary-system/canary"
    scrape: int = 10
    interval: int = 10
    caller: Fact[Rights] = field(default_factory=Fact)
    daemon: Fact[Rights] = field(default_factory=Fact)
    parts: Fact[tuple[Component, ...]] = field(default_factory=Fact)
    adaptor: Fact[Component | None] = field(default_factory=Fact)
    viz: Fact[Component | None] = field(default_factory=Fact)
    splits: Fact[tuple[Route, ...] | None] = field(default_factory=Fact)
    malformed: Fact[tuple[tuple[str, str], ...]] = field(default_factory=Fact)
    route: Fact[Route | None] = field(default_factory=Fact)
    services: Fact[Mapping[str, Service]] = field(default_factory=Fact)
    ready: Fact[Mapping[str, int]] = field(default_factory=Fact)
    pods: Fact[tuple[Pod, ...]] = field(default_factory=Fact)
    controllers: Fact[tuple[Controller, ...]] = field(default_factory=Fact)
    profile: Fact[Profile | None] = field(default_factory=Fact)
    profile_routes: Fact[tuple[ProfileRoute, ...]] = field(default_factory=Fact)
    shadows: Fact[tuple[str, ...]] = field(default_factory=Fact)
    gateway: Fact[tuple[str, ...]] = field(default_factory=Fact)
    claims: Fact[tuple[Claim, ...]] = field(default_factory=Fact)
    keeper: Fact[Keeper | None] = field(default_factory=Fact)
    autoscalers: Fact[tuple[Autoscaler, ...]] = field(default_factory=Fact)
    policy: Fact[Policy] = field(default_factory=Fact)
    policy_problem: str = ""
    source: Fact[Answering] = field(default_factory=Fact)
    pages: Fact[frozenset[str]] = field(default_factory=Fact)
    spacing: Fact[float | None] = field(default_factory=Fact)
    doubt: Fact[str] = field(default_factory=Fact)
    askers: Fact[tuple[Asker, ...]] = field(default_factory=Fact)
    secured: Fact[Mapping[str, Mapping[str, float]]] = field(default_factory=Fact)
    traffic: Fact[Traffic] = field(default_factory=Fact)
    prospects: Fact[tuple[Prospect, ...]] = field(default_factory=Fact)

    @property
    def found(self) -> Route:
        """
        The route.

        Raises:
            Unread: it could not be read, or is not there.
        """
        route = self.route()
        if route is None:
            raise Unread(f"there is no route {self.namespace}/{self.name}")
        return route

    @property
    def splitting(self) -> Route:
        """
        The route, with weights by which Linkerd splits: without, all goes to the apex.

        Raises:
            Unread: it could not be read, or they are not such.
        """
        if self.found.problems:
            raise Unread(f"the route splits nothing: {self.found.problems[0]}")
        return self.found

    def behind(self, service: str) -> tuple[Pod, ...]:
        """
        The pods that a Service selects.

        Raises:
            Unread: Services or pods could not be read, or there is no such Service.
        """
        known = self.services().get(service)
        if known is None:
            raise Unread(f"there is no Service {service}")
        return tuple(pod for pod in self.pods() if known.selector and known.selector <= pod.labels)

    def controller(self, pod: Pod) -> str:
        """What made a pod, as kubectl takes it; where that is not clear, any of its kind of name."""
        fitting = [one for one in self.controllers() if one.labels <= pod.labels]
        return str(fitting[0]) if fitting else f"pod/{pod.name}"
