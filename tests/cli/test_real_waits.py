"""Waits for the end of a rollout as pipelines run them: processes of their own, on a real API server, without a daemon."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from canary.cluster.objects import Raw
from canary.rollout.requests import digest
from canary.rollout.stamp import Stamp
from canary.terms import Exit, Phase, Word
from tests.beds.controlplane import ControlPlane
from tests.beds.patience import wait_until
from tests.cli.builders import CANARY, NAME, STABLE, a_split, a_stamp, ended
from tests.e2e.daemon import Command
from tests.e2e.daemon import call as shell

pytestmark = pytest.mark.servers

NAMESPACE = "wait-tests"
SPLITS = f"/apis/split.smi-spec.io/v1alpha1/namespaces/{NAMESPACE}/trafficsplits"
ACCOUNTS = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts"
SECRETS = f"/api/v1/namespaces/{NAMESPACE}/secrets"
BINDINGS = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{NAMESPACE}/rolebindings"
SECONDS = 20
R2 = a_stamp(id="r2", seen=(digest("r1"), digest("r2")))


@dataclass
class Route:
    """The split that is waited for, written to as a daemon would."""

    plane: ControlPlane
    folder: Path
    made: Raw
    _waits: ExitStack = field(default_factory=ExitStack)
    _count: int = 0

    def stamp(self, stamp: Stamp, stable: int = 750, on_trial: int = 250, asked: str = "r1") -> None:
        state = stamp.but(uid=self.made["metadata"]["uid"]).render()
        backends = [{"service": STABLE, "weight": stable}, {"service": CANARY, "weight": on_trial}]
        annotations = {Word.STATE.key: state, Word.ROLLOUT.key: asked}
        body = {"metadata": {"annotations": annotations}, "spec": {"backends": backends}}
        self.plane.admin.patch(f"{SPLITS}/{NAME}", body, "canary")

    def wait(self, *options: str, id_: str = "r1", kubeconfig: Path | None = None, sees: str = "") -> Command:
        """A wait that runs on, and has said what it `sees`."""
        self._count += 1
        config = kubeconfig or self.plane.kubeconfig("viewer", NAMESPACE)
        arguments = ["status", NAME, "--wait", "--id", id_, *options]
        command = Command(f"waits-{self._count}", self.folder, config, arguments)
        self._waits.callback(command.program.kill)
        wait_until(lambda: sees in command.output, SECONDS, f"the wait sees {sees!r}")
        return command

    def close(self) -> None:
        self._waits.close()


@pytest.fixture(scope="module")
def namespace(control_plane: ControlPlane) -> None:
    control_plane.admin.post("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})


@pytest.fixture
def route(control_plane: ControlPlane, namespace: None, tmp_path: Path) -> Iterator[Route]:
    made = a_split()
    made["metadata"] |= {"namespace": NAMESPACE}
    made["metadata"].pop("uid")
    here = Route(control_plane, tmp_path, control_plane.admin.post(SPLITS, made))
    yield here
    here.close()
    control_plane.admin.delete(f"{SPLITS}/{NAME}")


def test_two_waits_at_once_see_the_end_between_two_looks_and_a_third_one_the_next_rollout(
    route: Route,
) -> None:
    route.stamp(a_stamp())
    both = [route.wait(sees="Progressing"), route.wait("-o", "json", sees="Progressing")]
    route.stamp(ended(Phase.PROMOTED), 0, 1000)
    route.stamp(R2, asked="r2")
    assert [command.exit_code(SECONDS) for command in both] == [0, 0], both[0].output
    last = json.loads(both[1].output.splitlines()[-1])
    assert last["end"] == {"exitCode": 0, "outcome": "Promoted", "message": "that was it"}
    other = route.wait(id_="r2", sees="Progressing")
    route.stamp(R2.but(phase=Phase.ROLLED_BACK, reason="GateFailed"), 1000, 0, asked="r2")
    assert other.exit_code(SECONDS) == Exit.ROLLED_BACK, other.output


def test_a_rollout_that_another_one_followed_is_12_and_never_its_end(route: Route) -> None:
    route.stamp(R2.but(phase=Phase.PROMOTED), 0, 1000, asked="r2")
    assert route.wait().exit_code(SECONDS) == Exit.SUPERSEDED


def test_a_git_that_is_not_in_sync_is_16_with_why(route: Route) -> None:
    late = route.wait("--pickup-timeout", "1s", sees="not picked up yet")
    assert late.exit_code(SECONDS) == Exit.NOT_PICKED_UP
    assert "the route asks for no rollout" in late.output
    assert "is GitOps not in sync yet?" in late.output


def test_an_interruption_is_130_and_changes_nothing(route: Route) -> None:
    route.stamp(a_stamp())
    before = route.plane.admin.get(f"{SPLITS}/{NAME}")
    command = route.wait(sees="Progressing")
    command.program.signal(signal.SIGINT)
    assert command.exit_code(SECONDS) == Exit.INTERRUPTED
    assert "rollout r1 goes on" in command.output
    assert route.plane.admin.get(f"{SPLITS}/{NAME}") == before


def test_no_such_route_no_rights_and_a_token_that_expired_are_1_at_once(route: Route) -> None:
    account = Account(route.plane, route.folder, "nobody")
    config = account.kubeconfig()
    account.renew()
    denied = shell(config, ("status", NAME, "--wait", "--id", "r1"))
    assert (denied.returncode, denied.stdout) == (Exit.ERROR, "")
    assert "forbidden" in denied.stderr.lower()
    account.token.write_text("expired")
    expired = shell(config, ("status", NAME, "--wait", "--id", "r1"))
    assert (expired.returncode, expired.stdout) == (Exit.ERROR, "")
    viewer = route.plane.kubeconfig("viewer", NAMESPACE)
    missing = shell(viewer, ("status", "no-such-route", "--wait", "--id", "r1"))
    assert (missing.returncode, missing.stdout) == (Exit.ERROR, "")
    assert "no-such-route" in missing.stderr


def test_a_wait_survives_a_restart_of_the_api_server(route: Route) -> None:
    route.stamp(a_stamp())
    command = route.wait(sees="Progressing")
    route.plane.stop_apiserver()
    wait_until(lambda: "waiting goes on" in command.output, SECONDS, "the wait has noticed")
    route.plane.start_apiserver()
    route.stamp(ended(Phase.ROLLED_BACK), 1000, 0)
    assert command.exit_code(SECONDS) == Exit.ROLLED_BACK, command.output


@pytest.mark.full
def test_a_wait_survives_its_token_where_the_plugin_gives_a_new_one(route: Route) -> None:
    """A token of a deleted Secret is refused, at the latest when the API server's memory of it is ten seconds old."""
    account = Account(route.plane, route.folder, "waiter", "reads")
    route.stamp(a_stamp())
    config = account.kubeconfig()
    account.renew()
    command = route.wait(kubeconfig=config, sees="Progressing")
    account.revoke()
    wait_until(lambda: "waiting goes on" in command.output, 2 * SECONDS, "the wait has noticed")
    account.renew()
    route.stamp(ended(Phase.PROMOTED), 0, 1000)
    assert command.exit_code(SECONDS) == Exit.OK, command.output


