"""Test servers, started when first asked for and shared by the whole session."""

import signal
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadGroupScheduling  # type: ignore[import-untyped]

from tests.beds import toolchain
from tests.beds.controlplane import ControlPlane
from tests.beds.kubelet import Kubelet
from tests.beds.prometheus import PrometheusServer
from tests.beds.prometheus_tools import prometheus_tools

SERVERS = "servers"
GROUPS = {
    "rollouts": ("tests/e2e/test_rollouts.py",),
    "end to end": ("tests/e2e/",),
    "people": ("tests/cli/", "tests/deploy/", "tests/files/"),
}
"""Of files by how their paths begin; the first that fits."""


def pytest_sessionstart() -> None:
    """
    A run that CI cancels ends like one that a person interrupts: with the servers stopped.

    And in the background of a shell, where SIGINT is ignored, programs that are started here would ignore it as well.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)


class ServersTogether(LoadGroupScheduling):  # type: ignore[misc]
    """
    Files with tests that need servers go to few workers of xdist, each with servers of its own, so that these start once:
    end-to-end tests, which mostly wait for rollouts, in two parts; what people and manifests do; and the rest.

    The mark `xdist_group` would say the same, but xdist 3.8 loses it under pytest 9.2, silently
    (https://github.com/pytest-dev/pytest-xdist/issues/1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        file = self.config.rootpath / nodeid.partition("::")[0]
        if not needs_servers(file):
            return nodeid
        return next((group for group, folders in GROUPS.items() if nodeid.startswith(folders)), SERVERS)


@cache
def needs_servers(file: Path) -> bool:
    """Whoever schedules knows names, not marks."""
    text = file.read_text()
    return f"pytest.mark.{SERVERS}" in text or "ON_BOTH" in text


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ServersTogether | None:
    return ServersTogether(config, log) if config.getoption("dist") == "loadgroup" else None


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
