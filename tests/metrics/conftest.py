"""Prometheus and promtool for these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from canary.metrics.connection import Connection
from canary.metrics.prometheus import Prometheus
from canary.metrics.refusal import Account
from canary.metrics.source import Timing
from tests.beds.prometheus_tools import PrometheusTools, prometheus_tools
from tests.metrics.mesh import SECONDS
from tests.metrics.scripted import ScriptedServer

TOOLS = "tools"
TIMING = Timing(interval=SECONDS, scrape=5)
SOON = 0.4


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build what is missing before the first test: no test's time-out covers minutes of compiling."""
    if (
        any(TOOLS in getattr(item, "fixturenames", ()) for item in session.items)
        and not session.config.option.collectonly
    ):
        prometheus_tools()


@pytest.fixture(scope="session")
def tools() -> PrometheusTools:
    return prometheus_tools()


@pytest.fixture
def promtool(tools: PrometheusTools) -> Path:
    return tools.promtool


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    """An HTTP server that says what the test tells it to."""
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def source(scripted: ScriptedServer) -> Iterator[Prometheus]:
    with Connection(scripted.url, Account("watcher", "delivery")) as connection:
        yield Prometheus(connection, TIMING)


@pytest.fixture
def hasty(scripted: ScriptedServer) -> Iterator[Prometheus]:
    """Waits no longer than SOON."""
    with Connection(scripted.url) as connection:
        yield Prometheus(connection, TIMING, patience=SOON)
