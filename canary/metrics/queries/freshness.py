"""How well the proxies were seen over one interval."""

from enum import IntEnum

from canary.metrics.queries.exact import HORIZON, PROXY, STARTED, offset, remembered, window, young
from canary.metrics.queries.scope import Scope
from canary.metrics.source import Timing


class Sight(IntEnum):
    """
    How well one proxy was seen over one interval; in the order in which they spoil its counts.

    SEEN: sampled about its start and about its end, or started meanwhile: its counts are exact.
    JOINING: sampled for the first time: a baseline, its counts begin with the next interval.
    RETURNING: sampled again after a gap: its counts cover more than this interval.
    LOST: a target still, but no fresh sample.
    DOUBLED: on record more than once: scraped by two, or just relabelled.
    """

    SEEN = 0
    JOINING = 1
    RETURNING = 2
    LOST = 3
    DOUBLED = 4


def freshness(scope: Scope, timing: Timing) -> str:
    """
    Per backend and client workload, how many of its targets are in which `Sight`; without labels, how many
    proxies of the whole mesh were sampled about the interval's start and about its end.

    Clients are the targets that had a series for the backend within the horizon and that Prometheus still
    scrapes: a pod that went away took its `up` with it. Needed because the counters alone cannot tell "nobody
    asked" from "nobody looked". In the servers' view they are the backend's own pods, busy or not. Each side of a
    join is first reduced to one row per target, so that a duplicate anywhere in the cluster does not fail the query.
    """
    labels = ", ".join((*scope.columns.backend, *scope.columns.client))
    return (
        f'count_values by ({labels}) ("sight", {_concerned(scope, labels)}'
        f" * on (job, instance) group_left () ({_sights(timing)}))"
        f" or count({_sampled(PROXY, timing)} and on (job, instance) {_sampled(STARTED, timing, timing.interval)})"
    )


def _concerned(scope: Scope, labels: str) -> str:
    if scope.view == "servers":
        series = f"{STARTED}{{{','.join(scope.named(*scope.columns.backend))}}}"
    else:
        series = scope.responses()
    return f"group by ({labels}, job, instance) ({remembered(series)})"


def _sights(timing: Timing) -> str:
    """The first that holds, of each target."""
    end = _targets(_sampled(STARTED, timing))
    start = _targets(_sampled(STARTED, timing, timing.interval))
    before = _targets(f"present_over_time({STARTED}[{HORIZON}]{offset(timing.interval)})")
    target = _targets("up")
    doubled = (
        f"{_sampled(PROXY, timing)} and on (instance) count by (instance) ({_sampled(PROXY, timing)}) > 1"
    )
    return (
        f"({Sight.DOUBLED:d} * {_targets(doubled)}"
        f" or {Sight.SEEN:d} * ({end} and ({start} or {_targets(young(timing))}))"
        f" or {Sight.JOINING:d} * ({end} unless {before})"
        f" or {Sight.RETURNING:d} * {end}"
        f" or {Sight.LOST:d} * {target}) and {target}"
    )


def _sampled(metric: str, timing: Timing, ago: int = 0) -> str:
    """Scraped with success within the last two scrapes; a failed scrape leaves no sample."""
    return f"present_over_time({metric}[{window(timing)}]{offset(ago)})"


def _targets(vector: str) -> str:
    return f"group by (job, instance) ({vector})"
