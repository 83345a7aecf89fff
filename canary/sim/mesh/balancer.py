"""
The queue and the endpoints of one backend, in one client proxy.

A request enters the queue and leaves it at once while an endpoint is ready. Otherwise it waits; 3 s after the
first began to wait the gate shuts, all that wait fail together, and the distributor above passes the backend
over until an endpoint is ready again. What fails here never reached an endpoint: no `response_total` shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
from typing import TYPE_CHECKING

from canary.sim.exposition import Durations
from canary.sim.mesh.link import Link
from canary.sim.mesh.parts import Destination, Endpoint, Trouble

if TYPE_CHECKING:
    from canary.sim.mesh.proxy import Proxy
    from canary.sim.mesh.request import Request

FAIL_FAST = 3.0
QUEUE_BOUNDS = (0.0005, 0.005, 0.05, 0.5, 1.0, 3.0)
DISPATCH = 0.0002
"""Seconds a request spends in the queue of a ready balancer."""

AVOIDED = 0.075
"""
Weight of an endpoint whose application is down beside a healthy one: its 502s come slowly, so the balancer's
moving average avoids it. Measured with one of two: 7 % of the requests, not half.
"""


def labels(parent: Destination, backend: Destination) -> str:
    return ",".join(
        f'{role}_group="core",{role}_kind="Service",{role}_namespace="{at.namespace}",'
        f'{role}_name="{at.service}",{role}_port="{at.port}",{role}_section_name=""'
        for role, at in (("parent", parent), ("backend", backend))
    )


class Balancer:
    """
    Attributes:
        held: a stack sends to it; when it no longer does, counters stay and gauges fall to 0.
        shut: in fail-fast.
        waiting: requests in the queue.
        entered: requests that ever entered it.
    """

    def __init__(self, proxy: Proxy, parent: Destination, backend: Destination) -> None:
        self.proxy = proxy
        self.backend = backend
        self.labels = labels(parent, backend)
        self.held = False
        self.shut = False
        self.waiting: list[Request] = []
        self.entered = 0
        self.waited = Durations("outbound_http_balancer_queue_latency_seconds", self.labels, QUEUE_BOUNDS)
        self.updates: Counter[str] = Counter()
        self.gate_opened, self.gate_shut = 0, 0
        self.opened_at, self.shut_at = 0.0, 0.0
        self._links: dict[Endpoint, Link] = {}
        self._ready: list[Link] = []
        self._odds: list[float] = []
        self._alarm = 0

    @property
    def ready(self) -> int:
        return len(self._ready)

    @property
    def pending(self) -> int:
        return len(self._links) - len(self._ready)

    def hold(self) -> None:
        """Resolve the backend afresh: the endpoints of now, the gate open."""
        self.held, self.shut = True, False
        self.updates["Reset"] += 1
        self.gate_opened += 1
        self.opened_at, self.shut_at = self.proxy.world.epoch + self.proxy.now, 0.0
        self._links = {endpoint: self._taken(endpoint) for endpoint in self._truth()}
        self.refresh()

    def drop(self) -> None:
        """No longer sent to. What waits in its queue waits on."""
        self.held = False
        for link in self._links.values():
            link.drop(self.proxy.now)
        self._links, self._ready = {}, []

    def discover(self) -> None:
        """The endpoints changed: take the truth of now."""
        if not self.held:
            return
        truth = self._truth()
        self._remove([endpoint for endpoint in self._links if endpoint not in truth])
        added = [endpoint for endpoint in truth if endpoint not in self._links]
        self.updates["Add"] += bool(added)
        self._links |= {endpoint: self._taken(endpoint) for endpoint in added}
        self.refresh()

    def _remove(self, gone: Iterable[Endpoint]) -> None:
        for endpoint in gone:
            self.updates["Remove"] += 1
            self._links.pop(endpoint).drop(self.proxy.now)

    def _truth(self) -> tuple[Endpoint, ...]:
        return self.proxy.world.endpoints.get((self.backend.namespace, self.backend.service), ())

    def _taken(self, endpoint: Endpoint) -> Link:
        link = self.proxy.link(self.backend, endpoint)
        link.hold(self.proxy.now)
        return link

    def refresh(self) -> None:
        """Sort out which endpoints can be used, and how gladly."""
        troubles = {link: self._trouble(link) for link in self._links.values()}
        self._ready = [link for link, trouble in troubles.items() if trouble is not Trouble.POD_DEAD]
        closed = [troubles[link] is Trouble.PORT_CLOSED for link in self._ready]
        avoided = any(closed) and not all(closed)
        self._odds = list(accumulate(AVOIDED if c else 1.0 for c in closed)) if avoided else []
        if self._ready:
            self._open()

    def _trouble(self, link: Link) -> Trouble:
        at = self.backend
        return self.proxy.world.behaviour(at.namespace, at.service, link.endpoint.pod).trouble

    def _open(self) -> None:
        if self.shut:
            self.shut = False
            self.gate_opened += 1
            self.opened_at, self.shut_at = self.proxy.world.epoch + self.proxy.now, 0.0
        waiting, self.waiting = self.waiting, []
        for request in waiting:
            self.waited.observe(self.proxy.now - request.since)
            request.dispatch(self._pick())

    def enter(self, request: Request) -> None:
        self.entered += 1
        if self._ready:
            self.waited.observe(DISPATCH)
            request.dispatch(self._pick())
            return
        self.waiting.append(request)
        if len(self.waiting) == 1:
            self._alarm += 1
            alarm = self._alarm
            self.proxy.world.timeline.after(FAIL_FAST, lambda: self._fail_fast(alarm))

    def _pick(self) -> Link:
        chance = self.proxy.world.chance
        if self._odds:
            return chance.choices(self._ready, cum_weights=self._odds)[0]
        return self._ready[int(chance.random() * len(self._ready))]

    def _fail_fast(self, alarm: int) -> None:
        if alarm != self._alarm or not self.waiting:
            return
        self.shut = True
        self.gate_shut += 1
        self.opened_at, self.shut_at = 0.0, self.proxy.world.epoch + self.proxy.now
        waiting, self.waiting = self.waiting, []
        for request in waiting:
            self.waited.observe(self.proxy.now - request.since)
            request.fail_fast()
