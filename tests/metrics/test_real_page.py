"""
A page of a real client's proxy (v2.359.0, shortened) whose canary had lost its endpoints several times.

The proxy's own count of fail-fasts is the truth to compare with. It has no label for the backend, so only the
sum over all backends can be; `web-none` is a Service that never existed.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from canary.evidence.increments import Arm, Interval
from canary.metrics.connection import Connection
from canary.metrics.prometheus import Prometheus
from canary.metrics.source import Leaves, Timing
from tests.beds.patience import CLOCK
from tests.metrics.backfill import Pages, remembering

pytestmark = [pytest.mark.servers, pytest.mark.usefixtures("tools")]

PAGE = (Path(__file__).parent / "pages" / "failfast.prom").read_text()
CLIENT = ("shop", "front-1", "front")
SECONDS = 5
WEB = Leaves("shop", "web-v1", "web-v2", bounds=(50.0, 1000.0))
NONE = Leaves("shop", "web-v1", "web-none")


def before(page: str) -> str:
    """The same series, of which nothing has been counted yet."""
    return re.sub(r"^((?!process_|proxy_).*) \S+$", r"\1 0", page, flags=re.MULTILINE)


def value(pattern: str) -> float:
    """The sum of the samples of the page whose series match."""
    return sum(float(line.rpartition(" ")[2]) for line in PAGE.splitlines() if re.match(pattern, line))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Leaves, Interval]]:
    """The one interval in which all of it happened."""
    happened, pages = int(CLOCK.now().timestamp()) // 60 * 12 - 60, Pages()
    for index in range(happened - 10, happened + 10):
        pages.scraped(CLIENT, before(PAGE) if index < happened else PAGE, index * SECONDS)
    with (
        remembering(tmp_path_factory.mktemp("page"), pages) as server,
        Connection(server.url) as connection,
    ):
        source = Prometheus(connection, Timing(SECONDS, SECONDS))
        found = source.increments([WEB, NONE], happened, happened)
        yield {leaves: interval for leaves, (interval,) in found.items()}


def arms(interval: Interval) -> tuple[Arm, Arm]:
    """Canary and stable."""
    ((canary, stable, _),) = interval.strata or ()
    return canary, stable


def test_lost_requests_are_as_many_as_the_proxy_failed_fast(told: dict[Leaves, Interval]) -> None:
    canary, _ = arms(told[WEB])
    none, _ = arms(told[NONE])
    counted = value(r'response_total.*dst_service="web-v2".*classification="failure"')
    lost = canary.failures - counted
    assert (lost, none.failures) == (84, 8)
    assert lost + none.failures == value(r'outbound_http_errors_total{error="failfast"}')


def test_answers_and_buckets_are_those_of_the_page(told: dict[Leaves, Interval]) -> None:
    canary, stable = arms(told[WEB])
    for arm, name, lost in ((canary, "web-v2", 84), (stable, "web-v1", 0)):
        of = f'.*dst_service="{name}".*'
        timed = value(f'response_latency_ms_bucket{of}le="\\+Inf"')
        slow = tuple(timed - value(f'response_latency_ms_bucket{of}le="{le}"') for le in (50, 1000))
        assert arm.requests == value(f"response_total{of}") + lost
        assert (arm.timed, arm.slow) == (timed, slow)
