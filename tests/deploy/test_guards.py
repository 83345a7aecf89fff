"""
The guards on a real API server: who may write which word, and that each of their rules is needed.

Everything is a dry run, which the server judges like any other write.
"""

from collections.abc import Callable, Iterator

import pytest

from canary.cluster.objects import Raw
from canary.terms import Word
from tests.beds.api import Object, Refused
from tests.beds.controlplane import USERS, ControlPlane
from tests.beds.patience import wait_until
from tests.cluster.splits import a_split
from tests.deploy.edits import EDITS
from tests.deploy.manifests import folder

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


@pytest.fixture(scope="module")
def routes(control_plane: ControlPlane) -> ControlPlane:
    """One for each edit."""
    control_plane.admin.post("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    control_plane.apply(MAKERS)
    for name, edit in EDITS.items():
        control_plane.admin.post(SPLITS, edit.route(named(name), NAMESPACE))
    return control_plane


@pytest.fixture(scope="module")
def guarded(routes: ControlPlane) -> Iterator[ControlPlane]:
    """The guards are on, and off again afterwards: other tests share the server."""
    routes.kubectl("apply", "-k", str(folder("guards")))
    wait_until(lambda: "operator" not in allowed(routes, "promote"), SOON, "the guards are on")
    yield routes
    routes.kubectl("delete", "-f", str(folder("guards") / "policies.yaml"))
    wait_until(lambda: "operator" in allowed(routes, "promote"), SOON, "the guards are off")


def allowed(plane: ControlPlane, edit: str) -> frozenset[str]:
    """Who may."""
    return frozenset(user for user in USERS if user != "admin" and not refusal(plane, edit, user))


def refusal(plane: ControlPlane, edit: str, user: str) -> str:
    """What the server says against it; "" = nothing."""
    api = plane.api(user)
    try:
        api.patch(f"{SPLITS}/{named(edit)}", EDITS[edit].body(USERS[user][0]), dry_run=True)
    except Refused as error:
        if error.status != 403:
            raise
        return str(error)
    finally:
        api.close()
    return ""


def wrong(plane: ControlPlane) -> set[str]:
    """The edits that somebody may and should not, or should and may not."""
    return {name for name, edit in EDITS.items() if allowed(plane, name) != edit.may}


def test_without_guards_whoever_may_patch_may_all(routes: ControlPlane) -> None:
    assert {name: allowed(routes, name) for name in EDITS} == dict.fromkeys(
        EDITS, frozenset({"operator", "releaser", "daemon"})
    )


@pytest.mark.parametrize("edit", EDITS)
def test_with_guards_each_word_is_for_those_it_is_for(guarded: ControlPlane, edit: str) -> None:
    assert allowed(guarded, edit) == EDITS[edit].may


def made_by(plane: ControlPlane, user: str, annotations: dict[str, str]) -> Raw:
    api = plane.api(user)
    try:
        return api.post(f"{SPLITS}?dryRun=All", a_split("made", NAMESPACE, annotations=annotations))
    finally:
        api.close()


def test_whoever_makes_a_route_needs_the_verb_to_have_it_managed(guarded: ControlPlane) -> None:
    assert made_by(guarded, "operator", {})
    with pytest.raises(Refused, match='the verb "start"'):
        made_by(guarded, "operator", {Word.POLICY.key: "fast", Word.ROLLOUT.key: "v1"})
    assert made_by(guarded, "admin", {Word.POLICY.key: "fast", Word.ROLLOUT.key: "v1"})


def test_nobody_makes_a_route_with_a_memory(guarded: ControlPlane) -> None:
    with pytest.raises(Refused, match="to bring back a route from a backup"):
        made_by(guarded, "admin", {Word.STATE.key: "{}"})


def test_who_is_refused_is_told_the_verb_he_lacks(guarded: ControlPlane) -> None:
    assert 'those with the verb "promote"' in refusal(guarded, "promote", "operator")
    assert 'those with the verb "start"' in refusal(guarded, "rollout", "operator")


def test_the_server_finds_no_mistake_in_the_types(guarded: ControlPlane) -> None:
    def checked() -> bool:
        return "observedGeneration" in guarded.admin.get(POLICY).get("status", {})

    wait_until(checked, SOON, "types are checked")
    assert guarded.admin.get(POLICY)["status"]["typeChecking"] == {}


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
def test_the_table_turns_red_when_one_rule_is_changed(guarded: ControlPlane, what: str) -> None:
    change, edit = LOOSENED[what]
    policy = guarded.admin.get(POLICY)
    spec = policy["spec"]
    try:
        change(spec)
        guarded.admin.patch(POLICY, {"spec": spec})
        wait_until(lambda: edit in wrong(guarded), SOON, f"{edit} is judged by the changed rule", every=0.3)
    finally:
        guarded.kubectl("apply", "-k", str(folder("guards")))
        wait_until(lambda: not wrong(guarded), SOON, "the guards are as before", every=0.3)
