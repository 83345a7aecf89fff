"""Deployments get pods, pods get addresses, Services get endpoints, and lose them again."""

import pytest

from tests.beds.api import Object
from tests.beds.controlplane import ControlPlane
from tests.beds.kubelet import Kubelet, is_ready
from tests.beds.patience import wait_until

pytestmark = pytest.mark.servers

SLICES = "/apis/discovery.k8s.io/v1/namespaces/kubelet/endpointslices"

COMES_BACK_WITHIN = 60
"""Seconds: the controllers, too, wait longer from try to try while the API server is away."""

WEB = """
apiVersion: v1
kind: Namespace
metadata: {name: kubelet}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: kubelet}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx:alpine}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: kubelet}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""


def ready_addresses(plane: ControlPlane) -> set[str]:
    slices = plane.admin.get(SLICES)["items"]
    return {
        address(one) for piece in slices for one in piece["endpoints"] or [] if one["conditions"]["ready"]
    }


def address(endpoint: Object) -> str:
    return str(endpoint["addresses"][0])


@pytest.fixture
def web(control_plane: ControlPlane, kubelet: Kubelet) -> ControlPlane:
    control_plane.apply(WEB)
    wait_until(lambda: len(ready_addresses(control_plane)) == 2, 15, "two endpoints")
    return control_plane


def test_pods_become_ready_endpoints_with_addresses_of_their_own(web: ControlPlane) -> None:
    assert all(one.startswith("10.244.") for one in ready_addresses(web))


def test_an_unready_deployment_loses_all_endpoints_and_gets_them_back(
    web: ControlPlane, kubelet: Kubelet
) -> None:
    kubelet.make_unready("kubelet", "web")
    wait_until(lambda: not ready_addresses(web), 5, "no endpoint is ready")
    kubelet.make_ready("kubelet", "web")
    wait_until(lambda: len(ready_addresses(web)) == 2, 5, "both endpoints are back")


def test_a_deleted_pod_is_replaced(web: ControlPlane, kubelet: Kubelet) -> None:
    first = kubelet.of("kubelet", "web")[0]["metadata"]["name"]
    web.admin.delete(f"/api/v1/namespaces/kubelet/pods/{first}")
    wait_until(lambda: replaced(kubelet, first), 10, "another pod in its place")


def test_the_kubelet_goes_on_after_the_api_server_was_away(web: ControlPlane, kubelet: Kubelet) -> None:
    web.stop_apiserver()
    web.start_apiserver()
    web.kubectl("-n", "kubelet", "scale", "deployment/web", "--replicas=3")
    wait_until(lambda: len(ready_addresses(web)) == 3, COMES_BACK_WITHIN, "a third endpoint")
    web.kubectl("-n", "kubelet", "scale", "deployment/web", "--replicas=2")
    wait_until(lambda: len(ready_addresses(web)) == 2, COMES_BACK_WITHIN, "two endpoints again")


def replaced(kubelet: Kubelet, name: str) -> bool:
    ready = [pod for pod in kubelet.of("kubelet", "web") if is_ready(pod)]
    return len(ready) == 2 and name not in {pod["metadata"]["name"] for pod in ready}
