"""The kinds of patches."""

from tests.sim.apiserver.cases.splits import a_split, backends, splits
from tests.sim.apiserver.talk import JSON_PATCH, STRATEGIC, Talk


def at_a_split(talk: Talk) -> str:
    talk.post(splits(talk), a_split(annotations={"a/b": "c", "d": "e"}))
    return f"{splits(talk)}/web"


def a_merge_patch_replaces_lists_and_removes_nulls(talk: Talk) -> None:
    at = at_a_split(talk)
    talk.patch(at, {"metadata": {"annotations": {"d": None, "f": "g"}}})
    talk.patch(at, {"spec": {"backends": backends(0, 1)[:1]}})
    talk.patch(at, {"metadata": {"annotations": None}})
    talk.patch(at, {"metadata": {"annotations": {}}})
    talk.patch(at, {})


def a_json_patch_changes_what_its_paths_lead_to(talk: Talk) -> None:
    at = at_a_split(talk)
    talk.patch(
        at,
        [
            {"op": "test", "path": "/metadata/annotations/a~1b", "value": "c"},
            {"op": "replace", "path": "/spec/backends/0/weight", "value": 1},
            {"op": "add", "path": "/spec/backends/-", "value": {"service": "third", "weight": 0}},
            {"op": "add", "path": "/spec/backends/0", "value": {"service": "first", "weight": 5}},
            {"op": "remove", "path": "/metadata/annotations/d"},
        ],
        JSON_PATCH,
    )
    talk.patch(
        at,
        [
            {"op": "copy", "from": "/spec/backends/0/service", "path": "/spec/service"},
            {"op": "move", "from": "/spec/backends/1", "path": "/spec/backends/0"},
        ],
        JSON_PATCH,
    )


def a_json_patch_that_does_not_apply_changes_nothing(talk: Talk) -> None:
    at = at_a_split(talk)
    for wrong in (
        {"op": "test", "path": "/spec/service", "value": "other"},
        {"op": "remove", "path": "/spec/nothing"},
        {"op": "replace", "path": "/spec/nothing", "value": 1},
        {"op": "add", "path": "/spec/backends/9", "value": {}},
    ):
        first = {"op": "replace", "path": "/spec/service", "value": "changed"}
        talk.patch(at, [first, wrong], JSON_PATCH)
    talk.get(at)


def a_json_patch_may_be_conditional(talk: Talk) -> None:
    at = at_a_split(talk)
    talk.patch(at, [{"op": "replace", "path": "/metadata/resourceVersion", "value": "1"}], JSON_PATCH)


def custom_kinds_take_no_strategic_patch(talk: Talk) -> None:
    at = at_a_split(talk)
    talk.patch(at, {}, STRATEGIC)
    talk.patch(at, {}, "text/plain")


def a_patch_that_is_none_is_refused(talk: Talk) -> None:
    at = at_a_split(talk)
    for body in (b"{", b"[]", b"7"):
        talk.patch(at, body)
    talk.patch(at, {}, JSON_PATCH)
    talk.patch(at, b"[", JSON_PATCH)
    talk.patch(splits(talk), {})


CASES = (
    a_merge_patch_replaces_lists_and_removes_nulls,
    a_json_patch_changes_what_its_paths_lead_to,
    a_json_patch_that_does_not_apply_changes_nothing,
    a_json_patch_may_be_conditional,
    custom_kinds_take_no_strategic_patch,
)
WORDED_OTHERWISE = (a_patch_that_is_none_is_refused,)
