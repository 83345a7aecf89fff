"""One version of the daemon takes over from another."""

import json

import pytest

from canary.terms import DAEMON_MANAGER, Word
from tests.beds.api import Object, Refused
from tests.beds.patience import wait_until
from tests.e2e.history import stamp_of
from tests.e2e.story import POLICY, all_is_told, ask, ended, on_step
from tests.e2e.world import CANARY, STABLE, World, split_path

pytestmark = pytest.mark.servers

IDLE = "idle-split"


def an_idle_split() -> Object:
    """With the stamp and the record of a rollout that ended as it began, once a daemon has seen it."""
    words = {"policy": POLICY, "rollout": "r0", "abort": "r0"}
    backends = [{"service": STABLE, "weight": 1000}, {"service": CANARY, "weight": 0}]
    return {
        "apiVersion": "split.smi-spec.io/v1alpha2",
        "kind": "TrafficSplit",
        "metadata": {"name": IDLE, "annotations": {f"canary.delivery/{word}": words[word] for word in words}},
        "spec": {"service": "idle", "backends": backends},
    }


def test_a_daemon_that_replaces_another_writes_nothing_where_nothing_happens(world: World) -> None:
    old, new = world.daemon(name="old"), world.daemon(name="new")
    world.plane.admin.post(split_path("").rstrip("/"), an_idle_split())
    old.start()
    ended(world, "Aborted", 20, "r0")
    all_is_told(world)
    old.stop()
    mark = world.plane.audit.mark()
    new.start()
    ask(world)
    on_step(world, 1)
    writes = [one for one in world.plane.audit.since(mark) if one.writes]
    assert writes
    assert [one for one in writes if one.name.startswith(IDLE)] == []


def with_newer_stamp(world: World) -> int:
    """The version in which the stamp is that of a newer program; 0 where somebody wrote at the same time."""
    meta = world.split()["metadata"]
    stamp = json.loads(meta["annotations"][Word.STATE.key])
    newer = {Word.STATE.key: json.dumps({**stamp, "v": stamp["v"] + 1})}
    try:
        return world.patch_split(
            {"metadata": {"resourceVersion": meta["resourceVersion"], "annotations": newer}}, "kubectl-edit"
        )
    except Refused:
        return 0


def test_what_a_newer_program_remembers_is_left_alone_and_an_abort_is_carried_out(world: World) -> None:
    daemon = world.daemon()
    daemon.start()
    ask(world)
    on_step(world, 1)
    newer = wait_until(lambda: with_newer_stamp(world), 10, "a newer program has written")
    wait_until(lambda: "StampNewer" in daemon.program.log.read_text(), 20, "the daemon has seen it")
    asked = world.annotate({"abort": "r1"})
    over = world.history.wait_for(lambda version: version.weights[CANARY] == 0, 10, "v2 gets nothing", asked)
    ours = [one for one in world.history.versions if one.manager == DAEMON_MANAGER and one.number > newer]
    assert ours[0] == over
    assert over.weights == {STABLE: 1000, CANARY: 0}
    assert stamp_of(over) == stamp_of(next(one for one in world.history.versions if one.number == newer))
