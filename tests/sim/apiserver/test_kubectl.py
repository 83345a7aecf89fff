"""kubectl 1.36 works on the in-memory API server."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from canary.sim.server import ApiServer
from canary.sim.store import Store
from tests.beds import toolchain
from tests.sim.apiserver.setup import CRDS

pytestmark = pytest.mark.servers

MANIFESTS = """
apiVersion: split.smi-spec.io/v1alpha1
kind: TrafficSplit
metadata: {name: web}
spec: {service: web, backends: [{service: web-v1, weight: 900}, {service: web-v2, weight: 100}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: app:1}, {name: log, image: log:1}]}
"""
MAKES_AVAILABLE = '{"status":{"conditions":[{"type":"Available","status":"True"}],"readyReplicas":2}}'


class Kubectl:
    """The command, pointed at one server."""

    def __init__(self, kubeconfig: Path, cache: Path) -> None:
        self._command = [
            str(toolchain.control_plane()),
            "kubectl",
            f"--kubeconfig={kubeconfig}",
            f"--cache-dir={cache}",
        ]

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        """What it says, errors included."""
        done = subprocess.run(
            [*self._command, *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=60
        )
        return done.stdout + done.stderr

    def background(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen([*self._command, *arguments], stdout=subprocess.PIPE, text=True)


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer(Store()) as running:
        yield running


@pytest.fixture
def kubectl(server: ApiServer, tmp_path: Path) -> Kubectl:
    """With the kinds of Linkerd and SMI, applied by itself, and something to work on."""
    command = Kubectl(server.kubeconfig(tmp_path / "kubeconfig"), tmp_path / "cache")
    assert command("apply", "-f", str(CRDS)).count(" created") == 2
    assert command("apply", "-f", "-", stdin=MANIFESTS).count(" created") == 3
    return command


def test_apply_changes_what_differs_and_nothing_else(kubectl: Kubectl) -> None:
    assert kubectl("apply", "-f", "-", stdin=MANIFESTS).count(" unchanged") == 3
    changed = MANIFESTS.replace("app:1", "app:2").replace("900", "800").replace("port: 80", "port: 81")
    assert kubectl("apply", "-f", "-", stdin=changed).count(" configured") == 3
    images = kubectl("get", "deploy/web", "-o", "jsonpath={.spec.template.spec.containers[*].image}")
    assert images == "app:2 log:1"
    assert kubectl("get", "ts/web", "-o", "jsonpath={.spec.backends[0].weight}") == "800"


def test_apply_is_validated_by_the_server(kubectl: Kubectl) -> None:
    unknown = MANIFESTS.split("---", maxsplit=1)[0].replace("service: web,", "service: web, unknown: 1,")
    assert 'unknown field "spec.unknown"' in kubectl("apply", "-f", "-", stdin=unknown)
    wrong = MANIFESTS.split("---", maxsplit=1)[0].replace("service: web,", "")
    assert "spec.service" in kubectl("apply", "-f", "-", stdin=wrong)


def test_get_shows_tables_and_objects(kubectl: Kubectl) -> None:
    assert kubectl("get", "trafficsplit").split() == ["NAME", "SERVICE", "web", "web"]
    assert kubectl("get", "svc", "web", "--no-headers").split()[::4] == ["web", "80/TCP"]
    assert kubectl("get", "ts,svc,deploy", "-o", "name").split() == [
        "trafficsplit.split.smi-spec.io/web",
        "service/kubernetes",
        "service/web",
        "deployment.apps/web",
    ]
    assert kubectl("get", "svc", "-A", "-l", "app=web", "-o", "name").split() == ["service/web"]
    assert 'trafficsplits.split.smi-spec.io "none" not found' in kubectl("get", "ts", "none")


def test_annotate_adds_refuses_and_removes(kubectl: Kubectl) -> None:
    assert "annotated" in kubectl("annotate", "ts/web", "canary.delivery/rollout=one")
    assert "already has a value" in kubectl("annotate", "ts/web", "canary.delivery/rollout=two")
    assert "annotated" in kubectl("annotate", "--overwrite", "ts/web", "canary.delivery/rollout=two")
    assert (
        kubectl("get", "ts/web", "-o", r"jsonpath={.metadata.annotations.canary\.delivery/rollout}") == "two"
    )
    assert "annotated" in kubectl("annotate", "ts/web", "canary.delivery/rollout-")
    assert "canary.delivery" not in kubectl("get", "ts/web", "-o", "jsonpath={.metadata.annotations}")


def test_patch_takes_every_type(kubectl: Kubectl) -> None:
    kubectl("patch", "ts/web", "--type=merge", "-p", '{"spec":{"backends":[{"service":"a","weight":1}]}}')
    kubectl("patch", "ts/web", "--type=json", "-p", '[{"op":"replace","path":"/spec/service","value":"b"}]')
    assert kubectl("get", "ts/web", "-o", "jsonpath={.spec.service} {.spec.backends[*].service}") == "b a"
    template = '{"spec":{"template":{"spec":{"containers":[{"name":"log","image":"log:2"}]}}}}'
    assert "patched" in kubectl("patch", "deploy/web", "-p", template)
    images = kubectl("get", "deploy/web", "-o", "jsonpath={.spec.template.spec.containers[*].image}")
    assert sorted(images.split()) == ["app:1", "log:2"]


def test_wait_sees_conditions_fields_and_deletions(kubectl: Kubectl) -> None:
    waiting = [
        kubectl.background("wait", "deploy/web", "--for=condition=Available", "--timeout=30s"),
        kubectl.background("wait", "ts/web", "--for=jsonpath={.spec.service}=other", "--timeout=30s"),
        kubectl.background("wait", "svc/web", "--for=delete", "--timeout=30s"),
    ]
    kubectl("patch", "deploy/web", "--subresource=status", "--type=merge", "-p", MAKES_AVAILABLE)
    kubectl("patch", "ts/web", "--type=merge", "-p", '{"spec":{"service":"other"}}')
    kubectl("delete", "svc/web")
    said = [one.communicate(timeout=30)[0].strip() for one in waiting]
    assert [one.returncode for one in waiting] == [0, 0, 0], said
    assert "timed out" in kubectl("wait", "ts/web", "--for=delete", "--timeout=1s")


def test_get_watches(server: ApiServer, kubectl: Kubectl) -> None:
    watching = kubectl.background("get", "ts", "-w", "--no-headers")
    assert watching.stdout is not None
    assert watching.stdout.readline().split() == ["web", "web"]
    server.store.patch(
        "trafficsplits.split.smi-spec.io", "default", "web", {"spec": {"service": "seen-by-kubectl"}}
    )
    assert watching.stdout.readline().split() == ["web", "seen-by-kubectl"]
    watching.terminate()
    watching.communicate(timeout=30)


def test_delete_waits_until_it_is_gone(kubectl: Kubectl) -> None:
    assert kubectl("delete", "-f", "-", stdin=MANIFESTS).count(" deleted") == 3
    assert "No resources found" in kubectl("get", "ts,deploy")


def test_it_learns_what_there_is_and_who_it_is(kubectl: Kubectl) -> None:
    resources = kubectl("api-resources", "-o", "name").split()
    assert {"trafficsplits.split.smi-spec.io", "deployments.apps", "services"} <= set(resources)
    assert "admin" in kubectl("auth", "whoami")
    assert "admin" not in kubectl("auth", "whoami", "--as=somebody")
    assert "backends" in kubectl("explain", "ts.spec")
    assert "Service:  web" in kubectl("describe", "ts/web")
