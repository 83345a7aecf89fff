"""
Two answers in, intervals out: the fold, without I/O.

An interval is known only if every client workload was seen in it (`Sight`) and no number in it is odd. Who asked
nothing while being seen sent zero requests; who was not seen makes the interval unknown, with the reason.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias
from zlib import crc32

from canary.evidence.increments import Arm, Interval, Stratum
from canary.metrics.answers import Series, number
from canary.metrics.queries import Sight
from canary.metrics.source import Leaves

FAILURE = "failure"
CLASSES = ("success", FAILURE)
SIGHTS = {f"{sight:d}": sight for sight in Sight}


class Moment(NamedTuple):
    """One interval of one backend."""

    namespace: str
    service: str
    at: int


class Workload(NamedTuple):
    """Who asked: a Deployment; what runs as something else has no `deployment`."""

    namespace: str
    deployment: str

    def __str__(self) -> str:
        return "/".join(filter(None, self)) or "without a name"


class Cell(NamedTuple):
    """What one number counts: answers of one endpoint to one client workload, all failures or none."""

    workload: Workload
    pod: str
    failed: bool


Counts: TypeAlias = Mapping[Cell, float]
NOTHING: Counts = {}


class Seen(NamedTuple):
    """So many targets of one client workload in one state."""

    workload: Workload
    sight: Sight
    targets: float


@dataclass(slots=True)
class Ledger:
    """
    The answers by backend and interval.

    Attributes:
        flaws: what makes a moment unknown whatever else was seen.
        meshed: intervals over which Prometheus saw any proxy of the mesh.
    """

    counts: dict[Moment, dict[Cell, float]] = field(default_factory=lambda: defaultdict(dict))
    seen: dict[Moment, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    flaws: dict[Moment, str] = field(default_factory=dict)
    meshed: set[int] = field(default_factory=set)


def fold(increments: Iterable[Series], freshness: Iterable[Series], seconds: int) -> Ledger:
    """
    The answers to `queries.increments` and `queries.freshness`, sorted; rows nobody asked for do no harm.

    Args:
        seconds: U.
    """
    ledger = Ledger()
    for series in increments:
        _enter_counts(ledger, series, seconds)
    for series in freshness:
        _enter_sights(ledger, series, seconds)
    return ledger


def interval(ledger: Ledger, leaves: Leaves, index: int) -> Interval:
    """What the ledger tells about one interval of one rollout."""
    canary = Moment(leaves.namespace, leaves.canary, index)
    stable = Moment(leaves.namespace, leaves.stable, index)
    if why := _unknown(ledger, (canary, stable)):
        return Interval(index, None, why=why)
    to_canary, to_stable = ledger.counts.get(canary, NOTHING), ledger.counts.get(stable, NOTHING)
    return Interval(index, _strata(to_canary, to_stable), _halves(to_stable))


def unknown(indices: Iterable[int], why: str) -> tuple[Interval, ...]:
    """Intervals nobody could tell anything about."""
    return tuple(Interval(index, None, why=why) for index in indices)


def _enter_counts(ledger: Ledger, series: Series, seconds: int) -> None:
    classification = series.labels.get("classification")
    cell = Cell(_workload(series), series.labels.get("dst_pod", ""), classification == FAILURE)
    for moment, value in _moments(series, seconds):
        requests = number(value)
        if requests is None or requests < 0 or classification not in CLASSES:
            ledger.flaws[moment] = f"Prometheus counts {value!r} requests of class {classification!r}"
        elif cell in ledger.counts[moment]:
            ledger.flaws[moment] = f"Prometheus answers twice for the same requests of client {cell.workload}"
        else:
            ledger.counts[moment][cell] = requests


def _enter_sights(ledger: Ledger, series: Series, seconds: int) -> None:
    if not series.labels:
        ledger.meshed.update(moment.at for moment, value in _moments(series, seconds) if number(value))
        return
    sent = series.labels.get("sight", "")
    for moment, value in _moments(series, seconds):
        targets = number(value)
        if targets is None or targets < 1 or sent not in SIGHTS:
            ledger.flaws[moment] = f"Prometheus counts {value!r} targets in state {sent!r}"
        else:
            ledger.seen[moment].append(Seen(_workload(series), SIGHTS[sent], targets))


def _moments(series: Series, seconds: int) -> Iterable[tuple[Moment, object]]:
    """A time off the grid belongs to no interval asked for."""
    namespace, service = (series.labels.get(label, "") for label in ("dst_namespace", "dst_service"))
    for at, value in series.points:
        if at % seconds == 0:
            yield Moment(namespace, service, round(at) // seconds), value


def _workload(series: Series) -> Workload:
    return Workload(series.labels.get("namespace", ""), series.labels.get("deployment", ""))


def _unknown(ledger: Ledger, moments: Sequence[Moment]) -> str:
    flaws = [ledger.flaws[moment] for moment in moments if moment in ledger.flaws]
    if flaws:
        return flaws[0]
    seen = sorted({one for moment in moments for one in ledger.seen.get(moment, ())})
    if not seen:
        blind = "Prometheus has no fresh data of any proxy: just started, wiped, or not scraping them"
        return "" if moments[0].at in ledger.meshed else blind
    return _unseen(seen)


def _unseen(seen: Sequence[Seen]) -> str:
    """Who was seen badly. A client that joins leaves the others' counts exact; alone it leaves nothing to count."""
    worst = max(seen, key=lambda one: one.sight)
    if worst.sight is Sight.LOST:
        return f"no fresh sample of {worst.targets:g} target(s) of client {worst.workload}"
    if worst.sight is Sight.RETURNING:
        return f"{worst.targets:g} target(s) of client {worst.workload} return after a gap: their counts cover more than this interval"
    if all(one.sight is Sight.JOINING for one in seen):
        return (
            f"client {worst.workload} was sampled for the first time: its counts begin with the next interval"
        )
    return ""


def _strata(to_canary: Counts, to_stable: Counts) -> tuple[Stratum, ...]:
    canary, stable = _by_workload(to_canary), _by_workload(to_stable)
    workloads = sorted({*canary, *stable})
    strata = (Stratum(_arm(canary.get(who, NOTHING)), _arm(stable.get(who, NOTHING))) for who in workloads)
    return tuple(one for one in strata if one.canary.requests or one.stable.requests)


def _by_workload(counts: Counts) -> Mapping[Workload, Counts]:
    found: dict[Workload, dict[Cell, float]] = defaultdict(dict)
    for cell, requests in counts.items():
        found[cell.workload][cell] = requests
    return found


def _arm(counts: Counts) -> Arm:
    failures = (requests for cell, requests in counts.items() if cell.failed)
    return Arm(requests=sum(counts.values()), failures=sum(failures))


def _halves(counts: Counts) -> tuple[Arm, Arm] | None:
    """
    The endpoints by a hash of their names, so that one stays in its half from interval to interval: a burst of one
    endpoint must not spread over both. Only where that leaves a half empty, every second one by rank.
    """
    pods = sorted(
        {cell.pod for cell, requests in counts.items() if requests}, key=lambda pod: (_hash(pod), pod)
    )
    if len(pods) < 2:
        return None
    odd = {pod for pod in pods if _hash(pod) % 2}
    if len(odd) in (0, len(pods)):
        odd = set(pods[1::2])
    return _arm(_of(counts, set(pods) - odd)), _arm(_of(counts, odd))


def _of(counts: Counts, pods: Collection[str]) -> Counts:
    return {cell: requests for cell, requests in counts.items() if cell.pod in pods}


def _hash(pod: str) -> int:
    return crc32(pod.encode())
