"""Prometheus and promtool for these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.beds.prometheus_tools import PrometheusTools, prometheus_tools
from tests.metrics.scripted import ScriptedServer

TOOLS = "tools"


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
