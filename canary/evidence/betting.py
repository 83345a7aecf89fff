"""
Betting against a null hypothesis: the factor one interval contributes.

A bet that nobody can expect to win under the hypothesis is evidence when it wins: the wealth it has made is an
e-value (Vovk & Wang 2021, Ann. Stat. 49(3)), and P(wealth ever reaches 1/α times the stake) ≤ α (Ville 1939).

k > 1 wins from a canary that is worse than `ratio` × stable's rate + `margin` and expects at most 1 while its rate is at
or below that line; k < 1 wins from a better one and expects at most 1 while its rate is at or above it. Both hold
whatever stable's rate is: stable's share of all bad responses is what is bet on, so a rate that both arms share cancels.
That is the two-sample Poisson comparison of Lindon & Malek 2022 (arXiv:2011.03567), made one-sided, with a ratio and a
margin. Client workloads are the blocks of Turner, Ly & Grünwald 2024 (arXiv:2106.02693): each keeps its own ratio of
traffic. With 1/K in the exponent it holds for failures in bursts of up to K (chord of a convex function).
"""

from collections.abc import Sequence
from math import exp, log
from typing import NamedTuple, TypeAlias

from canary.evidence.bounded import PART
from canary.evidence.made import made
from canary.evidence.purse import HIGHEST, REST, Purse
from canary.evidence.traffic import Lines, Seven, Three, lines, seven

BAD_GRID = (1.5, 3.0, 10.0, 100.0)
"""k: how many times worse than tolerated the canary is taken to be."""

GOOD_GRID = (0.1, 0.3, 0.6)
"""k: which fraction of the tolerated the canary is taken to be."""

FURTHEST = log(HIGHEST)
"""`HIGHEST` for logarithms, in both directions: a bet on "good" that has lost everything can still recover."""

Line: TypeAlias = tuple[Sequence[float], float, float]
"""Each k, and the ratio and the margin of the line they multiply."""


class Bets(NamedTuple):
    """
    Alternatives to two lines: four to what is tolerated, three to what may advance. `Bets.on` makes them.

    They are always seven, and what is done to each of them is written out: loops over so few numbers take three times as
    long, and this is where the time goes.

    Attributes:
        logs: ln k.
        prices: margin × (k - 1), what a canary request costs at most.
    """

    lines: Lines
    logs: Seven
    prices: Seven

    @classmethod
    def on(cls, bad: Line, good: Line) -> "Bets":
        """What does not change from interval to interval is computed once."""
        grid = seven((*bad[0], *good[0]))
        prices = seven([margin * (k - 1) for grid, _, margin in (bad, good) for k in grid])
        return cls(lines(bad[1], good[1], grid), seven([log(k) for k in grid]), prices)


def settle(  # noqa: PLR0913, PLR0917 - as tuples of their own, packed and unpacked, they would cost 3 % of a `feed`
    bets: Bets,
    owned: tuple[Purse, Three],
    won: Seven,
    paid: Seven,
    canary: float,
    share: float,
    by: float,
    highest: float,
    gain: float | None,
    settled: bool,
) -> tuple[Purse, Three]:
    """
    Release a share of the purse and settle all bets on one interval.

    With q = ratio × n_c a bad response of stable pays (n_s + q) / (n_s + k q), one of the canary k times that;
    each canary request costs what the two are expected to pay at the line.

    Args:
        owned: by the bets on "bad"; logarithms of what those on "good" own, on which nothing is staked any more.
        won, paid: what bad responses of either arm pay, and requests that have to be paid for (`traffic.Split`).
        canary: x_c.
        share: of the purse, released before the interval.
        by: K, by which every logarithm is divided.
        highest: ln of the most a bet is multiplied by. From below nothing is cut: that would be evidence from nowhere.
        gain: ln of what the bounded bet is multiplied by; None where there is none.
        settled: the interval may speak for the canary.
    """
    purse, advance = owned
    kept, (wa, wb, wc, wd), _, _, steady = purse
    (a, b, c, d, e, f, g), (na, nb, nc, nd, ne, nf, ng) = won, paid
    _, (la, lb, lc, ld, le, lf, lg), (pa, pb, pc, pd, pe, pf, pg) = bets
    money, limit = share * kept, by * highest
    kept -= money
    stake = money / 4
    if gain is not None:
        stake = money * REST
        steady = (steady + money * PART) * exp(gain)
    a, b = a + canary * la - pa * na, b + canary * lb - pb * nb
    c, d = c + canary * lc - pc * nc, d + canary * ld - pd * nd
    wa = (wa + stake) * exp(a / by if a < limit else highest)
    wb = (wb + stake) * exp(b / by if b < limit else highest)
    wc = (wc + stake) * exp(c / by if c < limit else highest)
    wd = (wd + stake) * exp(d / by if d < limit else highest)
    evidence = kept + wa + wb + wc + wd + steady
    if evidence <= HIGHEST:
        purse = made(Purse, (kept, (wa, wb, wc, wd), True, evidence, steady))
    else:
        purse = Purse.of(kept, (wa, wb, wc, wd), True, steady)
    if settled:
        e, f, g = e + canary * le - pe * ne, f + canary * lf - pf * nf, g + canary * lg - pg * ng
        we, wf, wg = advance
        we += e / by if e < limit else highest
        wf += f / by if f < limit else highest
        wg += g / by if g < limit else highest
        if -FURTHEST < we < FURTHEST and -FURTHEST < wf < FURTHEST and -FURTHEST < wg < FURTHEST:
            advance = we, wf, wg
        else:
            advance = _within(we), _within(wf), _within(wg)
    return purse, advance


def _within(log_wealth: float) -> float:
    return min(FURTHEST, max(-FURTHEST, log_wealth))
