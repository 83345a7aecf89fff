"""A rollout where the server guards who may ask for what: the daemon does not notice, and people are told."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from canary.terms import Exit, Word
from tests.beds.api import Refused
from tests.beds.controlplane import DEPLOY, ControlPlane
from tests.beds.patience import wait_until
from tests.e2e.story import POLICY, all_is_told, ended, on_step
from tests.e2e.world import CANARY, NAMESPACE, SPLIT, STABLE, World, split_path

pytestmark = pytest.mark.servers

GUARDS = DEPLOY / "guards"
SOON = 20


@pytest.fixture
def guarded(world: World) -> Iterator[World]:
    """The guards are on, and off again for the next world."""
    world.plane.kubectl("apply", "-k", str(GUARDS))
    wait_until(lambda: not may_start(world.plane), SOON, "the guards are on")
    yield world
    world.plane.kubectl("delete", "-f", str(GUARDS / "policies.yaml"))
    wait_until(lambda: may_start(world.plane), SOON, "the guards are off")


def may_start(plane: ControlPlane) -> bool:
    """Whether an operator may take the route under management."""
    body = {"metadata": {"annotations": {Word.POLICY.key: "any"}}}
    with closing(plane.api("operator")) as api:
        try:
            api.patch(split_path(SPLIT), body, dry_run=True)
        except Refused:
            return False
    return True


def test_an_operator_aborts_what_only_a_releaser_may_start(guarded: World) -> None:
    start = ("start", SPLIT, "-n", NAMESPACE, "--id", "r1", "--policy", POLICY)
    guarded.daemon().start()
    refused = guarded.canary(*start, user="operator")
    assert refused.returncode == Exit.ERROR
    assert 'those with the verb "start" on it (canary-releaser)' in refused.stderr
    asked = guarded.canary(*start, user="releaser")
    assert asked.returncode == Exit.OK, asked.stderr
    on_step(guarded, 1)
    done = guarded.canary("abort", SPLIT, user="operator")
    assert done.returncode == Exit.OK, done.stderr
    assert guarded.weights == {STABLE: 1000, CANARY: 0}
    ended(guarded, "Aborted", 20)
    all_is_told(guarded)
