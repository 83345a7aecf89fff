"""A real API server takes what kustomize makes of each folder of deploy/, and has nothing to say about it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.beds.api import Object, Refused
from tests.beds.controlplane import DEPLOY, RECORDS, ControlPlane
from tests.beds.patience import wait_until
from tests.deploy.manifests import ACCOUNT, VARIANTS, container, pod_spec, rendered, the
from tests.files.project import ROOT

pytestmark = pytest.mark.servers

NAMESPACE = ACCOUNT["namespace"]
OTHERS = Path(__file__).with_name("crds")
ENFORCE = "pod-security.kubernetes.io/enforce"
KINDS = "authorizationpolicies.policy.linkerd.io,podmonitors.monitoring.coreos.com"
KNOWN_WITHIN = 20


@pytest.fixture(scope="module")
def cluster(control_plane: ControlPlane) -> Iterator[ControlPlane]:
    """With Linkerd's policies and the Prometheus Operator's kinds, and all of Pod Security in the daemon's namespace."""
    control_plane.apply(
        OTHERS, RECORDS
    )  # the second as `apply` left it, whoever replaced it since: no warning of that
    for name in ("linkerd-viz", "sample-app"):
        control_plane.apply(json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}))
    namespace = f"/api/v1/namespaces/{NAMESPACE}"
    control_plane.admin.patch(namespace, {"metadata": {"labels": {ENFORCE: "restricted"}}})
    wait_until(
        lambda: control_plane.kubectl("get", KINDS, "-A", check=False).returncode == 0, KNOWN_WITHIN, KINDS
    )
    yield control_plane
    control_plane.admin.patch(namespace, {"metadata": {"labels": {ENFORCE: None}}})


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_real_api_server_takes_every_variant_without_a_warning(cluster: ControlPlane, variant: str) -> None:
    applied = cluster.kubectl("apply", "--dry-run=server", "-k", str(DEPLOY / variant))
    assert applied.stderr == ""
    assert len(applied.stdout.splitlines()) == len(rendered(cluster, variant))


def a_pod(deployment: Object) -> Object:
    template = deployment["spec"]["template"]
    return {"metadata": {"name": "canary", **template["metadata"]}, "spec": pod_spec(deployment)}


def dry_run(cluster: ControlPlane, pod: Object) -> Object:
    return cluster.admin.post(f"/api/v1/namespaces/{NAMESPACE}/pods?dryRun=All", pod)


@pytest.mark.parametrize("variant", sorted(set(VARIANTS) - {"guards", "podmonitor"}))
def test_its_pods_are_taken_where_pod_security_is_restricted(cluster: ControlPlane, variant: str) -> None:
    pod = a_pod(the("Deployment", rendered(cluster, variant)))
    assert dry_run(cluster, pod)["spec"]["serviceAccountName"] == ACCOUNT["name"]


LOOSENED: dict[str, Callable[[Object], object]] = {
    "privileges may grow": lambda spec: spec["containers"][0]["securityContext"].pop(
        "allowPrivilegeEscalation"
    ),
    "capabilities are kept": lambda spec: spec["containers"][0]["securityContext"].pop("capabilities"),
    "it may be root": lambda spec: spec["securityContext"].pop("runAsNonRoot"),
    "system calls are not filtered": lambda spec: spec["securityContext"].pop("seccompProfile"),
}


@pytest.mark.parametrize("what", LOOSENED)
def test_a_pod_that_is_less_confined_is_refused(cluster: ControlPlane, what: str) -> None:
    pod = a_pod(the("Deployment", rendered(cluster, "base")))
    LOOSENED[what](pod["spec"])
    with pytest.raises(Refused, match='violates PodSecurity "restricted'):
        dry_run(cluster, pod)


def test_the_namespaced_daemon_looks_at_the_namespace_it_has_rights_in(cluster: ControlPlane) -> None:
    objects = rendered(cluster, "namespaced")
    binding = the("RoleBinding", objects)
    assert not any(one["kind"] == "ClusterRoleBinding" for one in objects)
    args = container(the("Deployment", objects))["args"]
    assert f"--namespace={binding['metadata']['namespace']}" in args


def test_the_policies_of_the_config_map_are_the_shipped_ones(cluster: ControlPlane) -> None:
    shipped = {path.name: path.read_text() for path in sorted((ROOT / "policies").glob("*.yaml"))}
    assert the("ConfigMap", rendered(cluster, "base"))["data"] == shipped
