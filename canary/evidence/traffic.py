"""
The requests of one interval, and what bets need of them: the same for every gate that looks at the same requests.

Six bounds of latency ask about one stream of requests. Logarithms are most of the work, so they are taken once for all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import log
from typing import TypeAlias

Pair: TypeAlias = tuple[float, float]
"""The canary's and stable's, of one client workload in one interval."""

Four: TypeAlias = tuple[float, float, float, float]
"""One number for each bet on "bad"."""

Three: TypeAlias = tuple[float, float, float]
"""One number for each bet on "good"."""

Seven: TypeAlias = tuple[float, float, float, float, float, float, float]
"""Four, then three."""

NOTHING: Seven = (0.0,) * 7


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """
    What bets compare with, their margins apart.

    Attributes:
        ratio: of the bets on "bad".
        good_ratio: of the bets on "good".
        grid: k of each bet.
    """

    ratio: float
    good_ratio: float
    grid: Seven


@cache
def lines(ratio: float, good_ratio: float, grid: Seven) -> Lines:
    """Equal ones are the same, which is how `Traffic` knows them."""
    return Lines(ratio, good_ratio, grid)


class Split:
    """
    What bets make of the requests. With q = ratio × n_c:

    Attributes:
        paid: for each bet, Σ n_c n_s / (n_s + k q): the canary requests, as far as they have to be paid for.
        shares: for each client workload and bet, ln (n_s + q) / (n_s + k q): what a bad response of either arm pays.
            None until it is needed: most have no bad response. Where there is nothing to compare with it is 0.
    """

    __slots__ = ("_pairs", "_weighed", "paid", "shares")

    def __init__(self, lines: Lines, pairs: Sequence[Pair]) -> None:
        self._pairs = pairs
        if not lines.ratio:
            self.paid: Seven = (sum([canary for canary, _ in pairs]),) * 7
            self.shares: list[Seven | None] = [NOTHING] * len(pairs)
            return
        self.shares = [None] * len(pairs)
        self._weighed: list[tuple[Seven, float, float]] = []
        na = nb = nc = nd = ne = nf = ng = 0.0
        ratio, good_ratio, (ka, kb, kc, kd, ke, kf, kg) = lines.ratio, lines.good_ratio, lines.grid
        for canary, stable in pairs:
            q, good, product = canary * ratio, canary * good_ratio, canary * stable
            a, b, c, d = stable + ka * q, stable + kb * q, stable + kc * q, stable + kd * q
            e, f, g = stable + ke * good, stable + kf * good, stable + kg * good
            na, nb, nc, nd = na + product / a, nb + product / b, nc + product / c, nd + product / d
            ne, nf, ng = ne + product / e, nf + product / f, ng + product / g
            self._weighed.append(((a, b, c, d, e, f, g), stable + q, stable + good))
        self.paid = na, nb, nc, nd, ne, nf, ng

    def won(self, bad: Sequence[Pair]) -> tuple[Seven, float]:
        """
        What the bad responses (x_c, x_s) of all client workloads pay, whichever arm they are of; and how many the canary
        would have had, had it failed each caller as often as stable did.
        """
        if len(bad) == 1:
            (canary, stable), (canary_bad, stable_bad) = self._pairs[0], bad[0]
            every = canary_bad + stable_bad
            a, b, c, d, e, f, g = self.shares[0] or self._share(0)
            return (
                (every * a, every * b, every * c, every * d, every * e, every * f, every * g),
                canary * stable_bad / stable if stable_bad else 0.0,
            )
        a = b = c = d = e = f = g = usual = 0.0
        for at, (canary_bad, stable_bad) in enumerate(bad):
            every = canary_bad + stable_bad
            if every:
                sa, sb, sc, sd, se, sf, sg = self.shares[at] or self._share(at)
                a, b, c, d = a + every * sa, b + every * sb, c + every * sc, d + every * sd
                e, f, g = e + every * se, f + every * sf, g + every * sg
            if stable_bad:
                canary, stable = self._pairs[at]
                usual += canary * stable_bad / stable
        return (a, b, c, d, e, f, g), usual

    def _share(self, at: int) -> Seven:
        (a, b, c, d, e, f, g), both, good = self._weighed[at]
        found = self.shares[at] = (
            log(both / a), log(both / b), log(both / c), log(both / d), log(good / e), log(good / f), log(good / g),
        )  # fmt: skip
        return found


class Traffic:
    """
    Requests of one interval, which it is asked about many times.

    Attributes:
        pairs: (n_c, n_s) of each client workload; no n_c is 0, and no n_s where bets compare.
        splits: those asked for so far.
    """

    __slots__ = ("pairs", "splits")

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.pairs = pairs
        self.splits: dict[Lines, Split] = {}

    def split(self, lines: Lines) -> Split:
        """For these bets."""
        found = self.splits[lines] = Split(lines, self.pairs)
        return found


def seven(numbers: Sequence[float]) -> Seven:
    """Exactly so many."""
    a, b, c, d, e, f, g = numbers
    return a, b, c, d, e, f, g
