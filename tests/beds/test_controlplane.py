"""The control plane is real where the product leans on it."""

import subprocess

import pytest

from tests.beds.api import Away, Refused
from tests.beds.controlplane import ControlPlane

pytestmark = pytest.mark.servers

SPLITS = "/apis/split.smi-spec.io/v1alpha1/namespaces/default/trafficsplits"


def a_split(name: str, weight: object = 100) -> dict[str, object]:
    return {
        "apiVersion": "split.smi-spec.io/v1alpha1",
        "kind": "TrafficSplit",
        "metadata": {"name": name},
        "spec": {
            "service": "web",
            "backends": [{"service": "web-v1", "weight": 900}, {"service": "web-v2", "weight": weight}],
            "matches": [{"kind": "HTTPRouteGroup", "name": "all"}],
        },
        "status": {"state": "made up"},
    }


def test_a_split_written_as_v1alpha1_is_read_as_v1alpha2(control_plane: ControlPlane) -> None:
    control_plane.admin.post(SPLITS, a_split("both", "500m"))
    read = control_plane.admin.get(SPLITS.replace("v1alpha1", "v1alpha2") + "/both")
    assert [b["weight"] for b in read["spec"]["backends"]] == [900, "500m"]


def test_status_and_matches_of_a_split_are_pruned(control_plane: ControlPlane) -> None:
    stored = control_plane.admin.post(SPLITS, a_split("pruned"))
    assert set(stored) == {"apiVersion", "kind", "metadata", "spec"}
    assert set(stored["spec"]) == {"service", "backends"}


def test_a_negative_weight_is_stored(control_plane: ControlPlane) -> None:
    stored = control_plane.admin.post(SPLITS, a_split("negative", -5))
    assert stored["spec"]["backends"][1]["weight"] == -5


def test_v1alpha4_is_not_served(control_plane: ControlPlane) -> None:
    with pytest.raises(Refused, match="404"):
        control_plane.admin.get(SPLITS.replace("v1alpha1", "v1alpha4"))


def test_a_patch_with_an_old_resource_version_conflicts(control_plane: ControlPlane) -> None:
    made = control_plane.admin.post(SPLITS, a_split("stale"))
    control_plane.admin.patch(f"{SPLITS}/stale", {"metadata": {"annotations": {"touched": "yes"}}})
    with pytest.raises(Refused) as refused:
        control_plane.admin.patch(
            f"{SPLITS}/stale", {"metadata": {"resourceVersion": made["metadata"]["resourceVersion"]}}
        )
    assert refused.value.status == 409


def test_a_patch_with_another_uid_is_refused(control_plane: ControlPlane) -> None:
    control_plane.admin.post(SPLITS, a_split("other"))
    with pytest.raises(Refused) as refused:
        control_plane.admin.patch(
            f"{SPLITS}/other", {"metadata": {"uid": "6e7c7b1e-0000-0000-0000-000000000000"}}
        )
    assert refused.value.status == 422


@pytest.mark.parametrize(("user", "may"), [("daemon", True), ("releaser", True), ("viewer", False)])
def test_who_may_patch_a_split(control_plane: ControlPlane, user: str, may: bool) -> None:
    said = control_plane.kubectl("auth", "can-i", "patch", "trafficsplits", user=user, check=False)
    assert said.stdout.strip() == ("yes" if may else "no")


@pytest.mark.parametrize("user", ["daemon", "releaser", "viewer"])
def test_nobody_but_the_admin_may_touch_workloads(control_plane: ControlPlane, user: str) -> None:
    said = control_plane.kubectl("auth", "can-i", "patch", "deployments.apps", user=user, check=False)
    assert said.stdout.strip() == "no"


def test_kubectl_says_what_went_wrong(control_plane: ControlPlane) -> None:
    with pytest.raises(subprocess.CalledProcessError) as failed:
        control_plane.kubectl("get", "trafficsplit", "nowhere")
    assert "not found" in failed.value.stderr


def test_requests_are_counted(control_plane: ControlPlane) -> None:
    control_plane.admin.get(SPLITS)
    page = control_plane.admin.text("/metrics")
    assert any(
        line.startswith("apiserver_request_total")
        and 'resource="trafficsplits"' in line
        and 'verb="LIST"' in line
        for line in page.splitlines()
    )


def test_the_api_server_comes_back_with_its_data(control_plane: ControlPlane) -> None:
    control_plane.admin.post(SPLITS, a_split("kept"))
    control_plane.stop_apiserver()
    with pytest.raises(Away):
        control_plane.admin.get(f"{SPLITS}/kept")
    control_plane.start_apiserver()
    assert control_plane.admin.get(f"{SPLITS}/kept")["spec"]["service"] == "web"
