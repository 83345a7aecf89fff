"""Exact increments: what a counter gained in the interval that ends at the evaluated moment."""

from canary.metrics.source import Timing

HORIZON = "10m"
"""How far back a counter is remembered: a proxy drops a series that was idle for as long."""

FRESH_SCRAPES = 2.25
"""A sample is fresh for two scrapes, and the quarter that Prometheus takes to tell a gone target from a late one."""

STARTED = "process_start_time_seconds"
PROXY = "proxy_build_info"


def exact(series: str, timing: Timing) -> str:
    """
    Per series the difference of two moments; a counter that went down was reset and counts from zero.

    So does a new one, but not on a target that is itself new to Prometheus though its process is old: first seen
    late, back after a long gap, or relabelled, which makes all its series new. There the first sample is a baseline:
    else a lifetime of requests would fall into one interval. Checked by promtool in `tests/metrics/test_queries.py`.
    """
    return _gained(remembered(series), remembered(series, timing.interval), timing)


def exact_though_forgotten(series: str, timing: Timing) -> str:
    """
    As `exact`, and right also for a series that the proxy forgot and began anew within the horizon, at once with
    more than it had before: that difference would miss what it had. Twice the price, for where missing some is harm.
    """
    return _gained(_present(series, 0), _present(series, timing.interval), timing)


def young(timing: Timing) -> str:
    """Targets whose process started in this interval or in the scrape before it."""
    return f"{remembered(STARTED)} > time() - {timing.interval + timing.scrape}"


def remembered(series: str, ago: int = 0) -> str:
    """The last sample, however old within the horizon."""
    return f"last_over_time({series}[{HORIZON}]{offset(ago)})"


def window(timing: Timing) -> str:
    """As long as a sample is fresh."""
    return f"{round(FRESH_SCRAPES * timing.scrape * 1000)}ms"


def offset(ago: int) -> str:
    return f" offset {ago}s" if ago else ""


def _gained(now: str, before: str, timing: Timing) -> str:
    first_seen = f"({remembered(STARTED)} unless {remembered(STARTED, timing.interval)})"
    old = f"{first_seen} <= time() - {timing.interval + timing.scrape}"
    return f"(({now} - {before}) >= 0 or {now} unless on (job, instance) ({old}))"


def _present(series: str, ago: int) -> str:
    """Remembered, unless the target's page was read and the series was not on it. A failed scrape reads none."""
    page, target = f"{series}{offset(ago)}", f"{STARTED}{offset(ago)}"
    return f"({page} or {remembered(series, ago)} unless on (job, instance) {target})"
