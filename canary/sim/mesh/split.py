"""
What the overrides of a ServiceProfile become in a proxy.

Linkerd sends weights as 32-bit integers of 1/10 of a thousandth and drops the zeros. A sum that does not fit
kills the task that listens for updates: measured, and the reason why our daemon never writes such weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

Weight = Fraction | float | int

WIRE = 10_000
WIRE_MAX = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Split:
    """
    Attributes:
        shares: backends with a weight above zero; empty = the apex Service's own endpoints.
        routes: the profile names routes too, which is enough to be taken for a profile.
        broken: the proxy cannot hold these weights.
    """

    shares: tuple[tuple[str, float], ...] = ()
    routes: bool = False
    broken: bool = False

    @property
    def in_force(self) -> bool:
        """A proxy that begins to talk now does so by the profile, not by client policy."""
        return bool(self.shares) or self.routes or self.broken

    @classmethod
    def of(cls, overrides: Mapping[str, Weight] | None, *, routes: bool = False) -> "Split":
        wire = {name: ceil(Fraction(str(weight)) * 1000) * 10 for name, weight in (overrides or {}).items()}
        broken = any(weight < 0 for weight in wire.values()) or sum(wire.values()) > WIRE_MAX
        shares = tuple((name, weight / WIRE) for name, weight in wire.items() if weight > 0)
        return cls(() if broken else shares, routes, broken)
