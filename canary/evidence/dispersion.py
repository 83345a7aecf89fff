"""
How many failures come at a time: K, learned from stable alone, before the interval it is used in.

Failures come in bursts (an endpoint hiccups, a connection drops), and a test that takes each for independent news
rolls healthy canaries back. Learning from the canary would let its own regression excuse it.
"""

from typing import NamedTuple

from canary.evidence.made import made

Block = tuple[float, float, float, float]
"""Requests and bad responses of one part, then of the other."""

EMPTY: Block = (0.0, 0.0, 0.0, 0.0)

SHORT, LONG = 1, 12
"""Intervals in a block: bursts within an interval, and bursts of about a minute."""

HALF_LIFE = 720.0
"""Intervals after which what was learned weighs half: an hour at 5 s."""

KEEPS = tuple(0.5 ** (intervals / HALF_LIFE) for intervals in range(2 * LONG + 1))
"""What is left of it after a block of so many."""

PRIOR, PRIOR_WEIGHT = 2.0, 2.0
"""Taken for the burstiness until failures were seen, and the weight of that assumption in expected bad responses."""

PRIOR_EXCESS = PRIOR * PRIOR_WEIGHT

SAFETY = 1.25
"""K is an estimate; bursts somewhat larger than those seen must not roll back."""


class Scale(NamedTuple):
    """
    Excess variance of stable's failures in blocks of one length (quasi-likelihood: Wedderburn 1974).

    The failures of two parts of a block should split as their requests do; `excess` sums the squared distance from
    that, `expected` the variance of independent failures. Their quotient is about the size of a burst.

    Attributes:
        blocks: how many with failures are in these sums. All three fade.
        burst: failures at a time, about: what follows from the sums.
    """

    excess: float = 0.0
    expected: float = 0.0
    blocks: float = 0.0
    burst: float = PRIOR

    @classmethod
    def of(cls, excess: float, expected: float, blocks: float) -> "Scale":
        """From the sums."""
        return cls(excess, expected, blocks, (excess + PRIOR_EXCESS) / (expected + PRIOR_WEIGHT))

    def close(self, block: Block, intervals: int, dilution: float) -> "Scale":
        """
        Learn from a block of so many intervals.

        One that speaks for smaller bursts weighs at most `dilution` times as much as they usually do: an outage whose
        thousands of failures come one by one says nothing about the bursts of quiet times, and would drown what was
        learned of them. What speaks for larger ones always counts in full, so this errs on the careful side only.
        """
        one, bad_of_one, other, bad_of_other = block
        bad = bad_of_one + bad_of_other
        if not bad:
            return self
        excess, expected, blocks, burst = self
        part, keep = one / (one + other), KEEPS[intervals]
        off, variance = bad_of_one - bad * part, bad * part * (1 - part)
        squared = off * off
        if squared < burst * variance:
            most = dilution * ((expected + PRIOR_WEIGHT) / (blocks + 1))
            if variance > most:
                squared, variance = squared * (most / variance), most
        excess, expected = excess * keep + squared, expected * keep + variance
        burst = (excess + PRIOR_EXCESS) / (expected + PRIOR_WEIGHT)
        return made(Scale, (excess, expected, blocks * keep + 1, burst))


class Dispersion(NamedTuple):
    """
    The burstiness at both scales.

    Attributes:
        paired: learned over time, because stable has no halves.
        filled: intervals in the long block under way; where it is learned over time, every second one ends a short one.
        block: the two parts of the long block so far.
        newest: requests and bad responses of the first part of the short block under way.
    """

    paired: bool = False
    short: Scale = Scale()
    long: Scale = Scale()
    filled: int = 0
    block: Block = EMPTY
    newest: tuple[float, float] = (0.0, 0.0)

    def factor(self, paired_limit: float) -> float:
        """K: what the logarithm of any evidence is divided by, at least 1."""
        brief, lasting = self.short.burst, self.long.burst
        learned = SAFETY * (brief if brief > lasting else lasting)  # noqa: FURB136 - max() takes thrice as long
        if learned > paired_limit and self.paired:
            return paired_limit
        return learned if learned > 1.0 else 1.0  # noqa: FURB136 - as above

    def learn_halves(self, halves: Block, dilution: float) -> "Dispersion":
        """Two halves of the endpoints in the same interval: a failure shared by all of them splits evenly, so cancels."""
        if self.paired:
            return self._switched().learn_halves(halves, dilution)
        _, short, long, filled, (one, bad_of_one, other, bad_of_other), newest = self
        first, bad_of_first, second, bad_of_second = halves
        if bad_of_first or bad_of_second:
            short = short.close(halves, SHORT, dilution)
        block = one + first, bad_of_one + bad_of_first, other + second, bad_of_other + bad_of_second
        filled += 1
        if filled < LONG:
            return made(Dispersion, (False, short, long, filled, block, newest))
        return Dispersion(False, short, long.close(block, LONG, dilution))

    def learn_over_time(self, requests: float, bad: float, dilution: float) -> "Dispersion":
        """The only endpoint: one block against the next (von Neumann 1941)."""
        if not self.paired:
            return self._switched().learn_over_time(requests, bad, dilution)
        _, short, long, filled, (one, bad_of_one, other, bad_of_other), newest = self
        if filled % 2:
            short = short.close((*newest, requests, bad), 2 * SHORT, dilution)
        if filled < LONG:
            return Dispersion(
                True, short, long, filled + 1, (one + requests, bad_of_one + bad, 0.0, 0.0), (requests, bad)
            )
        block = one, bad_of_one, other + requests, bad_of_other + bad
        if filled + 1 < 2 * LONG:
            return Dispersion(True, short, long, filled + 1, block, (requests, bad))
        return Dispersion(True, short, long.close(block, 2 * LONG, dilution))

    def closed(self, dilution: float) -> "Dispersion":
        """
        The long block under way counts as it is, if both parts have begun: shorter blocks split like long ones, they
        only show shorter bursts.
        """
        paired, short, long, filled, block, _ = self
        _, _, other, _ = block
        return Dispersion(paired, short, long.close(block, filled, dilution) if other else long)

    def _switched(self) -> "Dispersion":
        """Parts of different kinds cannot be added up."""
        return Dispersion(not self.paired, self.short, self.long)
