"""
How many failures come at a time: K, learned from stable alone, before the interval it is used in.

Failures come in bursts (an endpoint hiccups, a connection drops), and a test that takes each for independent news
rolls healthy canaries back. Learning from the canary would let its own regression excuse it.
"""

from dataclasses import dataclass

Block = tuple[float, float, float, float]
"""Requests and bad responses of one part, then of the other."""

EMPTY: Block = (0.0, 0.0, 0.0, 0.0)

SHORT, LONG = 1, 12
"""Intervals in a block: bursts within an interval, and bursts of about a minute."""

HALF_LIFE = 720.0
"""Intervals after which what was learned weighs half: an hour at 5 s."""

PRIOR, PRIOR_WEIGHT = 2.0, 2.0
"""Taken for the burstiness until failures were seen, and the weight of that assumption in expected bad responses."""

SAFETY = 1.25
"""K is an estimate; bursts somewhat larger than those seen must not roll back."""


@dataclass(frozen=True, slots=True)
class Scale:
    """
    Excess variance of stable's failures in blocks of `size` intervals (quasi-likelihood: Wedderburn 1974).

    The failures of two parts of a block should split as their requests do; `excess` sums the squared distance from
    that, `expected` the variance of independent failures. Their quotient is about the size of a burst.

    Attributes:
        filled: intervals in the block under way.
        block: its two parts so far.
    """

    size: int
    excess: float = 0.0
    expected: float = 0.0
    filled: int = 0
    block: Block = EMPTY

    @property
    def burst(self) -> float:
        """Failures at a time, about."""
        return (self.excess + PRIOR * PRIOR_WEIGHT) / (self.expected + PRIOR_WEIGHT)

    def learn(self, halves: Block) -> "Scale":
        """Two halves of the endpoints in the same interval: a failure shared by all of them splits evenly, so cancels."""
        return self._add(halves, self.size)

    def learn_over_time(self, requests: float, bad: float) -> "Scale":
        """One endpoint: one block against the next (von Neumann 1941)."""
        first = self.filled < self.size
        return self._add((requests, bad, 0.0, 0.0) if first else (0.0, 0.0, requests, bad), 2 * self.size)

    def without_block(self) -> "Scale":
        """Parts of different kinds cannot be added up."""
        return Scale(self.size, self.excess, self.expected)

    def _add(self, parts: Block, full: int) -> "Scale":
        old = self.block
        block = (old[0] + parts[0], old[1] + parts[1], old[2] + parts[2], old[3] + parts[3])
        filled = self.filled + 1
        if filled < full:
            return Scale(self.size, self.excess, self.expected, filled, block)
        return self._close(block, filled)

    def _close(self, block: Block, filled: int) -> "Scale":
        one, bad_of_one, other, bad_of_other = block
        bad = bad_of_one + bad_of_other
        if bad <= 0 or one + other <= 0:
            return self.without_block() if self.filled else self
        part = one / (one + other)
        keep = 0.5 ** (filled / HALF_LIFE)
        excess = self.excess * keep + (bad_of_one - bad * part) ** 2
        return Scale(self.size, excess, self.expected * keep + bad * part * (1 - part))


@dataclass(frozen=True, slots=True)
class Dispersion:
    """
    The burstiness at both scales.

    Attributes:
        paired: learned over time, because stable has no halves.
    """

    paired: bool = False
    short: Scale = Scale(SHORT)
    long: Scale = Scale(LONG)

    def factor(self, paired_limit: float) -> float:
        """K: what the logarithm of any evidence is divided by, at least 1."""
        learned = SAFETY * max(self.short.burst, self.long.burst)
        return max(1.0, min(learned, paired_limit) if self.paired else learned)

    def learn(self, stable: tuple[float, float], halves: Block | None) -> "Dispersion":
        """One more interval of stable; its halves where it has several endpoints."""
        paired = halves is None
        if paired is not self.paired:
            return Dispersion(paired, self.short.without_block(), self.long.without_block()).learn(
                stable, halves
            )
        if halves is None:
            return Dispersion(paired, self.short.learn_over_time(*stable), self.long.learn_over_time(*stable))
        return Dispersion(paired, self.short.learn(halves), self.long.learn(halves))
