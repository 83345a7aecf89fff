"""One request on its way: drawn to a backend, perhaps queued, sent to an endpoint, answered."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from canary.sim.exposition import Answer, Traffic
from canary.sim.exposition.instruments import NOTHING
from canary.sim.mesh.link import Link
from canary.sim.mesh.parts import Behaviour, Client, Endpoint, Sent, Trouble

if TYPE_CHECKING:
    from canary.sim.mesh.balancer import Balancer
    from canary.sim.mesh.inbound import Inbound
    from canary.sim.mesh.proxy import Proxy
    from canary.sim.mesh.world import World

ANSWERS = {status: Answer.of(status) for status in range(100, 600)}

CLOSED_PORT_MS = (5.0, 660.0)
"""A 502 for a closed port comes after some attempts to connect; measured mean 332 ms."""

BLACKHOLE_S = (3.0, 13.0)
"""How long a request into a black hole hangs; measured up to 13 s."""


class Request:
    """
    Attributes:
        since: when it was asked, virtual seconds.
        errors: counts of the proxy process it went through; after a restart nobody reads them.
        route: counts of the apex; None in client-policy mode.
    """

    __slots__ = (
        "answer",
        "backend",
        "client",
        "errors",
        "inbound",
        "link",
        "route",
        "since",
        "took",
        "world",
    )

    def __init__(self, client: Client, proxy: Proxy, route: Traffic | None) -> None:
        self.client = client
        self.world = proxy.world
        self.errors = proxy.errors
        self.route = route
        self.since = proxy.world.timeline.now
        self.backend = ""
        self.link: Link | None = None
        self.inbound: Inbound | None = None
        self.answer = NOTHING
        self.took = 0.0

    def enter(self, balancer: Balancer) -> None:
        self.backend = balancer.backend.service
        balancer.enter(self)

    def dispatch(self, link: Link) -> None:
        """An endpoint takes it: what it answers and when is drawn now, told when it happens."""
        at, world = link.backend, self.world
        behaviour = world.behaviour(at.namespace, at.service, link.endpoint.pod)
        self.link = link
        link.traffic.requests += 1
        self.answer, self.took = drawn(world, behaviour)
        if behaviour.trouble is not Trouble.BLACKHOLED:
            self._arrive(at.namespace, link.endpoint)
        world.timeline.after(self.took, self.finish)

    def _arrive(self, namespace: str, endpoint: Endpoint) -> None:
        server = self.world.proxies.get((namespace, endpoint.pod))
        if server is not None:
            self.inbound = server.inbound(self.client, endpoint)
            self.inbound.begin(server.now)

    def finish(self) -> None:
        """The response has ended."""
        now = self.world.timeline.now
        milliseconds = self.took * 1000
        if self.link is not None:
            self.link.last = now
            self.link.traffic.answered(self.answer, milliseconds)
        if self.inbound is not None:
            self.inbound.end(self.answer, milliseconds, now)
        if not self.answer.status:
            self.errors["unexpected"] += 1
        self._tell(self.answer, self.answer.status or "504")

    def fail_fast(self) -> None:
        """Waited in vain for an endpoint."""
        self.errors["failfast"] += 1
        self._tell(NOTHING, "504")

    def shed(self) -> None:
        """No backend could take it: refused at once."""
        self.errors["loadshed"] += 1
        self._tell(NOTHING, "503")

    def _tell(self, answer: Answer, outcome: str) -> None:
        world = self.world
        if self.route is not None:
            self.route.answered(answer, (world.timeline.now - self.since) * 1000)
        client = self.client
        world.sent[Sent(client.namespace, client.deployment, self.backend, outcome)] += 1


def drawn(world: World, behaviour: Behaviour) -> tuple[Answer, float]:
    """The answer, and the seconds until it is there."""
    chance = world.chance
    if behaviour.trouble is Trouble.PORT_CLOSED:
        return ANSWERS[502], chance.uniform(*CLOSED_PORT_MS) / 1000
    if behaviour.trouble is Trouble.BLACKHOLED:
        return NOTHING, chance.uniform(*BLACKHOLE_S)
    failed = chance.random() < behaviour.failure_rate
    took = behaviour.latency_ms * exp(chance.gauss(0.0, behaviour.spread))
    if behaviour.slow_rate and chance.random() < behaviour.slow_rate:
        took += behaviour.slow_ms
    return ANSWERS[behaviour.failure_status if failed else 200], took / 1000
