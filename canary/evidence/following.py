"""
Do all client workloads follow the weights of the route?

Those that were busy while the split was made may go on as before (Linkerd keeps their connection's route); a canary
judged on the rest alone would be judged on callers nobody chose.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import sqrt

from canary.evidence.increments import Interval

DEVIATIONS = 4.0
"""Standard deviations of a binomial that chance is granted: one caller in 16,000 would be called strange by mistake."""

FEW = 3.0
"""
Requests granted on top. A binomial of a few requests is no bell: without these, who sends one request meets a share of
5 % one time in twenty and would be called strange for it; with them, whatever is sent, at most once in 150,000.
"""

LEEWAY = 0.25
"""Part of the smaller arm that is granted on top: retries, and requests under way while weights change."""


def strangers(intervals: Sequence[Interval], share: float) -> tuple[str, ...]:
    """
    Client workloads whose requests, over all these intervals, do not split by `share`; sorted.

    Args:
        share: part of all requests the canary should get, 0-1.
    """
    canary, total = _sent(intervals)
    return tuple(sorted(who for who, asked in total.items() if _strange(canary[who], asked, share)))


def _sent(intervals: Iterable[Interval]) -> tuple[dict[str, float], dict[str, float]]:
    """Requests to the canary, and to both, by client workload."""
    canary: dict[str, float] = defaultdict(float)
    total: dict[str, float] = defaultdict(float)
    for stratum in (one for interval in intervals for one in interval.strata or ()):
        canary[stratum.client] += stratum.canary.requests
        total[stratum.client] += stratum.canary.requests + stratum.stable.requests
    return canary, total


def _strange(canary: float, total: float, share: float) -> bool:
    chance = DEVIATIONS * sqrt(total * share * (1 - share))
    return abs(canary - total * share) > chance + FEW + total * min(share, 1 - share) * LEEWAY
