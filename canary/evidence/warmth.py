"""Is the canary still warming up? Caches fill and code is compiled in its first seconds; that is not its latency."""

from typing import NamedTuple


class Warmth(NamedTuple):
    """
    Attributes:
        first: first interval in which the canary was asked; 0 before it.
        grew: newest interval with more canary endpoints than ever before; 0 before it.
        endpoints: the most so far.
    """

    first: int = 0
    grew: int = 0
    endpoints: int = 0

    def see(self, index: int, requests: float, endpoints: int) -> "Warmth":
        """One known interval."""
        first = self.first or (index if requests > 0 else 0)
        if endpoints > self.endpoints:
            return Warmth(first, index, endpoints)
        return self if first == self.first else Warmth(first, self.grew, self.endpoints)

    def missing(self, through: int) -> "Warmth":
        """Intervals up to `through` were missed, and endpoints may have been added until the last of them."""
        return Warmth(self.first, through, self.endpoints)

    def cold(self, index: int, warmup: int) -> bool:
        """Interval `index` says nothing to a gate with this warm-up."""
        return warmup > 0 and (index <= self.first + warmup or index <= self.grew + warmup // 2)
