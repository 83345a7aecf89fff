"""What the stakes are paid from, and what the bets on "bad" have made of them."""

from typing import NamedTuple

from canary.evidence.bounded import PART
from canary.evidence.traffic import Four

HIGHEST = 1e200
"""Wealth stays where floats and JSON are safe."""

LOST: Four = (0.0, 0.0, 0.0, 0.0)

REST = (1 - PART) / len(LOST)
"""What each of the other bets gets of the stakes, beside a bounded one."""


class Purse(NamedTuple):
    """
    Money not bet yet, and what the bets on "bad" own; together 1 at the start.

    Restarts after the start are paid out of the purse. It finds late regressions as the restarts of an e-detector
    do (Shin, Ramdas & Rinaldo 2024, arXiv:2203.03532), yet keeps one α for the whole rollout: money moves, none is made.

    Attributes:
        kept: not bet yet.
        wealth: of each alternative of the grid.
        started: the first bet is made.
        evidence: all together: how many to one the data speak against the hypothesis, a supermartingale from 1 on.
        steady: wealth of the bounded bet (`bounded`), where there is one; it gets `PART` of the stakes.
    """

    kept: float = 1.0
    wealth: Four = LOST
    started: bool = False
    evidence: float = 1.0
    steady: float = 0.0

    @classmethod
    def of(cls, kept: float, wealth: Four, started: bool, steady: float = 0.0) -> "Purse":
        """Counted, and kept where floats are safe."""
        a, b, c, d = wealth
        evidence = kept + a + b + c + d + steady
        if evidence <= HIGHEST:
            return cls(kept, wealth, started, evidence, steady)
        safe = min(HIGHEST, a), min(HIGHEST, b), min(HIGHEST, c), min(HIGHEST, d)
        return cls(kept, safe, started, HIGHEST, min(HIGHEST, steady))

    def release(self, share: float, bounded: bool = False) -> "Purse":
        """Move a share of the purse into the bets."""
        money, (a, b, c, d) = share * self.kept, self.wealth
        each = money * (REST if bounded else 1 / len(self.wealth))
        wealth = a + each, b + each, c + each, d + each
        return Purse.of(self.kept - money, wealth, self.started, self.steady + money * PART * bounded)

    def forfeit(self, share: float) -> "Purse":
        """Release a share and lose it with all that was bet before: no course of events leaves less."""
        return Purse.of(self.kept * (1 - share), LOST, True)
