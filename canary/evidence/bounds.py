"""Which bounds of the latency histogram are worth watching, given how slow stable usually is."""

from collections.abc import Mapping

MOST = 6
"""
Bounds of one rollout: each is a gate of its own, some 130 bytes of a checkpoint and its series in a query; more than these
hardly find anything sooner.
"""

LOWEST, HIGHEST = 0.002, 0.75
"""
Parts of stable's responses. Rarer slowness says too little within minutes; of commoner slowness a quarter more, which is
tolerated, would be nearly all responses: a gate that can condemn nobody and only keeps good versions waiting.
"""

LANDMARKS = (0.5, 0.05, 0.01)
"""Median, p95 and p99: the bounds nearest to them are always among the chosen."""

DEFAULT = (50.0, 100.0, 200.0, 300.0, 500.0, 1000.0)
"""
Milliseconds, where nothing is known about stable. All are bounds of Linkerd's `response_latency_ms`
(linkerd2-proxy, `linkerd/metrics/src/latency.rs`), in the range where services that are called by others answer.
"""


def choose(tails: Mapping[float, float], most: int = MOST) -> tuple[float, ...]:
    """
    The bounds to watch, ascending, in ms; none where stable is always faster or slower than all of them.

    Args:
        tails: for each bound of the histogram, in ms, the part of stable's responses that is slower, 0-1.
    """
    telling = {bound: tail for bound, tail in tails.items() if LOWEST < tail < HIGHEST}
    nearest = [min(telling, key=lambda bound: _apart(telling[bound], mark)) for mark in LANDMARKS if telling]
    chosen = list(dict.fromkeys(nearest))[:most]
    rest = set(telling) - set(chosen)
    while rest and len(chosen) < most:
        chosen.append(
            max(sorted(rest), key=lambda bound: min(_apart(tails[bound], tails[one]) for one in chosen))
        )
        rest.discard(chosen[-1])
    return tuple(sorted(chosen))


def _apart(one: float, other: float) -> float:
    """As a ratio either way: 1 % is as far from 2 % as 20 % from 40 %."""
    return max(one / other, other / one)
