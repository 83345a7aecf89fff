"""Writes that depend on which object they meet."""

from tests.sim.apiserver.cases.splits import a_split, backends, splits
from tests.sim.apiserver.talk import Object, Talk

ANOTHER = "6e7c7b1e-0000-4000-8000-000000000000"


def made(talk: Talk) -> tuple[str, Object]:
    return f"{splits(talk)}/web", talk.post(splits(talk), a_split())


def changed(found: Object, **about: object) -> Object:
    return {**found, "metadata": {**found["metadata"], **about}}


def a_patch_of_a_stale_version_conflicts(talk: Talk) -> None:
    at, before = made(talk)
    version = before["metadata"]["resourceVersion"]
    talk.patch(at, {"spec": {"backends": backends(1, 1)}})
    talk.patch(at, {"metadata": {"resourceVersion": version}, "spec": {"backends": backends(2, 2)}})
    talk.patch(at, {"metadata": {"resourceVersion": version}}, dryRun="All")
    talk.patch(at, {"metadata": {"resourceVersion": version}, "spec": {"service": None}})
    talk.get(at)


def a_patch_of_the_present_version_is_stored(talk: Talk) -> None:
    at, before = made(talk)
    condition = {key: before["metadata"][key] for key in ("resourceVersion", "uid")}
    talk.patch(at, {"metadata": condition, "spec": {"backends": backends(1, 1)}})
    talk.patch(at, {"metadata": condition, "spec": {"backends": backends(1, 1)}})


def a_patch_for_another_uid_is_invalid(talk: Talk) -> None:
    at, _ = made(talk)
    talk.patch(at, {"metadata": {"uid": ANOTHER}, "spec": {"backends": backends(1, 1)}})
    talk.get(at)


def a_replacement_of_a_stale_version_conflicts(talk: Talk) -> None:
    at, before = made(talk)
    talk.patch(at, {"spec": {"backends": backends(1, 1)}})
    talk.put(at, before)


def a_replacement_must_say_which_version_it_replaces(talk: Talk) -> None:
    at, _ = made(talk)
    talk.put(at, a_split())


def a_replacement_for_another_uid_conflicts(talk: Talk) -> None:
    at, before = made(talk)
    talk.put(at, changed(before, uid=ANOTHER))


def a_deletion_may_have_conditions(talk: Talk) -> None:
    at, before = made(talk)
    talk.delete(at, {"preconditions": {"uid": ANOTHER}})
    talk.delete(at, {"preconditions": {"resourceVersion": "1"}})
    uid = before["metadata"]["uid"]
    talk.delete(at, {"preconditions": {"uid": uid}, "propagationPolicy": "Background"})


def an_object_made_anew_is_another_one(talk: Talk) -> None:
    at, before = made(talk)
    talk.delete(at)
    talk.post(splits(talk), a_split())
    condition = {key: before["metadata"][key] for key in ("resourceVersion", "uid")}
    talk.patch(at, {"metadata": condition})
    talk.patch(at, {"metadata": {"uid": condition["uid"]}})


CASES = (
    a_patch_of_a_stale_version_conflicts,
    a_patch_of_the_present_version_is_stored,
    a_patch_for_another_uid_is_invalid,
    a_replacement_of_a_stale_version_conflicts,
    a_replacement_must_say_which_version_it_replaces,
    a_replacement_for_another_uid_conflicts,
    a_deletion_may_have_conditions,
    an_object_made_anew_is_another_one,
)
