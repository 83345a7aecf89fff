"""
The daemon's rights on a real API server: enough, none too many, and counted.

What it does to a cluster is done here by its own functions, one after the other; that it does no more is what the
end-to-end tests show, whose daemons have these rights and no others.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from canary.cluster.client import Cluster
from canary.errors import Stalled
from canary.routes import trafficsplit
from tests.beds.api import Object, Refused
from tests.beds.controlplane import DEPLOY, ControlPlane
from tests.beds.patience import wait_until
from tests.cluster.splits import a_split
from tests.deploy.chores import refused
from tests.deploy.manifests import Right, read, rights, rules

pytestmark = pytest.mark.servers

NAMESPACE, SPLIT = "rights", "backend-api-split"
SPLITS = f"/apis/split.smi-spec.io/v1alpha1/namespaces/{NAMESPACE}/trafficsplits"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
ROLE = f"{RBAC}/clusterroles/canary-daemon"
SOON = 20

APP = """
apiVersion: v1
kind: Namespace
metadata: {name: rights}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: backend-api-v1, namespace: rights}
spec:
  selector: {matchLabels: {app: v1}}
  template: {metadata: {labels: {app: v1}}, spec: {containers: [{name: web, image: "nginx:alpine"}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: backend-api-v2, namespace: rights}
spec:
  serviceName: backend-api-v2
  selector: {matchLabels: {app: v2}}
  template: {metadata: {labels: {app: v2}}, spec: {containers: [{name: web, image: "nginx:alpine"}]}}
---
apiVersion: v1
kind: Service
metadata: {name: backend-api-v1, namespace: rights}
spec: {selector: {app: v1}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: backend-api-v2, namespace: rights}
spec: {selector: {app: v2}, ports: [{port: 80}]}
"""


def rule(right: Right) -> Object:
    return {"apiGroups": [right.group], "resources": [right.resource], "verbs": [right.verb]}


@pytest.fixture(scope="module")
def plane(control_plane: ControlPlane) -> ControlPlane:
    control_plane.apply(APP)
    control_plane.admin.post(SPLITS, a_split(SPLIT, NAMESPACE))
    return control_plane


@pytest.fixture
def cluster(plane: ControlPlane) -> Iterator[Cluster]:
    with closing(Cluster.connect(str(plane.kubeconfig("daemon")))) as connected:
        yield connected


def not_done(plane: ControlPlane, cluster: Cluster, namespace: str = "") -> dict[str, str]:
    return refused(cluster, trafficsplit.read(plane.admin.get(f"{SPLITS}/{SPLIT}")), namespace)


def test_the_rights_are_enough(plane: ControlPlane, cluster: Cluster) -> None:
    assert not_done(plane, cluster) == {}


@contextmanager
def changed(plane: ControlPlane, given: list[Object]) -> Iterator[None]:
    """Meanwhile the role has these rules."""
    plane.admin.patch(ROLE, {"rules": given})
    try:
        yield
    finally:
        plane.admin.patch(ROLE, {"rules": rules()})


@pytest.mark.parametrize("missing", rights(), ids=lambda right: f"{right.verb}-{right.resource}")
def test_without_any_one_of_them_something_cannot_be_done(
    plane: ControlPlane, cluster: Cluster, missing: Right
) -> None:
    with changed(plane, [rule(right) for right in rights() if right != missing]):
        told = wait_until(lambda: not_done(plane, cluster), SOON, f"{missing} is missed")
    assert {f"cannot {missing.verb} resource" in sentence for sentence in told.values()} == {True}
    wait_until(lambda: not not_done(plane, cluster), SOON, "the rights are back")


FORBIDDEN = {
    "read secrets": ("get", f"/api/v1/namespaces/{NAMESPACE}/secrets"),
    "read config maps": ("get", f"/api/v1/namespaces/{NAMESPACE}/configmaps"),
    "read pods": ("get", f"/api/v1/namespaces/{NAMESPACE}/pods"),
    "read namespaces": ("get", "/api/v1/namespaces"),
    "make a route": ("post", SPLITS),
    "replace a route": ("put", f"{SPLITS}/{SPLIT}"),
    "delete a route": ("delete", f"{SPLITS}/{SPLIT}"),
    "change a workload": ("patch", f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/backend-api-v1"),
    "scale a workload": ("patch", f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/backend-api-v1/scale"),
    "change a stateful workload": ("patch", f"/apis/apps/v1/namespaces/{NAMESPACE}/statefulsets/backend-api-v2"),
    "change a Service": ("patch", f"/api/v1/namespaces/{NAMESPACE}/services/backend-api-v1"),
    "change a profile": ("patch", f"/apis/linkerd.io/v1alpha2/namespaces/{NAMESPACE}/serviceprofiles/any"),
    "change its own role": ("patch", ROLE),
    "make a token": ("post", "/api/v1/namespaces/canary-system/serviceaccounts/canary/token"),
}  # fmt: skip


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_it_has_no_use_for_it_may_not(plane: ControlPlane, what: str) -> None:
    verb, path = FORBIDDEN[what]
    body: list[Object] = [] if verb in {"get", "delete"} else [{}]
    with closing(plane.api("daemon")) as api, pytest.raises(Refused) as told:
        getattr(api, verb)(path, *body)
    assert told.value.status == 403


def test_it_may_not_act_as_somebody_else(plane: ControlPlane) -> None:
    connected = Cluster.connect(str(plane.kubeconfig("daemon")), as_user="admin")
    with closing(connected), pytest.raises(Stalled, match="impersonate"):
        connected.whoami()


def test_in_one_namespace_it_needs_nothing_of_the_cluster(plane: ControlPlane, cluster: Cluster) -> None:
    binding = read("namespaced/binding.yaml")[0]
    mine = {**binding, "metadata": {**binding["metadata"], "namespace": NAMESPACE}}
    plane.admin.post(f"{RBAC}/namespaces/{NAMESPACE}/rolebindings", mine)
    plane.admin.delete(f"{RBAC}/clusterrolebindings/canary-daemon")
    try:
        wait_until(lambda: not_done(plane, cluster), SOON, "nothing is allowed in the cluster")
        assert not_done(plane, cluster, NAMESPACE) == {}
    finally:
        plane.apply(DEPLOY / "base" / "rights.yaml")
        wait_until(lambda: not not_done(plane, cluster), SOON, "the rights are back")
