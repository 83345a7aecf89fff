"""What a real Prometheus tells of the model of the mesh: requests nobody answered, and how long answers took."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from canary.evidence.increments import Interval
from canary.metrics.connection import Connection
from canary.metrics.prometheus import Prometheus
from canary.metrics.source import Leaves, Timing
from canary.sim.exposition.instruments import MILLISECONDS
from canary.sim.mesh import Behaviour
from tests.beds.patience import CLOCK
from tests.metrics.backfill import Record, remembering
from tests.sim.scene import CANARY, CANARY_PODS, NAMESPACE, STABLE, a_mesh, got, weights

pytestmark = [pytest.mark.servers, pytest.mark.usefixtures("tools")]

BACKENDS = Leaves(NAMESPACE, STABLE, CANARY, bounds=(10.0, 100.0))
QUIET = 10
"""Seconds before and after anything happens."""


@dataclass(frozen=True, slots=True)
class Past:
    """A rollout's intervals, and what the clients got in them."""

    source: Prometheus
    first: int
    last: int
    lost: int
    broke: int

    def told(self, first: int, last: int) -> tuple[Interval, ...]:
        return self.source.increments([BACKENDS], first, last)[BACKENDS]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """The canary's endpoints vanish for 20 s under 200 requests a second, half of them its own."""
    mesh = a_mesh(weights(1, 1))
    mesh.behave(NAMESPACE, CANARY, Behaviour(latency_ms=50, spread=0))
    mesh.behave(NAMESPACE, STABLE, Behaviour(latency_ms=5, spread=0))
    record = Record(mesh, minutes_ago(10))
    record.run(QUIET)
    first = round(record.now)
    record.run(QUIET)
    mesh.service(NAMESPACE, CANARY, [])
    broke = round(record.now)
    record.run(20)
    mesh.service(NAMESPACE, CANARY, CANARY_PODS[:1])
    record.run(2 * QUIET)
    folder = tmp_path_factory.mktemp("past")
    with remembering(folder, record) as server, Connection(server.url) as connection:
        source = Prometheus(connection, Timing(interval=1, scrape=1))
        yield Past(source, first, round(record.now), got(mesh, CANARY, "504"), broke)


def lost(intervals: tuple[Interval, ...]) -> Mapping[int, float]:
    """Failures of the canary, by interval."""
    return {
        interval.index: failures
        for interval in intervals
        if (failures := sum(stratum.canary.failures for stratum in interval.strata or ()))
    }


def test_what_a_backend_without_endpoints_swallows_are_its_failures(past: Past) -> None:
    told = past.told(past.first, past.last)
    assert not [interval.why for interval in told if interval.strata is None]
    assert past.lost > 100
    assert sum(lost(told).values()) == past.lost
    assert {past.broke + 4} == set(lost(told))


def test_an_interval_is_told_alike_whatever_else_is_asked(past: Past) -> None:
    whole = past.told(past.first, past.last)
    for first in range(past.broke - 2, past.broke + 12):
        for length in (1, 2, 5):
            start = first - past.first
            assert past.told(first, first + length - 1) == whole[start : start + length]


def test_answers_are_told_slower_than_the_bounds_they_are_slower_than(past: Past) -> None:
    for interval in past.told(past.first, past.broke):
        for stratum in interval.strata or ():
            assert stratum.canary.timed == stratum.canary.requests > 0
            assert stratum.canary.slow == (stratum.canary.requests, 0)
            assert stratum.stable.slow == (0, 0)
            assert stratum.client == f"{NAMESPACE}/frontend"


def test_endpoints_that_answered_are_counted(past: Past) -> None:
    told = {interval.index: interval.endpoints for interval in past.told(past.first, past.last)}
    assert told[past.broke] == 1
    assert told[past.broke + 5] == 0
    assert told[past.last] == 1


def test_the_shares_slower_than_each_bound_are_those_of_stable(past: Past) -> None:
    tails = past.source.tails(BACKENDS)
    assert {bound: share for bound, share in tails.items() if share} == dict.fromkeys((1, 2, 3, 4), 1)
    assert len(tails) == len(MILLISECONDS)


def test_proxies_scraped_once_raise_no_doubts(past: Past) -> None:
    assert past.source.doubts(BACKENDS) == ""


def test_the_servers_count_what_reached_them_and_nothing_else(past: Past) -> None:
    servers = replace(BACKENDS, view="servers")
    told = past.source.increments([servers, BACKENDS], past.first, past.broke)
    for theirs, clients in zip(told[servers], told[BACKENDS], strict=True):
        (mine,), (sent,) = theirs.strata or (), clients.strata or ()
        assert (mine.canary, mine.stable, mine.client) == (sent.canary, sent.stable, "")
        assert theirs.endpoints == clients.endpoints == 1
        assert theirs.halves == clients.halves


def test_a_deployment_that_nobody_scrapes_is_unknown_to_the_servers_view(past: Past) -> None:
    servers = replace(BACKENDS, view="servers", workloads=(STABLE, "unmeshed"))
    told = past.source.increments([servers], past.first, past.broke)[servers]
    assert {interval.strata for interval in told} == {None}
    assert told[0].why.startswith(f"no proxy of Deployment {NAMESPACE}/unmeshed is scraped")


def test_scrapes_slower_than_the_intervals_lose_nothing(tmp_path: Path) -> None:
    """Every other interval then has no sample of its own: its counts come with the next."""
    mesh = a_mesh(weights(9, 1))
    record = Record(mesh, minutes_ago(10), scrape=2)
    record.run(QUIET)
    first, before = round(record.now) + 1, (got(mesh, STABLE), got(mesh, CANARY))
    record.run(3 * QUIET)
    with remembering(tmp_path, record) as server, Connection(server.url) as connection:
        source = Prometheus(connection, Timing(interval=1, scrape=1))
        told = source.increments([BACKENDS], first, round(record.now))[BACKENDS]
    strata = [one for interval in told for one in interval.strata or ()]
    assert not [interval.why for interval in told if interval.strata is None]
    assert len(strata) == len(told) // 2
    assert sum(one.stable.requests for one in strata) == got(mesh, STABLE) - before[0]
    assert sum(one.canary.requests for one in strata) == got(mesh, CANARY) - before[1]


def test_counters_that_stand_still_on_fresh_pages_are_no_requests(past: Past) -> None:
    """While its endpoints were away the canary's counters stood still."""
    quiet = past.told(past.broke + 6, past.broke + 15)
    assert [sum(one.canary.requests for one in interval.strata or ()) for interval in quiet] == [0] * 10
    assert all(interval.strata for interval in quiet)


def minutes_ago(minutes: int) -> int:
    """On the grid, and within the hour that `tails` looks at."""
    return int(CLOCK.now().timestamp()) // 60 * 60 - 60 * minutes
