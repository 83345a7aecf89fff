"""Who may do what, and who is trusted: only the real API server can say no."""

from contextlib import closing
from pathlib import Path

import pytest

from canary.cluster.client import Cluster
from canary.cluster.kinds import DEPLOYMENTS, SERVICES, TRAFFIC_SPLITS
from canary.errors import Stalled
from tests.beds.controlplane import RECORDS, ControlPlane
from tests.cluster.beds import REAL
from tests.cluster.conftest import SPLITS, Connect, Make
from tests.cluster.splits import a_patch

pytestmark = [
    pytest.mark.servers,
    pytest.mark.usefixtures("bed"),
    pytest.mark.parametrize("bed", [REAL], indirect=True, scope="session"),
]


def test_who_may_not_write_is_told_which_right_is_missing(
    control_plane: ControlPlane, connect: Connect, make: Make, namespace: str
) -> None:
    made = make("forbidden")
    with pytest.raises(Stalled, match='"viewer" cannot patch') as raised:
        connect("viewer").patch_route(a_patch(made))
    assert raised.value.hint == f"kubectl auth can-i patch trafficsplits.split.smi-spec.io -n {namespace}"
    asked = control_plane.kubectl(*raised.value.hint.split()[1:], user="viewer", check=False)
    assert asked.stdout.strip() == "no"
    assert control_plane.admin.get(f"{SPLITS}/forbidden") == made


def test_rights_are_known_before_they_are_needed(connect: Connect, namespace: str) -> None:
    assert connect("daemon").allowed(TRAFFIC_SPLITS, "patch", namespace)
    assert connect("daemon").allowed(SERVICES, "list")
    assert not connect("daemon").allowed(DEPLOYMENTS, "patch", namespace)
    assert not connect("viewer").allowed(TRAFFIC_SPLITS, "patch", namespace)


def test_an_admin_may_act_as_somebody_else(connect: Connect) -> None:
    assert connect("admin", "viewer").whoami() == "viewer"
    with pytest.raises(Stalled, match="impersonate"):
        connect("viewer", "admin").whoami()


def changed(control_plane: ControlPlane, folder: Path, old: str, new: str) -> str:
    """The daemon's kubeconfig with one thing wrong."""
    path = folder / "kubeconfig"
    path.write_text(control_plane.kubeconfig("daemon").read_text().replace(old, new))
    return str(path)


def test_a_server_that_we_do_not_trust_is_for_a_person(control_plane: ControlPlane, tmp_path: Path) -> None:
    path = changed(control_plane, tmp_path, "certificate-authority", "ignored")
    with pytest.raises(Stalled, match="is not trusted"):
        Cluster.connect(path).whoami()


def test_credentials_that_are_not_accepted_are_for_a_person(
    control_plane: ControlPlane, tmp_path: Path
) -> None:
    path = changed(control_plane, tmp_path, '"token": "', '"token": "not-')
    with pytest.raises(Stalled, match="credentials") as raised, closing(Cluster.connect(path)) as cluster:
        cluster.list(TRAFFIC_SPLITS)
    assert raised.value.hint == "kubectl auth whoami"


def test_the_definition_of_records_is_applied_without_a_warning(control_plane: ControlPlane) -> None:
    applied = control_plane.kubectl("replace", "-f", str(RECORDS))
    assert (applied.stderr, "replaced" in applied.stdout) == ("", True)
    definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/canaryrollouts.canary.delivery"
    status = control_plane.admin.get(definition)["status"]
    told = {one["type"]: one["status"] for one in status["conditions"]}
    assert told == {"NamesAccepted": "True", "Established": "True"}
