"""
The source on a real Prometheus that scrapes every second, U = 1 s, compared with what the scraped pages count.

A scrape and the grid do not meet at the same moment, so sums over a window that is quiet at both ends are compared.
Every test has backends and proxies of its own. What needs no outage happens at once, in one play, to wait only once;
the tests that take Prometheus away come after it.
"""

from collections.abc import Callable, Iterator, Sequence

import pytest

from canary.errors import Unavailable
from canary.evidence.increments import Interval
from canary.metrics.connection import Connection
from canary.metrics.prometheus import Prometheus
from canary.metrics.source import Leaves, Timing
from tests.beds.patience import CLOCK, wait_until
from tests.beds.prometheus import PrometheusServer, prometheus_server
from tests.metrics.exposition import Exposition, Proxy

pytestmark = [pytest.mark.servers, pytest.mark.usefixtures("tools")]

SETTLES = 2
"""Intervals after which the last scrape is in."""

SCRAPED = 4
"""Intervals after which what was just counted is in a settled one: a scrape, the grid's next line, and those two."""

WITHIN = 30.0
LOOK_EVERY = 0.1
LIFETIME = 3_000_000


class Bench:
    """The servers, and the source that is looked at."""

    def __init__(self, server: PrometheusServer, source: Prometheus, pages: Exposition) -> None:
        self.server, self.source, self.pages = server, source, pages
        self.steps = 0

    def proxy(self, name: str) -> Proxy:
        return self.pages.proxies[name]

    def told(self, leaves: Leaves, first: int) -> tuple[Interval, ...]:
        """All intervals since `first` that are final."""
        return self.source.increments([leaves], first, int(self.source.time()) - SETTLES)[leaves]

    def known(self, *rollouts: Leaves) -> int:
        """Wait until an interval that ends from now on is known of all of these; its index."""
        since, what = int(self.source.time()), f"intervals of {rollouts} to be known"
        return wait_until(lambda: self._newest_known(rollouts, since), WITHIN, what, LOOK_EVERY)

    def passed(self, intervals: int, send: Callable[[], None] = lambda: None) -> None:
        """Wait so many intervals of Prometheus' clock, calling `send` now and then."""
        until = int(self.source.time()) + intervals

        def look() -> bool:
            send()
            return int(self.source.time()) >= until

        wait_until(look, WITHIN, f"interval {until}", LOOK_EVERY)

    def _newest_known(self, rollouts: Sequence[Leaves], since: int) -> int:
        newest = int(self.source.time()) - SETTLES
        try:
            found = self.source.increments(rollouts, newest, newest).values()
        except Unavailable:  # it has not seen any proxy twice yet
            return 0
        return newest if newest >= since and not any(unknown(intervals) for intervals in found) else 0


def of(name: str) -> Leaves:
    """Backends that only one test uses."""
    return Leaves("shop", f"{name}-v1", f"{name}-v2")


def canary_requests(intervals: Sequence[Interval]) -> float:
    """In all known intervals."""
    return sum(stratum.canary.requests for interval in intervals for stratum in interval.strata or ())


def canary_failures(intervals: Sequence[Interval]) -> float:
    return sum(stratum.canary.failures for interval in intervals for stratum in interval.strata or ())


def stable_requests(intervals: Sequence[Interval]) -> float:
    return sum(stratum.stable.requests for interval in intervals for stratum in interval.strata or ())


def unknown(intervals: Sequence[Interval]) -> list[str]:
    return [interval.why for interval in intervals if interval.strata is None]


def clients() -> Iterator[Proxy]:
    """Long-lived proxies with a lifetime of requests behind them; `late` and `young` cannot be scraped yet."""
    settings = {"slow": {"delay": 0.7}, "late": {"broken": True}, "young": {"broken": True}}
    for name in ("exact", "slow", "reset", "first", "late", "young", "flaky", "leaving", "away", "wiped"):
        for number in (1, 2):
            proxy = Proxy(f"{name}-{number}", **settings.get(name, {}))  # type: ignore[arg-type]
            proxy.answered(f"{name}-v1", LIFETIME)
            yield proxy


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("prometheus")
    with Exposition(clients()) as pages, prometheus_server(folder, "1s", pages.targets) as server:
        server.scraped(len(pages.targets) - 4)
        with Connection(server.url) as connection:
            yield Bench(server, Prometheus(connection, Timing(interval=1, scrape=1)), pages)


@pytest.fixture(scope="module")
def first(bench: Bench) -> int:
    """The play; the interval before it."""
    before = bench.known(*map(of, ("exact", "slow", "reset", "first", "flaky", "leaving")))
    _opens(bench)
    bench.passed(2, lambda: _steady(bench))
    _turns(bench)
    bench.passed(2, lambda: _steady(bench))
    bench.proxy("flaky-1").broken = False
    wait_until(
        lambda: not bench.server.value('up{instance="leaving-1"}'),
        WITHIN,
        "a pod to be forgotten",
        LOOK_EVERY,
    )
    bench.known(of("flaky"), of("late"))
    _ends(bench)
    bench.passed(SCRAPED)
    return before


def _steady(bench: Bench) -> None:
    for name in ("exact", "slow"):
        for number, pod in ((1, "a"), (2, "b")):
            bench.proxy(f"{name}-{number}").answered(f"{name}-v1", 20, 1, pod)
            bench.proxy(f"{name}-{number}").answered(f"{name}-v2", 3, 2)
    bench.steps += 1


