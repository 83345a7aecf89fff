"""One pod of a client, asking at random moments (a Poisson stream)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canary.sim.mesh.parts import Client
from canary.sim.mesh.stack import IDLE, Stack

if TYPE_CHECKING:
    from canary.sim.mesh.proxy import Proxy


class Sender:
    """Has connections, and so a stack, while its rate is above zero."""

    def __init__(self, client: Client, proxy: Proxy) -> None:
        self.client = client
        self.proxy = proxy
        self._rate = client.rate / len(client.pods)
        self._stack: Stack | None = None

    def start(self) -> None:
        if self._rate > 0:
            self._stack = self.proxy.stack(self.client.target)
            self._stack.join(busy=self.client.busy)
            self._wait(self._stack)

    def stop(self) -> None:
        """Close the connections; the stack outlives them by 5 s."""
        stack, self._stack = self._stack, None
        if stack is None:
            return
        stack.users -= 1
        stack.idle += 1
        idle = stack.idle
        self.proxy.world.timeline.after(IDLE, lambda: self.proxy.expire(stack, idle))

    def _wait(self, stack: Stack) -> None:
        world = self.proxy.world
        world.timeline.after(world.chance.expovariate(self._rate), lambda: self._send(stack))

    def _send(self, stack: Stack) -> None:
        """Unless the connections it was meant for are gone."""
        if stack is self._stack:
            stack.request(self.client)
            self._wait(stack)
