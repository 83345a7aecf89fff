"""
The guards on a real API server: who may write which word, and that each of their rules is needed.

Everything is a dry run, which the server judges like any other write.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from canary.cluster.objects import Raw
from canary.terms import Word
from tests.beds.api import Object, Refused
from tests.beds.controlplane import DEPLOY, USERS, ControlPlane
from tests.beds.patience import wait_until
from tests.cluster.splits import a_split
from tests.deploy.edits import EDITS

pytestmark = pytest.mark.servers

NAMESPACE = "guards"
SPLITS = f"/apis/split.smi-spec.io/v1alpha1/namespaces/{NAMESPACE}/trafficsplits"
POLICY = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/canary-requests"

SOON = 20
"""Seconds until the API server goes by a policy that was changed; it looks once a second."""

MAKERS = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: makes-splits, namespace: guards}
rules: [{apiGroups: [split.smi-spec.io], resources: [trafficsplits], verbs: [create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: makes-splits, namespace: guards}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: makes-splits}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: operator}]
"""


def named(edit: str) -> str:
    """The route it is tried on."""
    return edit.replace(" ", "-").replace(",", "")


class Server:
    """
    A real API server with a route for each edit.

    Attributes:
        apis: it as each user sees it.
    """

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.apis = {user: plane.api(user) for user in USERS}

    def allowed(self, edit: str) -> frozenset[str]:
        """Who may; an administrator is nobody's example."""
        return frozenset(user for user in USERS if user != "admin" and not self.refusal(edit, user))

    def refusal(self, edit: str, user: str) -> str:
        """What it says against it; "" = nothing."""
        try:
            self.apis[user].patch(f"{SPLITS}/{named(edit)}", EDITS[edit].body(USERS[user][0]), dry_run=True)
        except Refused as error:
            if error.status != 403:
                raise
            return str(error)
        return ""

    def make(self, user: str, annotations: dict[str, str]) -> Raw:
        """Another route."""
        split = a_split("made", NAMESPACE, annotations=annotations)
        return self.apis[user].post(f"{SPLITS}?dryRun=All", split)

    def close(self) -> None:
        for api in self.apis.values():
            api.close()


@pytest.fixture(scope="module")
def server(control_plane: ControlPlane) -> Iterator[Server]:
    control_plane.admin.post("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    control_plane.apply(MAKERS)
    for name, edit in EDITS.items():
        control_plane.admin.post(SPLITS, edit.route(named(name), NAMESPACE))
    with closing(Server(control_plane)) as made:
        yield made
    control_plane.kubectl(
        "delete", "trafficsplits", "--all", "-n", NAMESPACE
    )  # a malformed weight stops smi-adaptor


@pytest.fixture(scope="module")
def guarded(server: Server) -> Iterator[Server]:
    """The guards are on, and off again afterwards: other tests share the server."""
    server.plane.kubectl("apply", "-k", str(DEPLOY / "guards"))
    wait_until(lambda: "operator" not in server.allowed("promote"), SOON, "the guards are on")
    yield server
    server.plane.kubectl("delete", "-f", str(DEPLOY / "guards" / "policies.yaml"))
    wait_until(lambda: "operator" in server.allowed("promote"), SOON, "the guards are off")


def test_without_guards_whoever_may_patch_may_all(server: Server) -> None:
    everybody = frozenset({"operator", "releaser", "daemon"})
    assert {name: server.allowed(name) for name in EDITS} == dict.fromkeys(EDITS, everybody)


@pytest.mark.parametrize("edit", EDITS)
def test_with_guards_each_word_is_for_those_it_is_for(guarded: Server, edit: str) -> None:
    assert guarded.allowed(edit) == EDITS[edit].may


def test_whoever_makes_a_route_needs_the_verb_to_have_it_managed(guarded: Server) -> None:
    assert guarded.make("operator", {})
    with pytest.raises(Refused, match='the verb "start"'):
        guarded.make("operator", {Word.POLICY.key: "fast", Word.ROLLOUT.key: "v1"})
    assert guarded.make("admin", {Word.POLICY.key: "fast", Word.ROLLOUT.key: "v1"})


def test_nobody_makes_a_route_with_a_memory(guarded: Server) -> None:
    with pytest.raises(Refused, match="to bring back a route from a backup"):
        guarded.make("admin", {Word.STATE.key: "{}"})


def test_who_is_refused_is_told_the_verb_he_lacks(guarded: Server) -> None:
    assert 'those with the verb "promote"' in guarded.refusal("promote", "operator")
    assert 'those with the verb "start"' in guarded.refusal("rollout", "operator")


def test_the_server_finds_no_mistake_in_the_types(guarded: Server) -> None:
    def checked() -> bool:
        return "observedGeneration" in guarded.plane.admin.get(POLICY).get("status", {})

    wait_until(checked, SOON, "types are checked")
    assert guarded.plane.admin.get(POLICY)["status"]["typeChecking"] == {}


def rule(number: int) -> Callable[[Object], None]:
    """That validation lets everything through."""
    return lambda spec: spec["validations"][number].update(expression="true")


def forgotten(number: int, part: str) -> Callable[[Object], None]:
    """A part of that validation is gone."""

    def change(spec: Object) -> None:
        whole = spec["validations"][number]["expression"]
        assert part in whole
        spec["validations"][number]["expression"] = whole.replace(part, "")

    return change


def without_exemption(spec: Object) -> None:
    spec["matchConditions"] = None  # a merge patch removes it so


def everything_is_managed(spec: Object) -> None:
    spec["variables"][2]["expression"] = "true"


def nothing_was_managed(spec: Object) -> None:
    spec["variables"][2]["expression"] = "'canary.delivery/policy' in variables.after"


LOOSENED: dict[str, tuple[Callable[[Object], None], str]] = {
    "starts": (rule(0), "rollout"),
    "promotions": (rule(1), "promote"),
    "the stamp": (rule(2), "state"),
    "names": (rule(3), "resume in another name"),
    "no exemption of the daemon": (without_exemption, "state and weights beside a stale name"),
    "unmanaged routes are guarded, too": (everything_is_managed, "rollout, unmanaged"),
    "what was managed is forgotten": (nothing_was_managed, "policy removed with weights"),
    "canary": (forgotten(0, ", 'canary'"), "canary"),
    "policy": (forgotten(0, "'policy', "), "taken under management"),
    "approve": (forgotten(1, ", 'approve'"), "approve"),
    "retry": (forgotten(1, ", 'retry'"), "retry"),
    "undo": (forgotten(1, ", 'undo'"), "undo"),
    "aborts are refused": (forgotten(3, "'abort', "), "abort in another name"),
    "the word of a name": (forgotten(3, " && variables.author.startsWith(word + '=')"), "a name for another word beside an abort"),
}  # fmt: skip


@pytest.mark.parametrize("what", LOOSENED)
def test_the_table_turns_red_when_one_rule_is_changed(guarded: Server, what: str) -> None:
    change, edit = LOOSENED[what]
    admin = guarded.plane.admin
    spec = admin.get(POLICY)["spec"]
    changed = copy.deepcopy(spec)
    change(changed)
    admin.patch(POLICY, {"spec": changed})
    try:
        wait_until(
            lambda: guarded.allowed(edit) != EDITS[edit].may, SOON, f"{edit} is judged by the changed rule"
        )
    finally:
        admin.patch(POLICY, {"spec": spec})
        wait_until(lambda: guarded.allowed(edit) == EDITS[edit].may, SOON, "the guards are as before")
