"""What a schema does to the objects of a custom kind, and how a kind comes and goes."""

from tests.beds.patience import wait_until
from tests.sim.apiserver.cases.splits import a_split, backends, splits
from tests.sim.apiserver.talk import Object, Talk

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
PROPERTIES = {
    "count": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
    "letter": {"type": "string", "enum": ["a", "b"]},
    "row": {"type": "string", "pattern": "^x+$", "maxLength": 4},
    "list": {"type": "array", "maxItems": 2, "items": {"type": "string"}},
    "map": {"type": "object", "additionalProperties": {"type": "string"}},
    "any": {"x-kubernetes-preserve-unknown-fields": True},
}
SCHEMA = {
    "type": "object",
    "properties": {
        "spec": {"type": "object", "properties": PROPERTIES},
        "status": {"type": "object", "properties": {"seen": {"type": "string"}}},
    },
}


def unknown_fields_are_dropped_and_told(talk: Talk) -> None:
    talk.post(splits(talk), {**a_split(), "extra": {}, "status": {"a": 1}})
    talk.patch(f"{splits(talk)}/web", {"spec": {"more": 1}})


def unknown_fields_are_refused_when_asked_to(talk: Talk) -> None:
    talk.post(splits(talk), {**a_split(), "extra": {}}, fieldValidation="Strict")
    talk.post(splits(talk), a_split(), fieldValidation="Strict")


def what_the_schema_refuses_is_invalid(talk: Talk) -> None:
    at = f"{splits(talk)}/web"
    talk.post(splits(talk), a_split())
    talk.patch(at, {"spec": {"service": None}})
    talk.patch(at, {"spec": {"service": 7}})
    talk.patch(at, {"spec": {"backends": [{"service": "a", "weight": "500m"}]}})
    talk.patch(at, {"spec": {"backends": [{"service": "a", "weight": 1.5}]}})
    talk.patch(at, {"spec": {"backends": [{"weight": 1}, {"service": "a"}]}})
    talk.patch(at, {"spec": {"backends": backends(-5, 7)}})
    talk.patch(at, {"spec": None})


def annotations_are_texts(talk: Talk) -> None:
    talk.post(splits(talk), a_split())
    talk.patch(f"{splits(talk)}/web", {"metadata": {"annotations": {"a": 1}}})


def labels_and_annotations_are_checked(talk: Talk) -> None:
    at = f"{splits(talk)}/web"
    talk.post(splits(talk), a_split())
    for labels in (
        {"a b": "c"},
        {"a": "b c"},
        {"a": "b" * 64},
        {"UPPER/a": "b"},
        {"x.io/a": "", "b": "C_d.e"},
    ):
        talk.patch(at, {"metadata": {"labels": labels}})
    for annotations in ({"a b": "c"}, {"canary.delivery/State": " any text "}, {"a": "b" * 262145}):
        talk.patch(at, {"metadata": {"annotations": annotations}})


def a_definition(talk: Talk) -> Object:
    """A kind of its own for each conversation."""
    group = f"{talk.namespace}.example.com"
    columns = [
        {"name": "Count", "type": "integer", "jsonPath": ".spec.count"},
        {"name": "First", "type": "string", "jsonPath": ".spec.list[0]", "priority": 1},
        {"name": "Ready", "type": "string", "jsonPath": '.spec.any[?(@.type=="Ready")].status'},
    ]
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": SCHEMA},
        "additionalPrinterColumns": columns,
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"things.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList"},
            "versions": [version],
        },
    }


def defined(talk: Talk) -> str:
    """A new kind, once it is served; how long that takes is left out of the conversation."""
    definition = a_definition(talk)
    talk.post(DEFINITIONS, definition)
    path = f"/apis/{definition['spec']['group']}/v1/namespaces/{talk.namespace}/things"
    kept = list(talk.replies[:-1])
    wait_until(lambda: "items" in talk.get(path), 20, "the new kind is served")
    talk.replies[:] = kept
    return path


def a_thing(talk: Talk, name: str, spec: Object) -> Object:
    head = {"apiVersion": f"{talk.namespace}.example.com/v1", "kind": "Thing"}
    return {**head, "metadata": {"name": name}, "spec": spec, "status": {"seen": "mine"}}


def a_schema_fills_in_and_refuses(talk: Talk) -> None:
    at = defined(talk)
    talk.post(at, a_thing(talk, "empty", {}))
    talk.post(at, a_thing(talk, "full", {"list": ["q"], "map": {"a": "1"}, "any": {"b": [1, None]}}))
    talk.post(at, a_thing(talk, "bad", {"count": 0, "letter": "c", "row": "y", "list": list("abc")}))
    talk.post(at, a_thing(talk, "bad", {"count": 11, "row": "xxxxxx", "list": "q", "map": {"a": 1}}))
    talk.post(at, a_thing(talk, "bad", {"count": "3"}))
    talk.post(at, a_thing(talk, "null", {"count": None, "any": None}))
    talk.post(at, a_thing(talk, "bad", {"letter": None}))
    talk.post(at, a_thing(talk, "bad", {"list": [None], "map": {"a": None}}))


def the_status_is_written_by_its_own_door(talk: Talk) -> None:
    at = defined(talk)
    talk.post(at, a_thing(talk, "one", {}))
    talk.patch(
        f"{at}/one/status",
        {"status": {"seen": "x"}, "spec": {"count": 5}, "metadata": {"labels": {"a": "b"}}},
    )
    talk.patch(f"{at}/one", {"status": {"seen": "y"}, "spec": {"count": 5}})
    talk.get(f"{at}/one/status")


def a_table_shows_what_its_paths_find(talk: Talk) -> None:
    at = defined(talk)
    talk.post(at, a_thing(talk, "one", {"list": ["q"], "any": [{"type": "Ready", "status": "yes"}]}))
    talk.post(at, a_thing(talk, "two", {}))
    talk.get(at, "application/json;as=Table;v=v1;g=meta.k8s.io")


CASES = (
    unknown_fields_are_dropped_and_told,
    unknown_fields_are_refused_when_asked_to,
    what_the_schema_refuses_is_invalid,
    a_schema_fills_in_and_refuses,
    the_status_is_written_by_its_own_door,
    a_table_shows_what_its_paths_find,
)
WORDED_OTHERWISE = (annotations_are_texts, labels_and_annotations_are_checked)
