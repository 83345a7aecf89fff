"""What the API server notes about a daemon that may look at one namespace only."""

from collections.abc import Iterator

import pytest

from tests.beds.controlplane import DEPLOY
from tests.deploy.manifests import read
from tests.e2e.story import all_is_told, ask, ended
from tests.e2e.world import CANARY, NAMESPACE, STABLE, World

pytestmark = [pytest.mark.servers, pytest.mark.full]

RBAC = "/apis/rbac.authorization.k8s.io/v1"
BINDING = "canary-daemon"


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
