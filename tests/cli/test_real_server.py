"""The commands against a real API server, without a daemon: what is stored, in how many versions, and by whom."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from canary.cli.shell.world import Access, Changes, Server, World, connect
from canary.cluster.kinds import Kind
from canary.cluster.objects import Listing, Raw
from canary.cluster.patch import RoutePatch
from canary.routes import serviceprofile
from canary.routes.serviceprofile import Profile
from canary.terms import Phase, Word
from tests.beds.controlplane import ControlPlane
from tests.beds.patience import wait_until
from tests.cli.builders import CANARY, NAME, STABLE, a_split, a_stamp
from tests.cli.conftest import Call
from tests.cli.fakes import ready
from tests.e2e.daemon import call as shell
from tests.e2e.history import History, Version
from tests.e2e.smi import SmiAdaptor

pytestmark = pytest.mark.servers

NAMESPACE = "cli-tests"
SPLITS = f"/apis/split.smi-spec.io/v1alpha1/namespaces/{NAMESPACE}/trafficsplits"
SLICES = f"/apis/discovery.k8s.io/v1/namespaces/{NAMESPACE}/endpointslices"
PROFILES = f"/apis/linkerd.io/v1alpha2/namespaces/{NAMESPACE}/serviceprofiles"
SECONDS = 20


@pytest.fixture(scope="module")
def adaptor(control_plane: ControlPlane) -> Iterator[SmiAdaptor]:
    """smi-adaptor, and a namespace in which stable has an endpoint."""
    admin = control_plane.admin
    admin.post("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    slice_ = ready(STABLE, "pod-1")
    slice_["metadata"]["namespace"] = NAMESPACE
    admin.post(SLICES, {**slice_, "addressType": "IPv4", "ports": [{"port": 8080}]})
    running = SmiAdaptor(admin)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def split(control_plane: ControlPlane, adaptor: SmiAdaptor) -> Iterator[Raw]:
    """A managed split at 900/100, for as long as the test runs."""
    made = a_split()
    made["metadata"] |= {"namespace": NAMESPACE}
    made["metadata"].pop("uid")
    yield control_plane.admin.post(SPLITS, made)
    control_plane.admin.delete(f"{SPLITS}/{NAME}")


@pytest.fixture
def history(control_plane: ControlPlane, split: Raw) -> Iterator[History]:
    following = History(control_plane.admin, NAMESPACE)
    following.start()
    yield following
    following.stop()


def canary(plane: ControlPlane, *arguments: str, user: str = "releaser") -> subprocess.CompletedProcess[str]:
    return shell(plane.kubeconfig(user, NAMESPACE), arguments)


def stamp(plane: ControlPlane, made: Raw, **changes: object) -> None:
    """What a daemon would write: r1 at 25 %."""
    state = a_stamp(uid=made["metadata"]["uid"], **changes).render()
    write(plane, state, 750, 250)


def write(plane: ControlPlane, state: str, stable: int, on_trial: int) -> None:
    backends = [{"service": STABLE, "weight": stable}, {"service": CANARY, "weight": on_trial}]
    annotations = {Word.STATE.key: state, Word.ROLLOUT.key: "r1"}
    body = {"metadata": {"annotations": annotations}, "spec": {"backends": backends}}
    plane.admin.patch(f"{SPLITS}/{NAME}", body, "canary")


def profile(plane: ControlPlane) -> Profile:
    """What the ServiceProfile of the apex says, nothing if there is none."""
    found = plane.admin.get(PROFILES).get("items", ())
    return next((serviceprofile.read(each) for each in found), Profile({}))


def ours(history: History) -> list[Version]:
    """The versions that the command line wrote."""
    return [version for version in history.versions if version.manager == "canary-cli"]


def test_a_start_is_one_version_by_the_command_line(control_plane: ControlPlane, history: History) -> None:
    done = canary(control_plane, "start", NAME, "--id", "r1", "--reason", "ticket 12")
    assert (done.returncode, done.stderr) == (0, "")
    history.wait_for(lambda version: version.manager == "canary-cli", SECONDS, "the command's version")
    (version,) = ours(history)
    assert version.weights == {STABLE: 900, CANARY: 100}
    assert version.annotations["canary.delivery/rollout"] == "r1"
    assert version.annotations["canary.delivery/requested-by"] == "rollout=r1 releaser"
    assert "asked     rollout=r1" in done.stdout


def test_an_abort_stores_weights_and_request_in_one_version_and_waits_for_the_mesh(
    control_plane: ControlPlane, split: Raw, history: History
) -> None:
    stamp(control_plane, split)
    done = canary(control_plane, "abort", NAME, "--reason", "smells")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].startswith("in the mesh after ")
    history.wait_for(lambda version: version.manager == "canary-cli", SECONDS, "the command's version")
    (version,) = ours(history)
    assert version.weights == {STABLE: 1000, CANARY: 0}
    assert version.annotations["canary.delivery/abort"] == "r1@1"
    assert version.annotations["canary.delivery/reason"] == "smells"
    assert version.annotations["canary.delivery/requested-by"] == "abort=r1@1 releaser"
    before = history.versions[history.versions.index(version) - 1]
    assert version.annotations[Word.STATE.key] == before.annotations[Word.STATE.key]
    fields = {entry["manager"]: entry["fieldsV1"] for entry in version.object["metadata"]["managedFields"]}
    assert "f:backends" in fields["canary-cli"]["f:spec"]


def test_an_abort_that_the_mesh_does_not_follow_is_17(
    control_plane: ControlPlane, split: Raw, adaptor: SmiAdaptor
) -> None:
    wait_until(
        lambda: profile(control_plane).shows({STABLE: 900, CANARY: 100}, NAMESPACE, "cluster.local"),
        SECONDS,
        "the adaptor has written the split into the profile",
    )
    adaptor.stop()
    try:
        stamp(control_plane, split)
        done = canary(control_plane, "abort", NAME, "--timeout", "1s")
    finally:
        adaptor.start()
    assert done.returncode == 17
    assert "smi-adaptor is not reconciling" in done.stderr
    assert control_plane.admin.get(f"{SPLITS}/{NAME}")["spec"]["backends"][0]["weight"] == 1000


@pytest.mark.parametrize(
    "arguments",
    [("abort",), ("pause",), ("start", "--id", "r2"), ("resume",)],
    ids=lambda arguments: str(arguments[0]),
)
def test_who_may_only_look_is_told_which_right_is_missing(
    control_plane: ControlPlane, split: Raw, arguments: tuple[str, ...]
) -> None:
    resting = {"phase": Phase.PAUSED, "paused": True} if arguments[0] == "resume" else {}
    if arguments[0] != "start":
        stamp(control_plane, split, **resting)
    before = control_plane.admin.get(f"{SPLITS}/{NAME}")
    done = canary(control_plane, arguments[0], NAME, *arguments[1:], user="viewer")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == (
        f"try: kubectl auth can-i patch trafficsplits.split.smi-spec.io -n {NAMESPACE}"
    )
    assert control_plane.admin.get(f"{SPLITS}/{NAME}") == before
    assert canary(control_plane, "status", NAME, user="viewer").returncode == 0


class Between:
    """A real server, and somebody who writes between the first read and the first write."""

    def __init__(self, server: Server, plane: ControlPlane, times: int) -> None:
        self.namespace = server.namespace
        self.writes = 0
        self._server, self._plane, self._times = server, plane, times

    def get(self, kind: Kind, namespace: str, name: str) -> Raw:
        return self._server.get(kind, namespace, name)

    def list(self, kind: Kind, namespace: str = "", selector: str = "") -> Listing:
        return self._server.list(kind, namespace, selector)

    def allowed(self, kind: Kind, verb: str, namespace: str = "") -> bool:
        return self._server.allowed(kind, verb, namespace)

    def watch(self, kind: Kind, resource_version: str, namespace: str = "", seconds: int = 300) -> Changes:
        return self._server.watch(kind, resource_version, namespace, seconds)

    def patch_route(self, patch: RoutePatch) -> Raw:
        self.writes += 1
        if self.writes <= self._times:
            self._plane.admin.patch(
                f"{SPLITS}/{NAME}", {"metadata": {"labels": {"touched": str(self.writes)}}}
            )
        return self._server.patch_route(patch)

    def whoami(self) -> str:
        return self._server.whoami()

    def close(self) -> None:
        self._server.close()


@pytest.mark.parametrize("times", [1, 3])
def test_a_conflict_is_read_and_decided_anew(
    call: Call, control_plane: ControlPlane, split: Raw, history: History, times: int
) -> None:
    stamp(control_plane, split)
    opened: list[Between] = []

    def between(access: Access) -> Between:
        opened.append(Between(connect(access), control_plane, times))
        return opened[-1]

    world = replace(World.real(), connect=between)
    said = call(world, "abort", NAME, "--kubeconfig", str(control_plane.kubeconfig("releaser", NAMESPACE)))
    assert (said.code, said.err, opened[0].writes) == (0, "", times + 1)
    history.wait_for(lambda version: version.manager == "canary-cli", SECONDS, "the command's version")
    assert [version.weights for version in ours(history)] == [{STABLE: 1000, CANARY: 0}]
