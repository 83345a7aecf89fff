"""
What all proxies of the model share: time, chance, and the truth about Services, profiles and servers.

The truth changes at once; proxies learn of it 20 to 74 ms later, each on its own stream.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from canary.sim.mesh.parts import Behaviour, Endpoint, Sent
from canary.sim.mesh.split import Split
from canary.sim.mesh.timeline import Timeline

if TYPE_CHECKING:
    from canary.sim.mesh.proxy import Proxy

HEALTHY = Behaviour()


@dataclass(slots=True)
class World:
    """
    Attributes:
        epoch: Unix time of virtual 0.
        delay: bounds of the time a change takes to reach a proxy, seconds; the lower one is the likeliest.
        retain: seconds after which an idle series nobody holds vanishes.
    """

    chance: Random
    epoch: float
    delay: tuple[float, float]
    retain: float
    timeline: Timeline = field(default_factory=Timeline)
    proxies: dict[tuple[str, str], Proxy] = field(default_factory=dict)
    endpoints: dict[tuple[str, str], tuple[Endpoint, ...]] = field(default_factory=dict)
    profiles: dict[tuple[str, str], Split] = field(default_factory=dict)
    behaviours: dict[tuple[str, str, str], Behaviour] = field(default_factory=dict)
    sent: Counter[Sent] = field(default_factory=Counter)

    def a_delay(self) -> float:
        """
        Triangular between 20 and 74 ms: median 36, p95 62. Measured from the write to the first request that
        obeyed: medians of 23 to 35, p95 of 40 to 62, never above 74.
        """
        low, high = self.delay
        return self.chance.triangular(low, high, low)

    def behaviour(self, namespace: str, service: str, pod: str) -> Behaviour:
        """Of that pod if it has its own, else of the Service."""
        own = self.behaviours.get((namespace, service, pod))
        return own or self.behaviours.get((namespace, service, "")) or HEALTHY
