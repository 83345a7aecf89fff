"""Test servers, started when first asked for and shared by the whole session."""

import signal
from collections.abc import Generator, Iterator

import pytest

from tests.beds import toolchain
from tests.beds.controlplane import ControlPlane
from tests.beds.kubelet import Kubelet
from tests.beds.prometheus import PrometheusServer
from tests.beds.prometheus_tools import prometheus_tools

SERVERS = "servers"


def pytest_sessionstart() -> None:
    """A run that CI cancels ends like one that a person interrupts: with the servers stopped."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests that need servers run on one xdist worker: the servers start once."""
    for item in items:
        if item.get_closest_marker(SERVERS) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(SERVERS))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build what is missing before the first test: no test's time-out covers minutes of compiling."""
    if (
        any(item.get_closest_marker(SERVERS) for item in session.items)
        and not session.config.option.collectonly
    ):
        toolchain.control_plane()
        prometheus_tools()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failing test shows the ends of the logs of the servers it used."""
    report = yield
    if report.failed:
        used = getattr(item, "funcargs", {}).values()
        report.sections += [(type(one).__name__, one.logs()) for one in used if hasattr(one, "logs")]
    return report


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A real control plane; tests make namespaces of their own in it."""
    with ControlPlane(tmp_path_factory.mktemp("controlplane")) as plane:
        yield plane


@pytest.fixture(scope="session")
def kubelet(control_plane: ControlPlane) -> Iterator[Kubelet]:
    """Makes the pods of every Deployment in it run."""
    with Kubelet(control_plane.admin) as running:
        yield running


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    """A real Prometheus that scrapes every second."""
    with PrometheusServer(tmp_path_factory.mktemp("prometheus")) as server:
        yield server
