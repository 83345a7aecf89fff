"""What the API server notes about a daemon that looks at one namespace, and about one that is replaced by the next."""

from collections.abc import Iterator

import pytest

from tests.beds.api import Object
from tests.beds.controlplane import DEPLOY
from tests.beds.patience import wait_until
from tests.deploy.manifests import read
from tests.e2e.story import POLICY, all_is_told, ask, ended, on_step
from tests.e2e.world import CANARY, NAMESPACE, STABLE, World, split_path

pytestmark = pytest.mark.servers

RBAC = "/apis/rbac.authorization.k8s.io/v1"
BINDING = "canary-daemon"
IDLE = "idle-split"


@pytest.fixture
def confined(world: World) -> Iterator[World]:
    """The daemon's account has rights in the sample app's namespace only, as in deploy/namespaced."""
    (binding,) = read("namespaced/binding.yaml")
    assert binding["metadata"] == {"name": BINDING, "namespace": NAMESPACE}
    world.plane.apply(DEPLOY / "namespaced" / "binding.yaml")
    world.plane.admin.delete(f"{RBAC}/clusterrolebindings/{BINDING}")
    yield world
    world.plane.apply(DEPLOY / "base" / "rights.yaml")
    world.plane.admin.delete(f"{RBAC}/namespaces/{NAMESPACE}/rolebindings/{BINDING}")


def test_a_daemon_of_one_namespace_asks_nothing_of_the_cluster(confined: World) -> None:
    mark = confined.plane.audit.mark()
    confined.daemon("--namespace", NAMESPACE).start()
    ask(confined)
    assert ended(confined, "Promoted", 90).weights == {STABLE: 0, CANARY: 1000}
    all_is_told(confined)
    asked = confined.plane.audit.since(mark)
    assert {one.namespace for one in asked} == {NAMESPACE}
    assert {one.code for one in asked} <= {200, 201, 409}


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
    wait_until(lambda: stamped(world), 20, "the idle route has its stamp")
    all_is_told(world)
    mark = world.plane.audit.mark()
    new.start()
    old.stop()
    ask(world)
    on_step(world, 1)
    writes = [one for one in world.plane.audit.since(mark) if one.writes]
    assert writes
    assert [one for one in writes if one.name.startswith(IDLE)] == []


def stamped(world: World) -> bool:
    return "canary.delivery/state" in world.split(IDLE)["metadata"]["annotations"]
