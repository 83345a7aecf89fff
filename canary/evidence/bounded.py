"""
A second kind of bet, for services whose failures come in bursts: it can win only so much in one interval.

A bet on *counts* must be tempered by the size of bursts, or a burst on the canary alone would win it everything; on a
service with bursts of a thousand that hides a canary failing 5 % for half an hour. This one bets on which *part* of an
interval's failures is the canary's, a number from 0 to 1 whatever the size of the burst. So what it must be tempered
by is only how many intervals a burst lasts.

The part of bad responses is the statistic of Turner, Ly & Grünwald 2024 (arXiv:2106.02693), the bet on it that of
Waudby-Smith & Ramdas 2024 (JRSS-B 86(1), arXiv:2010.09686). Each interval is one bet: expected to win nothing when
failures come singly or when bursts of both arms are alike, whatever their size. Taking the m-th root makes the product
a geometric mean of m interleaved ones, which is at most their average, where bursts last no longer than m intervals.
That bursts are alike, and the m that is learned, are checked by simulation (docs/evidence.md), not proven.
"""

from collections.abc import Sequence
from math import exp, log

from canary.evidence.traffic import Pair

WORSE = 30.0
"""k: how many times worse than tolerated the canary is taken to be. A part of 1 caps what it can win, so one k does."""

PART = 1 / 12
"""Of the stakes of a gate that places it. It grows fast where it wins at all; more would slow what the other bets find."""

SHORTEST = 3.0
"""Intervals a burst is taken to last at least: one of 5 s that begins off the grid touches two, and leaves a margin."""

LONGER = 1.5
"""Bursts somewhat longer than those seen must not roll back."""


def duration(short: float, long: float) -> float:
    """
    m: how many intervals bursts last.

    Args:
        short, long: size of a burst as seen in blocks of one interval and of twelve. One that lasts d intervals is
            about d times as large in the long blocks.
    """
    return max(SHORTEST, LONGER * long / short)


def log_gain(ratio: float, margin: float, pairs: Sequence[Pair], bad: Sequence[Pair]) -> float:
    """
    ln of what the bet pays in one interval; over client workloads it is the average by their canary requests.

    With q = ratio × n_c and μ = margin × n_s / ratio, the failures the margin stands for, it pays
    (n_s + q) / (n_s + k q) × (1 + (k - 1) x_c / (x_c + x_s + μ)).

    Args:
        pairs: (n_c, n_s) of each client workload, none 0.
        bad: (x_c, x_s) of each.
    """
    total = weight = 0.0
    for (canary, stable), (canary_bad, stable_bad) in zip(pairs, bad, strict=True):
        q, tolerated = ratio * canary, margin * stable / ratio
        nothing, failures = (stable + q) / (stable + WORSE * q), canary_bad + stable_bad
        if failures:
            won = nothing * (1 + (WORSE - 1) * canary_bad / (failures + tolerated))
        else:
            won = nothing + (1 - nothing) * exp(-tolerated)
        total += canary * won
        weight += canary
    return log(total / weight)
