"""The model's handle: tell it what is, let time pass, read the pages."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from canary.sim.mesh.balancer import Balancer
from canary.sim.mesh.page import page
from canary.sim.mesh.parts import Behaviour, Client, Destination, Endpoint, Sent
from canary.sim.mesh.proxy import Proxy
from canary.sim.mesh.sender import Sender
from canary.sim.mesh.split import Split, Weight
from canary.sim.mesh.stack import Stack
from canary.sim.mesh.world import World

DELAY = (0.020, 0.074)
"""Seconds between a change and the first request that obeys it, measured 18 to 74 ms."""

RETAIN = 600.0
"""Seconds after which Linkerd drops an idle series."""


class Mesh:
    """
    Pods with Linkerd proxies, in virtual time. The same seed and calls give the same pages.

    For one thread at a time: who serves pages while time passes holds a lock around both.

    Attributes:
        now: virtual seconds since the beginning.
        sent: exact counts of what clients got.
    """

    def __init__(
        self, seed: int = 1, epoch: float = 0.0, *, delay: tuple[float, float] = DELAY, retain: float = RETAIN
    ) -> None:
        """
        Args:
            epoch: Unix time of virtual 0, for the times on the pages.
            delay: bounds of the time a change takes to reach a proxy, seconds.
            retain: seconds after which an idle series nobody holds vanishes.
        """
        self._world = World(Random(seed), epoch, delay, retain)
        self._senders: dict[tuple[str, str, Destination], list[Sender]] = {}

    @property
    def now(self) -> float:
        return self._world.timeline.now

    @property
    def sent(self) -> Counter[Sent]:
        return self._world.sent

    def advance(self, seconds: float) -> None:
        """Let that much virtual time pass."""
        self._world.timeline.run(seconds)

    def client(self, client: Client) -> None:
        """Let a workload ask for an apex from now on; told again, it replaces its former self."""
        key = (client.namespace, client.deployment, client.target)
        for sender in self._senders.pop(key, []):
            sender.stop()
        self._senders[key] = [
            Sender(client, self._proxy(client.namespace, pod, client.deployment)) for pod in client.pods
        ]
        for sender in self._senders[key]:
            sender.start()

    def service(self, namespace: str, service: str, endpoints: Sequence[Endpoint]) -> None:
        """The ready endpoints of a Service are these now."""
        for endpoint in endpoints:
            self._proxy(namespace, endpoint.pod, endpoint.deployment).endpoint = endpoint
        self._world.endpoints[namespace, service] = tuple(endpoints)
        for balancer in self._balancers(namespace, service):
            self._world.timeline.after(self._world.a_delay(), balancer.discover)

    def profile(
        self, namespace: str, apex: str, overrides: Mapping[str, Weight] | None, *, routes: bool = False
    ) -> None:
        """
        The ServiceProfile of an apex says this now.

        Args:
            overrides: Service → weight; None = no overrides.
            routes: it names routes as well, which puts clients in profile mode without any override.
        """
        split = Split.of(overrides, routes=routes)
        self._world.profiles[namespace, apex] = split
        for stack in self._stacks(namespace, apex):
            stack.hear(split)

    def behave(self, namespace: str, service: str, behaviour: Behaviour, pod: str | None = None) -> None:
        """
        A backend, or one pod of it, answers like this from now on.

        A pod behind two Services goes by the one it is reached through.
        """
        self._world.behaviours[namespace, service, pod or ""] = behaviour
        for balancer in self._balancers(namespace, service):
            balancer.refresh()

    def restart(self, namespace: str, pod: str) -> None:
        """
        The pod's proxy starts anew: counters from zero, a new start time, new connections.

        What waited in a queue is lost; what was under way ends for the client, but its proxy counts it no more.
        """
        proxy = self._world.proxies[namespace, pod]
        senders = [sender for group in self._senders.values() for sender in group if sender.proxy is proxy]
        for sender in senders:
            sender.stop()
        proxy.restart()
        for sender in senders:
            sender.start()

    def remove(self, namespace: str, pod: str) -> None:
        """The pod is gone, and its page with it. Take it out of its Services as well."""
        proxy = self._world.proxies.pop((namespace, pod), None)
        for group in self._senders.values():
            for sender in group:
                if sender.proxy is proxy:
                    sender.stop()

    def pods(self) -> tuple[tuple[str, str, str], ...]:
        """Namespace, name and deployment of every pod with a page."""
        return tuple((proxy.namespace, proxy.pod, proxy.deployment) for proxy in self._world.proxies.values())

    def page(self, namespace: str, pod: str) -> str:
        """
        What `:4191/metrics` of that pod shows.

        Raises:
            KeyError: there is no such pod.
        """
        return page(self._world.proxies[namespace, pod])

    def _proxy(self, namespace: str, pod: str, deployment: str) -> Proxy:
        found = self._world.proxies.get((namespace, pod))
        if found is None:
            found = self._world.proxies[namespace, pod] = Proxy(self._world, namespace, pod, deployment)
        return found

    def _balancers(self, namespace: str, service: str) -> Iterator[Balancer]:
        for proxy in self._world.proxies.values():
            for balancer in proxy.balancers.values():
                if balancer.backend[:2] == (namespace, service):
                    yield balancer

    def _stacks(self, namespace: str, apex: str) -> Iterator[Stack]:
        for proxy in self._world.proxies.values():
            for stack in proxy.stacks.values():
                if stack.apex[:2] == (namespace, apex):
                    yield stack
