"""Latencies and queues, evaluated by promtool: scrapes every 5 s, intervals of 5 s."""

from pathlib import Path

import pytest

from canary.metrics import queries
from canary.metrics.queries import Scope
from canary.metrics.source import Leaves, Timing
from tests.metrics.promtool import Story

TIMING = Timing(interval=5, scrape=5)
SCOPE = Scope.of([Leaves("shop", "web-v1", "web-v2")])
TARGET = 'job="p",instance="a",namespace="shop",deployment="front"'
TO = 'direction="outbound",dst_namespace="shop",dst_service="web-v2"'
QUEUED = 'parent_name="{}",backend_namespace="shop",backend_name="web-v2"'
STARTED = {f"process_start_time_seconds{{{TARGET}}}": "-9000x9"}


def bucket(le: str) -> str:
    return f'response_latency_ms_bucket{{{TARGET},{TO},dst_pod="x",le="{le}"}}'


def within(le: str) -> str:
    who = 'dst_namespace="shop",dst_service="web-v2",namespace="shop",deployment="front",dst_pod="x"'
    return f'{{{who},le="{le}"}}'


def queue(family: str, parent: str = "web") -> str:
    return f"outbound_http_balancer_queue_{family}{{{TARGET},{QUEUED.format(parent)}}}"


def part(name: str) -> str:
    role = "dst_namespace={},dst_service={}" if name == "sent" else "backend_namespace={},backend_name={}"
    where = role.format('"shop"', '"web-v2"')
    return f'{{{where},namespace="shop",deployment="front",part="{name}"}}'


@pytest.mark.parametrize("le", ["50", "50.0"])
def test_a_bound_is_found_in_either_spelling_and_no_other_is(promtool: Path, tmp_path: Path, le: str) -> None:
    series = {bucket(le): "0 3 5", bucket("+Inf"): "0 4 8", bucket("500"): "0 4 8", bucket("5"): "0 1 1"}
    expected = {5: {within(le): 3, within("+Inf"): 4}, 10: {within(le): 2, within("+Inf"): 4}}
    query = queries.latencies(SCOPE, [50.0], TIMING)
    Story(5, series | STARTED).check(promtool, tmp_path, query, expected)


def test_a_bound_between_whole_milliseconds_is_no_pattern(promtool: Path, tmp_path: Path) -> None:
    series = {bucket("2.5"): "0 3", bucket("2x5"): "0 3", bucket("+Inf"): "0 4"}
    query = queries.latencies(SCOPE, [2.5], TIMING)
    expected = {5: {within("2.5"): 3, within("+Inf"): 4}}
    Story(5, series | STARTED).check(promtool, tmp_path, query, expected)


def test_what_entered_a_queue_is_told_beside_what_was_sent_on_and_what_waits(
    promtool: Path, tmp_path: Path
) -> None:
    series = {
        queue("requests_total"): "0 10 40 40",
        queue("requests_total", parent="web-v2"): "0 1 2 2",
        queue("length"): "0 0 30 0",
        f"request_total{{{TARGET},{TO}}}": "0 11 12 12",
    }
    expected = {
        5: {part("entered"): 11, part("sent"): 11, part("waiting"): 0},
        10: {part("entered"): 31, part("sent"): 1, part("waiting"): 30},
        15: {part("entered"): 0, part("sent"): 0, part("waiting"): 0},
    }
    Story(5, series | STARTED).check(promtool, tmp_path, queries.queues(SCOPE, TIMING), expected)


def test_requests_of_a_series_that_was_forgotten_and_began_anew_are_all_counted(
    promtool: Path, tmp_path: Path
) -> None:
    """A difference would miss the 40 there were before, which would then seem to be lost."""
    series = {
        f"request_total{{{TARGET},{TO}}}": "40 stale _ _ 45 50",
        queue("requests_total"): "40 40 40 40 85 90",
    }
    expected = {
        10: {part("entered"): 0},
        20: {part("entered"): 45, part("sent"): 45},
        25: {part("entered"): 5, part("sent"): 5},
    }
    Story(5, series | STARTED).check(promtool, tmp_path, queries.queues(SCOPE, TIMING), expected)


def test_requests_over_a_missed_scrape_are_counted_once(promtool: Path, tmp_path: Path) -> None:
    series = {
        f"request_total{{{TARGET},{TO}}}": "40 45 stale 55 60",
        f"process_start_time_seconds{{{TARGET}}}": "-9000 -9000 stale -9000 -9000",
    }
    expected = {5: {part("sent"): 5}, 15: {part("sent"): 10}, 20: {part("sent"): 5}}
    Story(5, series).check(promtool, tmp_path, queries.queues(SCOPE, TIMING), expected)


def test_a_backend_is_in_trouble_while_a_queue_holds_requests_or_shut_its_gate(
    promtool: Path, tmp_path: Path
) -> None:
    series = {
        queue("length"): "0 0 9 0 0 0 0 0 0",
        queue("gate_shut_total"): "3 3 3 3 4 4 4 4 4",
    }
    trouble = {'{backend_namespace="shop",backend_name="web-v2"}': 1.0}
    expected = {5: trouble, 10: trouble, 15: trouble, 20: trouble, 25: {}}
    Story(5, series | STARTED).check(promtool, tmp_path, queries.troubles(SCOPE, TIMING, 2), expected)


def test_a_queue_that_is_first_seen_shut_is_in_trouble(promtool: Path, tmp_path: Path) -> None:
    trouble = {'{backend_namespace="shop",backend_name="web-v2"}': 1.0}
    story = Story(5, {queue("gate_shut_total"): "_ 1 1 1 1", queue("gate_shut_total", "calm"): "_ 0 0 0 0"})
    story.check(promtool, tmp_path, queries.troubles(SCOPE, TIMING, 2), {0: trouble, 5: trouble, 10: {}})