class Account:
    """A ServiceAccount, and a kubeconfig whose exec plugin reads a token that has always expired, so it is read anew."""

    def __init__(self, plane: ControlPlane, folder: Path, name: str, role: str = "") -> None:
        self.token = folder / f"{name}.token"
        self._plane, self._folder, self._name = plane, folder, name
        plane.admin.post(ACCOUNTS, {"metadata": {"name": name}})
        if role:
            who = {"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE}
            ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
            plane.admin.post(BINDINGS, {"metadata": {"name": name}, "roleRef": ref, "subjects": [who]})

    def renew(self) -> None:
        """A token that lasts as long as a Secret of its own."""
        secret = self._plane.admin.post(SECRETS, {"metadata": {"name": self._name}})
        about = {"apiVersion": "v1", "kind": "Secret", "name": self._name, "uid": secret["metadata"]["uid"]}
        asked = {"spec": {"boundObjectRef": about, "audiences": []}}
        made = self._plane.admin.post(f"{ACCOUNTS}/{self._name}/token", asked)
        self.token.write_text(made["status"]["token"])

    def revoke(self) -> None:
        self._plane.admin.delete(f"{SECRETS}/{self._name}")

    def kubeconfig(self) -> Path:
        """As of a viewer, but for who it is."""
        config = json.loads(self._plane.kubeconfig("viewer", NAMESPACE).read_text())
        plugin = self._folder / f"{self._name}.py"
        plugin.write_text(PLUGIN.format(token=str(self.token)))
        command = {"apiVersion": "client.authentication.k8s.io/v1", "command": sys.executable}
        config["users"][0]["user"] = {"exec": {**command, "args": [str(plugin)], "interactiveMode": "Never"}}
        path = self._folder / f"kubeconfig-{self._name}"
        path.write_text(json.dumps(config))
        return path


PLUGIN = """
import json
status = {{"token": open({token!r}).read(), "expirationTimestamp": "2001-01-01T00:00:00Z"}}
print(json.dumps({{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}}))
"""