def _opens(bench: Bench) -> None:
    bench.proxy("reset-1").answered("reset-v2", 40)
    bench.proxy("first-1").answered("first-v2", 5)
    bench.proxy("young-1").restart()
    bench.proxy("young-1").answered("young-v2", 50)
    bench.proxy("leaving-1").answered("leaving-v2", 8)
    bench.proxy("young-1").broken = bench.proxy("late-1").broken = False
    bench.proxy("flaky-1").broken = True


def _turns(bench: Bench) -> None:
    bench.proxy("reset-1").restart()
    bench.proxy("reset-1").answered("reset-v2", 30, 2)
    bench.proxy("first-1").answered("first-v2", 4, 4, pod="another")
    bench.proxy("flaky-1").answered("flaky-v2", 900, 900)
    bench.server.set_targets(
        [target for target in bench.pages.targets if target.labels["pod"] != "leaving-1"]
    )


def _ends(bench: Bench) -> None:
    bench.proxy("late-1").answered("late-v1", 60)
    bench.proxy("flaky-1").answered("flaky-v2", 12)
    bench.proxy("leaving-2").answered("leaving-v2", 7)


@pytest.mark.parametrize("name", ["exact", "slow"])
def test_every_request_is_counted_once(bench: Bench, first: int, name: str) -> None:
    told = bench.told(of(name), first)
    assert unknown(told) == []
    assert stable_requests(told) == 40 * bench.steps
    assert (canary_requests(told), canary_failures(told)) == (6 * bench.steps, 4 * bench.steps)


def test_the_halves_are_the_stable_endpoints(bench: Bench, first: int) -> None:
    told = bench.told(of("exact"), first)
    halved = [interval for interval in told if interval.halves]
    assert halved
    for interval in halved:
        assert sum(half.requests for half in interval.halves or ()) == stable_requests([interval])


def test_a_proxy_that_restarts_counts_from_zero(bench: Bench, first: int) -> None:
    told = bench.told(of("reset"), first)
    assert unknown(told) == []
    assert (canary_requests(told), canary_failures(told), stable_requests(told)) == (70, 2, 0)


def test_first_requests_and_first_failures_on_a_known_client_are_counted(bench: Bench, first: int) -> None:
    told = bench.told(of("first"), first)
    assert (unknown(told), canary_requests(told), canary_failures(told)) == ([], 9, 4)


def test_a_pod_that_just_started_is_counted_from_its_first_request(bench: Bench, first: int) -> None:
    assert canary_requests(bench.told(of("young"), first)) == 50


def test_an_old_pod_first_seen_late_is_a_baseline(bench: Bench, first: int) -> None:
    told = bench.told(of("late"), first)
    assert any("sampled for the first time" in why for why in unknown(told))
    assert stable_requests(told) == 60


def test_failed_scrapes_make_intervals_unknown_until_the_client_is_seen_at_both_ends(
    bench: Bench, first: int
) -> None:
    told = bench.told(of("flaky"), first)
    assert {why.split(" of client ")[0] for why in unknown(told)} == {
        "no fresh sample of 1 target(s)",
        "1 target(s)",
    }
    assert all("shop/front" in why for why in unknown(told))
    assert (canary_requests(told), canary_failures(told)) == (12, 0)


def test_a_deleted_pod_is_not_missed(bench: Bench, first: int) -> None:
    told = bench.told(of("leaving"), first)
    assert (unknown(told), canary_requests(told)) == ([], 15)


@pytest.mark.usefixtures("first")
def test_a_prometheus_that_was_away_leaves_its_gap_unknown_and_goes_on(bench: Bench) -> None:
    leaves, proxy = of("away"), bench.proxy("away-1")
    first = bench.known(leaves)
    proxy.answered("away-v2", 10)
    bench.passed(SCRAPED)
    until = CLOCK.now().timestamp() + 4
    bench.server.stop()
    proxy.answered("away-v2", 500, 500)
    with pytest.raises(Unavailable):
        bench.source.increments([leaves], first, first + 1)
    wait_until(lambda: CLOCK.now().timestamp() > until, WITHIN, "scrapes to be missed")
    bench.server.start()
    bench.known(leaves)
    proxy.answered("away-v2", 20)
    bench.passed(SCRAPED)
    told = bench.told(leaves, first)
    assert any("after a gap" in why for why in unknown(told))
    assert (canary_requests(told), canary_failures(told)) == (30, 0)


@pytest.mark.usefixtures("first")
def test_a_wiped_prometheus_counts_no_lifetime(bench: Bench) -> None:
    leaves, proxy = of("wiped"), bench.proxy("wiped-1")
    proxy.answered("wiped-v2", LIFETIME, LIFETIME // 2)
    bench.passed(SCRAPED)
    first = bench.known(leaves)
    bench.server.wipe()
    bench.known(leaves)
    proxy.answered("wiped-v2", 25)
    bench.passed(SCRAPED)
    told = bench.told(leaves, first)
    assert told[0].why.startswith("Prometheus has no fresh data of any proxy")
    assert any("first time" in why for why in unknown(told))
    assert (canary_requests(told), canary_failures(told), stable_requests(told)) == (25, 0, 0)
