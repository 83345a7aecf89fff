"""Clients with connections from before the first split: told to a person, who restarts them and says go on."""

import re
import shlex

import pytest

from canary.sim.mesh import Client
from tests.beds.patience import rest, wait_until
from tests.e2e.history import stamp_of
from tests.e2e.story import BUSY, ended, wait_for
from tests.e2e.world import APEX, CANARY, FRONTEND, NAMESPACE, SPLIT, World

pytestmark = [pytest.mark.servers, pytest.mark.full, pytest.mark.timeout(300)]

IDLE = 6
"""Seconds after which a client that closed its connections has forgotten what it knew."""

SPLITS = f"/apis/split.smi-spec.io/v1alpha2/namespaces/{NAMESPACE}/trafficsplits"
APEX_IS_STABLE = {
    "apiVersion": "split.smi-spec.io/v1alpha2",
    "kind": "TrafficSplit",
    "metadata": {"name": SPLIT},
    "spec": {
        "service": APEX,
        "backends": [{"service": APEX, "weight": 1000}, {"service": CANARY, "weight": 0}],
    },
}


def older_than_the_split(world: World) -> None:
    """The first split comes while the frontend talks, without any profile; the apex itself is stable."""
    world.plane.kubectl("delete", "trafficsplits,serviceprofiles", "--all", "-n", NAMESPACE)
    world.linkerd.client(Client(NAMESPACE, FRONTEND, (), APEX, rate=0))
    rest(IDLE)
    world.linkerd.client(Client(NAMESPACE, FRONTEND, (), APEX, rate=BUSY, busy=True))
    before = world.linkerd.sent
    wait_until(lambda: (world.linkerd.sent - before).total() > BUSY, 10, "the frontend is busy")
    world.plane.admin.post(SPLITS, APEX_IS_STABLE)
    wait_until(lambda: world.linkerd.overrides(NAMESPACE, APEX), 10, "the adaptor has written")


def test_clients_that_do_not_follow_are_told_and_after_their_restart_it_goes_on(world: World) -> None:
    older_than_the_split(world)
    world.daemon().start()
    world.annotate({"policy": "following", "rollout": "r1"})
    begun = wait_for(world, lambda stamp: stamp.get("step") == 1, 20, "it has begun")
    assert begun.weights == {APEX: 900, CANARY: 100}
    waits = wait_for(world, lambda stamp: stamp.get("reason") == "ClientsNotFollowing", 60, "it waits")
    stamp = stamp_of(waits) or {}
    print(stamp["message"])
    assert (stamp["phase"], waits.weights) == ("Waiting", {APEX: 1000, CANARY: 0})
    assert f"{NAMESPACE}/{FRONTEND} did not follow" in stamp["message"]
    restart, resume = re.findall("`(.+?)`", stamp["message"])
    world.plane.kubectl(*shlex.split(restart)[1:])
    wait_until(lambda: restarted(world), 60, "the frontend was restarted")
    done = world.canary(*shlex.split(resume)[1:])
    assert done.returncode == 0, done.stderr
    assert ended(world, "Promoted", 60).weights == {APEX: 0, CANARY: 1000}


def restarted(world: World) -> bool:
    """Only pods of the new template are left."""
    pods = world.kubelet.of(NAMESPACE, FRONTEND)
    return len(pods) == 2 and all(
        "kubectl.kubernetes.io/restartedAt" in (pod["metadata"].get("annotations") or {}) for pod in pods
    )
