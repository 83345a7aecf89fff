"""A route as the rules see it, whatever kind it is."""

from collections.abc import Mapping
from dataclasses import dataclass

WEIGHT_SUM_LIMIT = 429_497
"""
The sum of all weights must stay below it. Linkerd multiplies a TrafficSplit's weights by 10,000 into 32 bits; beyond,
the client proxies' update task panics and they keep old weights for ever (measured on proxy v2.359.0).
"""


@dataclass(frozen=True, slots=True)
class Backend:
    """
    One Service that traffic is split over.

    Attributes:
        service: its name, in the route's namespace.
        weight: its weight; None where the route holds something no weight can be read from.
    """

    service: str
    weight: int | None


@dataclass(frozen=True, slots=True)
class Route:
    """
    One TrafficSplit (later: HTTPRoute, GRPCRoute) of the cluster.

    Attributes:
        version: its resourceVersion.
        apex: the Service that clients call.
        annotations: those under `canary.delivery/`, whole keys.
        problems: sentences about weights that cannot be represented; a start is refused while there are any.
        manager: the field manager that wrote its spec last; "" if unknown.
        owner: `Kind name` of the controller that owns it; "" if nobody does.
    """

    kind: str
    namespace: str
    name: str
    uid: str
    version: str
    apex: str
    backends: tuple[Backend, ...]
    annotations: Mapping[str, str]
    problems: tuple[str, ...] = ()
    terminating: bool = False
    manager: str = ""
    owner: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"

    @property
    def weights(self) -> dict[str, int | None]:
        """Service → weight."""
        return {backend.service: backend.weight for backend in self.backends}

    def share(self, service: str) -> float | None:
        """The part of all traffic `service` is given, 0-1; None where the weights do not say (unreadable, or all zero)."""
        weights = [backend.weight for backend in self.backends]
        known = [weight for weight in weights if weight is not None]
        if len(known) < len(weights) or sum(known) <= 0:
            return None
        return (self.weights.get(service) or 0) / sum(known)
