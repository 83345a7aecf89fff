"""A reflector follows either API server, also through its restart."""

import threading
from collections.abc import Iterator

import pytest

from canary.cluster.client import Cluster
from canary.cluster.kinds import TRAFFIC_SPLITS
from canary.cluster.objects import Raw
from canary.cluster.reflector import Key, Reflector
from canary.errors import Unavailable
from tests.beds.patience import wait_until
from tests.cluster.beds import ON_BOTH, Bed
from tests.cluster.conftest import SPLITS, Connect, Make
from tests.cluster.splits import backends

pytestmark = ON_BOTH

SOON = 1.0
RESTARTED = 15.0
"""Seconds in which a reflector has noticed that the server is back: its longest pause, and a list."""


def weight(split: Raw) -> int:
    return int(split["spec"]["backends"][-1]["weight"])


class Running:
    """A reflector of canary weights in a thread of its own, and what it told."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.told: list[Key] = []
        self.reflector = Reflector(cluster, TRAFFIC_SPLITS, weight, self._changed, namespace)
        self.namespace = namespace
        self._cluster = cluster
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.reflector.run, args=(self._stop,), daemon=True)

    def _changed(self, namespace: str, name: str) -> None:
        self.told.append((namespace, name))

    def start(self) -> None:
        self._thread.start()
        wait_until(lambda: self.reflector.synced, 10, "the first list")

    def stop(self) -> None:
        self._stop.set()
        wait_until(self._ended, 5, "the reflector ends")

    def _ended(self) -> bool:
        self._cluster.close()
        return not self._thread.is_alive()

    def shows(self, name: str, expected: int | None, within: float = SOON) -> None:
        key = (self.namespace, name)
        wait_until(
            lambda: self.reflector.get(*key) == expected and key in self.told, within, f"{name} at {expected}"
        )
        self.told.clear()


@pytest.fixture
def running(connect: Connect, namespace: str) -> Iterator[Running]:
    reflector = Running(connect("daemon"), namespace)
    reflector.start()
    yield reflector
    reflector.stop()


def test_it_sees_what_is_made_changed_and_deleted_within_a_second(
    bed: Bed, running: Running, make: Make
) -> None:
    make("followed")
    running.shows("followed", 100)
    bed.admin.patch(f"{SPLITS}/followed", {"spec": {"backends": backends(700, 300)}})
    running.shows("followed", 300)
    bed.admin.delete(f"{SPLITS}/followed")
    running.shows("followed", None)


def test_what_was_there_before_is_told_with_the_first_list(
    connect: Connect, make: Make, namespace: str
) -> None:
    make("earlier")
    late = Running(connect("daemon"), namespace)
    late.start()
    late.shows("earlier", 100)
    late.stop()


def test_it_survives_a_restart_of_the_server(bed: Bed, running: Running, make: Make) -> None:
    make("kept")
    running.shows("kept", 100)
    bed.stop_apiserver()
    wait_until(lambda: isinstance(running.reflector.trouble, Unavailable), SOON, "it notices")
    assert running.reflector.get(running.namespace, "kept") == 100
    bed.start_apiserver()
    bed.admin.patch(f"{SPLITS}/kept", {"spec": {"backends": backends(0, 1000)}})
    running.shows("kept", 1000, RESTARTED)
    make("after")
    running.shows("after", 100)
    assert running.reflector.trouble is None
