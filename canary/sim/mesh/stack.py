"""
How one client proxy sends to one apex.

Whether it goes by a ServiceProfile or by client policy is decided once, when the stack is built, and lasts until
the client left all its connections idle for 5 s. In profile mode every later change of the weights is live; in
policy mode none is. Weights that break the listening task leave the stack with those it was built with, for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from canary.sim.exposition import Traffic
from canary.sim.mesh.balancer import Balancer
from canary.sim.mesh.parts import Client, Destination, Sent
from canary.sim.mesh.request import Request
from canary.sim.mesh.split import Split

if TYPE_CHECKING:
    from canary.sim.mesh.proxy import Proxy

IDLE = 5.0


class Stack:
    """
    Attributes:
        users: senders with open connections.
        busy: they never let go of them.
        told: when the last update reaches it, virtual seconds; updates keep their order.
        idle: counts the times it fell idle.
    """

    def __init__(self, proxy: Proxy, apex: Destination, born: Split) -> None:
        self.proxy = proxy
        self.apex = apex
        self.users = 0
        self.told = 0.0
        self.idle = 0
        self.busy = False
        self._shares: list[tuple[Balancer, float]] = []
        self._total = 0.0
        self._build(born)

    @property
    def mute(self) -> bool:
        """Built on weights it cannot hold: every request ends without an answer."""
        return self._born.broken

    def join(self, *, busy: bool) -> None:
        """A sender opens its connections; one that is not busy does so anew, and finds what is there by now."""
        self.users += 1
        self.busy = busy
        if not self._by_profile:
            self._learn(self.proxy.profile(self.apex))

    def hear(self, split: Split) -> None:
        """The profile says something new; this proxy learns of it a little later, in the right order."""
        world = self.proxy.world
        self.told = max(self.told, world.timeline.now + world.a_delay())
        world.timeline.after(self.told - world.timeline.now, lambda: self._learn(split))

    def _learn(self, split: Split) -> None:
        if self.proxy.stacks.get(self.apex) is not self:
            return
        if self._by_profile:
            self._follow(split)
        elif split.in_force and not self.busy:
            self._build(split)

    def _build(self, split: Split) -> None:
        self._born, self._by_profile, self._deaf = split, split.in_force, split.broken
        self._obey(split)

    def _follow(self, split: Split) -> None:
        self._deaf = self._deaf or split.broken
        self._obey(self._born if self._deaf else split)

    def _obey(self, split: Split) -> None:
        """Hold exactly the backends the split names, or the apex's own endpoints."""
        named = (split.shares if self._by_profile else ()) or ((self.apex.service, 1.0),)
        before = [balancer for balancer, _ in self._shares]
        self._shares = [(self._balancer(name), share) for name, share in named]
        self._total = sum(share for _, share in self._shares)
        now = [balancer for balancer, _ in self._shares]
        for balancer in before:
            if balancer not in now:
                balancer.drop()
        for balancer in now:
            if balancer not in before:
                balancer.hold()

    def _balancer(self, service: str) -> Balancer:
        return self.proxy.balancer(self.apex, Destination(self.apex.namespace, service, self.apex.port))

    def release(self) -> None:
        """Nobody uses it any more."""
        for balancer, _ in self._shares:
            balancer.drop()

    def request(self, client: Client) -> None:
        """Draw a backend among those that take requests, by weight, afresh for each request."""
        if self.mute:
            self.proxy.world.sent[Sent(client.namespace, client.deployment, "", "eof")] += 1
            return
        request = Request(client, self.proxy, self._route())
        balancer = self._drawn()
        if balancer is None:
            request.shed()
        else:
            request.enter(balancer)

    def _route(self) -> Traffic | None:
        if not self._by_profile:
            return None
        route = self.proxy.route(self.apex)
        route.requests += 1
        return route

    def _drawn(self) -> Balancer | None:
        """By weight among those not in fail-fast; None where all are."""
        balancer = self._pick(self._shares, self._total)
        if not balancer.shut:
            return balancer
        ready = [(other, share) for other, share in self._shares if not other.shut]
        return self._pick(ready, sum(share for _, share in ready)) if ready else None

    def _pick(self, shares: list[tuple[Balancer, float]], total: float) -> Balancer:
        rest = self.proxy.world.chance.random() * total
        for balancer, share in shares:
            rest -= share
            if rest < 0:
                return balancer
        return shares[-1][0]
