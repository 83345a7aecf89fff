"""
Do all client workloads follow the weights of the route?

Those that were busy while the split was made may go on as before (Linkerd keeps their connection's route), and ask the
Service in front of both, or stable. A canary judged on the rest alone would be judged on callers nobody chose.

Who asks the canary's own Service and nobody else, as a smoke test does, is no such client: below 100 % no split sends
everything there.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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

STRAY = 0.05
"""Part of a client's requests that may go past the split. That is no matter of chance: one of ten pods is found."""


DUE = 20.0
"""Requests due to the canary without which their absence says nothing: none of them came by chance once in 500 million."""


@dataclass(slots=True)
class Sent:
    """Requests of one client workload, over some intervals."""

    canary: float = 0.0
    stable: float = 0.0
    astray: float = 0.0


def strangers(intervals: Sequence[Interval], share: float) -> tuple[str, ...]:
    """
    Client workloads whose requests, over all these intervals, do not split by `share`; sorted.

    Args:
        share: part of all requests the canary should get, 0-1.
    """
    return tuple(sorted(who for who, sent in _sent(intervals).items() if _strange(sent, share)))


def missing(intervals: Sequence[Interval], share: float) -> float:
    """
    Requests due to the canary over all these intervals where it got none at all; 0 where it got one, or few were due.

    Linkerd passes over a backend that it cannot connect to, after 3 s, whatever Kubernetes says of its endpoints. So a
    dead canary may stop failing: it is not asked any more.
    """
    sent = _sent(intervals).values()
    due = share * sum(each.stable for each in sent)
    return due if due >= DUE and not any(each.canary for each in sent) else 0.0


def _sent(intervals: Iterable[Interval]) -> Mapping[str, Sent]:
    found: dict[str, Sent] = defaultdict(Sent)
    for interval in intervals:
        for stratum in interval.strata or ():
            found[stratum.client].canary += stratum.canary.requests
            found[stratum.client].stable += stratum.stable.requests
        for client, requests in interval.astray:
            found[client].astray += requests
    return found


def _strange(sent: Sent, share: float) -> bool:
    split = sent.canary + sent.stable
    if sent.astray > FEW + STRAY * (split + sent.astray):
        return True
    if not sent.stable:
        return False
    chance = DEVIATIONS * sqrt(split * share * (1 - share))
    return abs(sent.canary - split * share) > chance + FEW + split * min(share, 1 - share) * LEEWAY
