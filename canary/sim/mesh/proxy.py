"""One pod's proxy: its connections to others, what it counts, and when its process began."""

from __future__ import annotations

from collections import Counter

from canary.sim.exposition import Traffic
from canary.sim.mesh.balancer import Balancer
from canary.sim.mesh.inbound import Inbound, Served
from canary.sim.mesh.link import Link
from canary.sim.mesh.parts import Client, Destination, Endpoint
from canary.sim.mesh.split import Split
from canary.sim.mesh.stack import Stack
from canary.sim.mesh.world import World


class Proxy:
    """
    Attributes:
        started: when the process began, virtual seconds.
        endpoint: the pod as a Service lists it; None for a pod that only asks.
        errors: requests this proxy answered itself, by kind.
    """

    def __init__(self, world: World, namespace: str, pod: str, deployment: str) -> None:
        self.world = world
        self.namespace, self.pod, self.deployment = namespace, pod, deployment
        self.endpoint: Endpoint | None = None
        self._begin()

    def restart(self) -> None:
        """A new process. What waits in a queue is lost, what is under way is no longer counted."""
        for balancer in self.balancers.values():
            balancer.waiting.clear()
        self._begin()

    def _begin(self) -> None:
        self.started = self.now
        self.errors: Counter[str] = Counter()
        self.stacks: dict[Destination, Stack] = {}
        self.routes: dict[Destination, Traffic] = {}
        self.balancers: dict[tuple[Destination, Destination], Balancer] = {}
        self.links: dict[tuple[Destination, Endpoint], Link] = {}
        self.peers: dict[tuple[str, int], Inbound] = {}
        self.served: dict[int, Served] = {}

    @property
    def now(self) -> float:
        return self.world.timeline.now

    def stack(self, apex: Destination) -> Stack:
        """The one in use, or a new one by what the profile says at this moment."""
        found = self.stacks.get(apex)
        if found is None:
            found = self.stacks[apex] = Stack(self, apex, self.profile(apex))
        return found

    def profile(self, apex: Destination) -> Split:
        """What its ServiceProfile says at this moment."""
        return self.world.profiles.get((apex.namespace, apex.service), Split())

    def expire(self, stack: Stack, idle: int) -> None:
        """Take the stack down if it is still idle, since that moment."""
        if not stack.users and stack.idle == idle and self.stacks.get(stack.apex) is stack:
            del self.stacks[stack.apex]
            stack.release()

    def route(self, apex: Destination) -> Traffic:
        found = self.routes.get(apex)
        if found is None:
            found = self.routes[apex] = Traffic("route_", f'direction="outbound",dst="{apex.address}"')
        return found

    def balancer(self, apex: Destination, backend: Destination) -> Balancer:
        found = self.balancers.get((apex, backend))
        if found is None:
            found = self.balancers[apex, backend] = Balancer(self, apex, backend)
        return found

    def link(self, backend: Destination, endpoint: Endpoint) -> Link:
        """The series of an endpoint; those forgotten meanwhile begin at zero."""
        found = self.links.get((backend, endpoint))
        if found is None or found.forgotten(self.now, self.world.retain):
            found = self.links[backend, endpoint] = Link(backend, endpoint)
        return found

    def inbound(self, client: Client, endpoint: Endpoint) -> Inbound:
        """Counts of one client identity on the port of this pod."""
        identity = (
            f"{client.service_account}.{client.namespace}.serviceaccount.identity.linkerd.cluster.local"
        )
        found = self.peers.get((identity, endpoint.port))
        if found is None or self.now - found.last > self.world.retain:
            found = Inbound((endpoint.ip, endpoint.port), f'tls="true",client_id="{identity}"')
            found.served = self.served.setdefault(endpoint.port, Served(endpoint.port))
            self.peers[identity, endpoint.port] = found
        return found

    def forget(self) -> None:
        """Drop the series that nobody holds and that have been idle for long."""
        now, retain = self.now, self.world.retain
        self.links = {key: link for key, link in self.links.items() if not link.forgotten(now, retain)}
        self.peers = {key: peer for key, peer in self.peers.items() if now - peer.last <= retain}
