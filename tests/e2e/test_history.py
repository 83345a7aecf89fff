"""The history misses no version, and knows who wrote it."""

from collections.abc import Iterator

import pytest

from canary.terms import CLI_MANAGER, DAEMON_MANAGER, Word
from tests.beds.api import Api, Object
from tests.beds.controlplane import ControlPlane
from tests.e2e.history import History

pytestmark = pytest.mark.servers

NAMESPACE = "history"
SPLITS = f"/apis/split.smi-spec.io/v1alpha2/namespaces/{NAMESPACE}/trafficsplits"


@pytest.fixture
def api(control_plane: ControlPlane) -> Iterator[Api]:
    """With two splits, `one` and `two`, at 1000/0."""
    control_plane.apply(f"{{apiVersion: v1, kind: Namespace, metadata: {{name: {NAMESPACE}}}}}")
    for name in ("one", "two"):
        control_plane.admin.post(SPLITS, a_split(name))
    yield control_plane.admin
    for name in ("one", "two"):
        control_plane.admin.delete(f"{SPLITS}/{name}")


def a_split(name: str) -> Object:
    return {
        "apiVersion": "split.smi-spec.io/v1alpha2",
        "kind": "TrafficSplit",
        "metadata": {"name": name},
        "spec": spec(0),
    }


def spec(canary: int) -> Object:
    backends = [{"service": "v1", "weight": 1000 - canary}, {"service": "v2", "weight": canary}]
    return {"service": "web", "backends": backends}


def write(api: Api, name: str, canary: int, manager: str = "somebody") -> int:
    return number(api.patch(f"{SPLITS}/{name}", {"spec": spec(canary)}, manager))


def stamp(api: Api, name: str, canary: int, mark: str) -> int:
    """As the daemon does: weights and stamp in one write."""
    body = {"metadata": {"annotations": {Word.STATE.key: mark}}, "spec": spec(canary)}
    return number(api.patch(f"{SPLITS}/{name}", body, DAEMON_MANAGER))


def number(split: Object) -> int:
    return int(split["metadata"]["resourceVersion"])


def test_the_watch_keeps_every_version_however_fast_they_come(api: Api) -> None:
    history = History(api, NAMESPACE)
    history.start()
    wrote = [(write(api, name, n), name) for n in range(1, 51) for name in ("one", "two")]
    history.wait_for(lambda version: version.number == wrote[-1][0], 5, "the last version")
    history.stop()
    kept = history.versions[2:]
    assert [(version.number, version.name) for version in kept] == wrote
    assert all(version.seen is not None for version in kept)


def test_what_no_watch_told_is_read_back(api: Api) -> None:
    begin = write(api, "two", 1)
    wrote = [(write(api, name, n), name, n) for n in range(2, 7) for name in ("one", "two", "one")]
    history = History(api, NAMESPACE, since=begin)
    history.start()
    history.stop()
    stored = dict.fromkeys(wrote)  # writing what is there already makes no version
    assert [(one.number, one.name, one.weights["v2"]) for one in history.versions] == list(stored)
    assert all(version.seen is None for version in history.versions)


def test_the_history_goes_on_after_the_api_server_was_away(api: Api, control_plane: ControlPlane) -> None:
    history = History(api, NAMESPACE)
    history.start()
    control_plane.stop_apiserver()
    control_plane.start_apiserver()
    wrote = [write(api, "one", n) for n in range(1, 6)]
    history.wait_for(lambda version: version.number == wrote[-1], 10, "the last version")
    history.stop()
    assert [version.number for version in history.of("one")][-5:] == wrote


def test_writers_are_told_apart_within_one_second(api: Api) -> None:
    history = History(api, NAMESPACE)
    history.start()
    stamp(api, "one", 100, "a")
    write(api, "one", 200, "kubectl-edit")
    stamp(api, "one", 100, "b")
    write(api, "one", 0, CLI_MANAGER)
    last = stamp(api, "one", 0, "c")
    history.wait_for(lambda version: version.number == last, 5, "the last version")
    history.stop()
    managers = [version.manager for version in history.of("one")][1:]
    assert managers == [DAEMON_MANAGER, "kubectl-edit", DAEMON_MANAGER, CLI_MANAGER, DAEMON_MANAGER]


def test_the_end_of_a_split_is_kept(api: Api) -> None:
    history = History(api, NAMESPACE)
    history.start()
    api.delete(f"{SPLITS}/two")
    history.wait_for(lambda version: version.deleted, 5, "two is deleted")
    history.stop()
    api.post(SPLITS, a_split("two"))
    assert history.of("two")[-1].deleted
