"""
The JSON Schema of a policy file, for editors: made from the models that read it, so it cannot say anything else.

What it cannot say (shares that rise, one gate of a kind) is left to `canary policy validate`. Regenerate the copy that
is shipped with `canary policy schema > policies/schema.json`.
"""

import re
from datetime import timedelta
from inspect import getdoc
from typing import Any, TypeAlias

from canary.rollout.gates import ErrorsGate, LatencyGate, ObjectiveGate
from canary.rollout.metric import MetricGate
from canary.rollout.model import Frozen, format_duration
from canary.rollout.policy import Bake, Certainty, Policy, Step
from canary.rollout.policyfile import API_VERSION, KIND
from canary.rollout.windows import Window

Schema: TypeAlias = dict[str, Any]

MODELS: tuple[type[Frozen], ...] = (
    Policy,
    Step,
    Bake,
    Window,
    Certainty,
    ErrorsGate,
    ObjectiveGate,
    LatencyGate,
    MetricGate,
)
"""All that a policy consists of."""

_ATTRIBUTE = re.compile(r"^    ((?:\w+)(?:, \w+)*): (.+(?:\n {8,}.+)*)", re.MULTILINE)


def schema() -> Schema:
    """Of the whole file."""
    made = Policy.model_json_schema(by_alias=True)
    parts: dict[str, Schema] = made.pop("$defs")
    for model in MODELS:
        _described(parts.get(model.__name__, made), model)
    name = made["properties"].pop("name")
    made["required"].remove("name")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": KIND,
        "description": "By which ladder traffic moves, on what evidence, under which conditions.",
        "type": "object",
        "additionalProperties": False,
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {
            "apiVersion": {"const": API_VERSION},
            "kind": {"const": KIND},
            "metadata": _object({"name": name}),
            "spec": made,
        },
        "$defs": parts,
    }


def told(model: type[Frozen]) -> dict[str, str]:
    """What the docstring of a model says about each of its keys, as files spell them."""
    found = dict[str, str]()
    for names, text in _ATTRIBUTE.findall(getdoc(model) or ""):
        sentence = " ".join(text.split())
        found |= {str(model.model_fields[name].alias): sentence for name in names.split(", ")}
    return found


def _described(part: Schema, model: type[Frozen]) -> None:
    """Keys with what they mean and with their defaults as people write them; no titles, which only repeat the keys."""
    for unwanted in ("title", "description"):
        part.pop(unwanted, None)
    meaning, defaults = told(model), written(model)
    for key, about in part["properties"].items():
        for generated in ("title", "default"):
            about.pop(generated, None)
        about.update({"description": meaning[key]} if key in meaning else {})
        about.update({"default": defaults[key]} if defaults.get(key) is not None else {})


def written(model: type[Frozen]) -> dict[str, object]:
    """The defaults of a model's keys, as a file would spell them."""
    fields = model.model_fields.values()
    return {str(field.alias): _plain(field.default) for field in fields if not field.is_required()}


def _plain(value: object) -> object:
    match value:
        case timedelta():
            return format_duration(value)
        case Frozen():
            return value.model_dump(mode="json")
        case tuple():
            return [_plain(each) for each in value]
    return value


def _object(properties: Schema) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }
