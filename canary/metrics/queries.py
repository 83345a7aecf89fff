"""
The PromQL of this product; nothing else in it writes any.

Values come from objects that others wrote. Only RFC 1123 labels are let in, and these hold no character that means
anything to a PromQL string or a regular expression, so that checking them is escaping them. Only `=`, and `=~` over
alternatives, are used.
"""

import re
from collections.abc import Collection
from enum import IntEnum

from canary.errors import Invalid
from canary.metrics.source import Leaves, Timing

HORIZON = "10m"
"""How far back a counter is remembered: a proxy drops a series that was idle for as long."""

FRESH_SCRAPES = 2.25
"""A sample is fresh for two scrapes, and the quarter that Prometheus takes to tell a gone target from a late one."""

STARTED = "process_start_time_seconds"
PROXY = "proxy_build_info"
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class Sight(IntEnum):
    """
    How well one client's proxy was seen over one interval; the first that holds.

    SEEN: sampled about its start and about its end, or started meanwhile: its counts are exact.
    JOINING: sampled for the first time: a baseline, its counts begin with the next interval.
    RETURNING: sampled again after a gap: its counts cover more than this interval.
    LOST: a target still, but no fresh sample.
    """

    SEEN = 0
    JOINING = 1
    RETURNING = 2
    LOST = 3


def askable(leaves: Leaves) -> bool:
    """All three names are names that Kubernetes allows."""
    return all(LABEL.fullmatch(name) for name in (leaves.namespace, leaves.stable, leaves.canary))


def increments(asked: Collection[Leaves], timing: Timing) -> str:
    """
    Exact counts of the interval that ends at the evaluated moment, as callers saw it.

    Per series the difference of two moments. A counter that went down was reset and counts from zero. So does a new
    one, but only on a target that was known before or has just started: otherwise a relabelling or a long gap would
    put a lifetime of requests into one interval. Checked by promtool in `tests/metrics/test_queries.py`.
    """
    now = f"last_over_time({_responses(asked)}[{HORIZON}])"
    before = f"last_over_time({_responses(asked)}[{HORIZON}] offset {timing.interval}s)"
    known = f"last_over_time({STARTED}[{HORIZON}] offset {timing.interval}s)"
    return (
        "sum by (dst_namespace, dst_service, namespace, deployment, dst_pod, classification) ("
        f"({now} - {before}) >= 0 or {now} and on (job, instance) ({known} or {_young(timing)}))"
    )


def freshness(asked: Collection[Leaves], timing: Timing) -> str:
    """
    Per backend and client workload, how many of its targets are in which `Sight`; without labels, how many
    proxies of the whole mesh were sampled about the interval's start and about its end.

    Clients are the targets that had a series for the backend within the horizon and that Prometheus still
    scrapes: a pod that went away took its `up` with it. Needed because the counters alone cannot tell "nobody
    asked" from "nobody looked". Each side of a join is first reduced to one row per target, so that a duplicate
    anywhere in the cluster does not fail the query.
    """
    clients = (
        "group by (dst_namespace, dst_service, namespace, deployment, job, instance) "
        f"(last_over_time({_responses(asked)}[{HORIZON}]))"
    )
    by_client = "count_values by (dst_namespace, dst_service, namespace, deployment)"
    return (
        f'{by_client} ("sight", {clients} * on (job, instance) group_left () ({_sights(timing)}))'
        f" or count({_sampled(PROXY, timing)} and on (job, instance) {_sampled(PROXY, timing, ago=timing.interval)})"
    )


def _sights(timing: Timing) -> str:
    end = _targets(_sampled(STARTED, timing))
    start = _targets(_sampled(STARTED, timing, ago=timing.interval))
    before = _targets(f"present_over_time({STARTED}[{HORIZON}] offset {timing.interval}s)")
    target = _targets("up")
    return (
        f"({Sight.SEEN:d} * ({end} and ({start} or {_targets(_young(timing))}))"
        f" or {Sight.JOINING:d} * ({end} unless {before})"
        f" or {Sight.RETURNING:d} * {end}"
        f" or {Sight.LOST:d} * {target}) and {target}"
    )


def _young(timing: Timing) -> str:
    return f"last_over_time({STARTED}[{HORIZON}]) > time() - {timing.interval + timing.scrape}"


def _sampled(metric: str, timing: Timing, ago: int = 0) -> str:
    """Scraped with success within the last two scrapes; a failed scrape leaves no sample."""
    window = f"{round(FRESH_SCRAPES * timing.scrape * 1000)}ms"
    return f"present_over_time({metric}[{window}]{f' offset {ago}s' if ago else ''})"


def _targets(vector: str) -> str:
    return f"group by (job, instance) ({vector})"


def _responses(asked: Collection[Leaves]) -> str:
    namespaces = {leaves.namespace for leaves in asked}
    services = {service for leaves in asked for service in (leaves.stable, leaves.canary)}
    matchers = (
        'direction="outbound"',
        _one_of("dst_namespace", namespaces),
        _one_of("dst_service", services),
    )
    return f"response_total{{{','.join(matchers)}}}"


def _one_of(label: str, names: Collection[str]) -> str:
    for name in names:
        if not LABEL.fullmatch(name):
            raise Invalid(f"{name!r} is no name of a Kubernetes object", at=label)
    operator = "=" if len(names) == 1 else "=~"
    return f'{label}{operator}"{"|".join(sorted(names))}"'
