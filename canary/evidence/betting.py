"""
Betting against a null hypothesis: the factor one interval contributes, and the purse the stakes come from.

A bet that nobody can expect to win under the hypothesis is evidence when it wins: the wealth it has made is an
e-value (Vovk & Wang 2021, Ann. Stat. 49(3)), and P(wealth ever reaches 1/α times the stake) ≤ α (Ville 1939).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Row = tuple[float, float, float, float]
"""Requests and bad responses of the canary, then of stable, for one client workload in one interval."""

BAD_GRID = (1.5, 3.0, 10.0, 100.0)
"""k: how many times worse than tolerated the canary is taken to be."""

GOOD_GRID = (0.1, 0.3, 0.6)
"""k: which fraction of the tolerated the canary is taken to be."""

HIGHEST, LOWEST = 1e200, 1e-200
"""Wealth stays where floats and JSON are safe; a bet at the floor can still recover."""


@dataclass(frozen=True, slots=True)
class Bet:
    """
    Alternatives to "the canary's bad rate is `ratio` × stable's + `margin`".

    k > 1 wins from a worse canary and expects at most 1 while its rate is at or below that line; k < 1 wins from a
    better one and expects at most 1 while its rate is at or above it. Both hold whatever stable's rate is.

    Stable's share of all bad responses is what is bet on, so a rate that both arms share cancels: the two-sample
    Poisson comparison of Lindon & Malek 2022 (arXiv:2011.03567), made one-sided, with a ratio and a margin. Client
    workloads are the blocks of Turner, Ly & Grünwald 2024 (arXiv:2106.02693): each keeps its own ratio of traffic.
    With 1/K in the exponent it holds for failures in bursts of up to K (chord of a convex function).
    """

    grid: tuple[float, ...]
    ratio: float
    margin: float

    def log_factors(self, rows: Sequence[Row], dispersion: float, cap: float) -> list[float]:
        """
        ln e(k) of one interval for each k: the payoff, tempered by the burstiness K, cut at ln `cap` from above.

        With q = ratio × n_c a bad response of stable pays (n_s + q) / (n_s + k q), one of the canary k times that;
        each canary request costs what the two are expected to pay at the line.
        """
        highest = math.log(cap)
        payoffs = self._log_payoffs(rows) if self.ratio else self._absolute_log_payoffs(rows)
        return [min(payoff / dispersion, highest) for payoff in payoffs]

    def _log_payoffs(self, rows: Sequence[Row]) -> list[float]:
        payoffs = []
        for k in self.grid:
            total, per_request = 0.0, self.margin * (k - 1)
            for requests, bad, stable_requests, stable_bad in rows:
                allotted = self.ratio * requests
                stake = stable_requests + k * allotted
                total -= requests * per_request * stable_requests / stake
                if bad or stable_bad:
                    total += bad * math.log(k) + (bad + stable_bad) * math.log(
                        (stable_requests + allotted) / stake
                    )
            payoffs.append(total)
        return payoffs

    def _absolute_log_payoffs(self, rows: Sequence[Row]) -> list[float]:
        requests, bad = sum([row[0] for row in rows]), sum([row[1] for row in rows])
        return [bad * math.log(k) - requests * self.margin * (k - 1) for k in self.grid]


def grow(wealth: Sequence[float], stake: float, log_factors: Sequence[float]) -> tuple[float, ...]:
    """What each bet owns after the interval; `stake` is added to each before it."""
    grown = []
    for owned, factor in zip(wealth, log_factors, strict=True):
        worth = (owned + stake) * math.exp(factor)
        grown.append(worth if LOWEST < worth < HIGHEST else min(HIGHEST, max(LOWEST, worth)))
    return tuple(grown)


@dataclass(frozen=True, slots=True)
class Purse:
    """
    Money not bet yet, and what the bets on "bad" own; together 1 at the start.

    Restarts after the start are paid out of the purse. It finds late regressions as the restarts of an e-detector
    do (Shin, Ramdas & Rinaldo 2024, arXiv:2203.03532), yet keeps one α for the whole rollout: money moves, none is made.

    Attributes:
        kept: not bet yet.
        wealth: of each alternative of the grid.
        started: the first bet is made.
    """

    kept: float = 1.0
    wealth: tuple[float, ...] = (0.0,) * len(BAD_GRID)
    started: bool = False

    @property
    def evidence(self) -> float:
        """How many to one the data speak against the hypothesis: a supermartingale that starts at 1."""
        return self.kept + sum(self.wealth)

    def release(self, share: float) -> "Purse":
        """Move a share of the purse into the bets, evenly."""
        money = share * self.kept
        each = money / len(self.wealth)
        return Purse(self.kept - money, tuple(owned + each for owned in self.wealth), self.started)

    def bet(self, share: float, log_factors: Sequence[float]) -> "Purse":
        """Release a share, then settle the bets."""
        money = share * self.kept
        return Purse(
            self.kept - money, grow(self.wealth, money / len(self.wealth), log_factors), started=True
        )
