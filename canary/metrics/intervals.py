"""
Sights and a tally in, intervals out, without I/O.

An interval is known only if every client workload was seen in it (`Sight`) and no number in it is odd. Who asked
nothing while being seen sent zero requests; who was not seen makes the interval unknown, with the reason.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from zlib import crc32

from canary.evidence.increments import Arm, Astray, Interval, Stratum
from canary.metrics.latency import amiss, timed
from canary.metrics.moments import Moment, Workload
from canary.metrics.queries.scope import backends
from canary.metrics.sights import Sights
from canary.metrics.source import Leaves
from canary.metrics.tally import Answered, Asking, Cells, Tally

Bounds = tuple[float, ...]
NOTHING: Cells = {}


def interval(sights: Sights, tally: Tally, leaves: Leaves, index: int) -> Interval:
    """What the answers tell about one interval of one rollout."""
    stable, canary = (Moment(leaves.namespace, service, index) for service in backends(leaves))
    if why := sights.why_unknown((canary, stable)) or _flaw(tally, (canary, stable), leaves.bounds):
        return Interval(index, None, why=why)
    return Interval(
        index,
        _strata(tally, canary, stable, leaves.bounds),
        _halves(tally.cells.get(stable, NOTHING), leaves.bounds),
        endpoints=len(_busy(tally.cells.get(canary, NOTHING))),
        astray=_astray(tally, Moment(leaves.namespace, leaves.apex, index)) if leaves.apex else (),
    )


def unknown(indices: Iterable[int], why: str) -> tuple[Interval, ...]:
    """Intervals nobody could tell anything about."""
    return tuple(Interval(index, None, why=why) for index in indices)


def _flaw(tally: Tally, moments: Iterable[Moment], bounds: Bounds) -> str:
    for moment in moments:
        if flaw := tally.flaws.get(moment):
            return flaw
        for answered in tally.cells.get(moment, NOTHING).values() if bounds else ():
            if (answered.requests or answered.buckets) and (flaw := amiss(answered.buckets, bounds)):
                return flaw
    return ""


def _strata(tally: Tally, canary: Moment, stable: Moment, bounds: Bounds) -> tuple[Stratum, ...]:
    to_canary, to_stable = (_by_workload(tally, moment) for moment in (canary, stable))
    lost_canary, lost_stable = (tally.lost.get(moment, {}) for moment in (canary, stable))
    strata = (
        Stratum(
            _arm(to_canary.get(who, NOTHING), bounds, lost_canary.get(who, 0.0)),
            _arm(to_stable.get(who, NOTHING), bounds, lost_stable.get(who, 0.0)),
            client=str(who),
        )
        for who in sorted({*to_canary, *to_stable, *lost_canary, *lost_stable})
    )
    return tuple(one for one in strata if one.canary.requests or one.stable.requests)


def _astray(tally: Tally, apex: Moment) -> tuple[Astray, ...]:
    """An odd number there says nothing about the backends."""
    if apex in tally.flaws:
        return ()
    sent = {str(who): _arm(cells, ()).requests for who, cells in _by_workload(tally, apex).items()}
    return tuple(Astray(who, requests) for who, requests in sorted(sent.items()) if requests)


def _by_workload(tally: Tally, moment: Moment) -> Mapping[Workload, Cells]:
    found: dict[Workload, dict[Asking, Answered]] = defaultdict(dict)
    for asking, answered in tally.cells.get(moment, NOTHING).items():
        found[asking.workload][asking] = answered
    return found


def _arm(cells: Cells, bounds: Bounds, lost: float = 0.0) -> Arm:
    """What was never answered is a request and a failure, without a latency."""
    latencies = [timed(answered.buckets, bounds) for answered in cells.values()] if bounds else []
    return Arm(
        requests=sum(answered.requests for answered in cells.values()) + lost,
        failures=sum(answered.failures for answered in cells.values()) + lost,
        timed=sum(total for total, _ in latencies),
        slow=tuple(sum(slow[i] for _, slow in latencies) for i in range(len(bounds))),
    )


def _halves(cells: Cells, bounds: Bounds) -> tuple[Arm, Arm] | None:
    """
    The endpoints by a hash of their names, so that one stays in its half from interval to interval: a burst of one
    endpoint must not spread over both. Only where that leaves a half empty, every second one by rank.
    """
    pods = sorted(_busy(cells), key=lambda pod: (_hash(pod), pod))
    if len(pods) < 2:
        return None
    odd = {pod for pod in pods if _hash(pod) % 2}
    if len(odd) in (0, len(pods)):
        odd = set(pods[1::2])
    return _arm(_of(cells, set(pods) - odd), bounds), _arm(_of(cells, odd), bounds)


def _busy(cells: Cells) -> set[str]:
    """Endpoints that answered anything."""
    return {asking.pod for asking, answered in cells.items() if answered.requests}


def _of(cells: Cells, pods: Collection[str]) -> Cells:
    return {asking: answered for asking, answered in cells.items() if asking.pod in pods}


def _hash(pod: str) -> int:
    return crc32(pod.encode())
