"""A JSON Schema, as far as `policies/schema.json` uses it, against what a file says: an editor would see the same."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
Told = Iterator[str]

TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "number": (int, float), "integer": (int,),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip


def errors(value: Any, schema: Schema, whole: Schema, at: str = "") -> Told:  # noqa: ANN401 - YAML
    """Where a value is not what the schema says."""
    if "$ref" in schema:
        yield from errors(value, whole["$defs"][schema["$ref"].rpartition("/")[2]], whole, at)
    if isinstance(value, bool) and schema.get("type") in ("number", "integer"):
        yield f"{at}: a number"
    if "type" in schema and not isinstance(value, TYPES[schema["type"]]):
        yield f"{at}: {schema['type']}"
        return
    for word, check in CHECKS.items():
        if word in schema:
            yield from check(value, schema, whole, at)


def _properties(value: Any, schema: Schema, whole: Schema, at: str) -> Told:  # noqa: ANN401
    known = schema["properties"]
    yield from (
        f"{at}.{key} unknown"
        for key in value.keys() - known.keys()
        if schema["additionalProperties"] is False
    )
    yield from (f"{at}.{key} missing" for key in set(schema.get("required", ())) - value.keys())
    for key in value.keys() & known.keys():
        yield from errors(value[key], known[key], whole, f"{at}.{key}")


def _items(value: Any, schema: Schema, whole: Schema, at: str) -> Told:  # noqa: ANN401
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{at}: {len(value)} of them"
    for number, each in enumerate(value):
        yield from errors(each, schema["items"], whole, f"{at}.{number}")


def _some(value: Any, schema: Schema, whole: Schema, at: str) -> Told:  # noqa: ANN401
    choices = schema.get("anyOf") or schema["oneOf"]
    fitting = [choice for choice in choices if not any(True for _ in errors(value, choice, whole, at))]
    if not fitting or ("oneOf" in schema and len(fitting) > 1):
        yield f"{at}: {len(fitting)} of the choices fit"


def _scalar(value: Any, schema: Schema, _whole: Schema, at: str) -> Told:  # noqa: ANN401
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: one of {schema['enum']}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at}: {schema['pattern']}"
    if "minimum" in schema and not schema["minimum"] <= value <= schema["maximum"]:
        yield f"{at}: from {schema['minimum']} to {schema['maximum']}"


CHECKS: Mapping[str, Callable[[Any, Schema, Schema, str], Told]] = {
    "properties": _properties, "items": _items, "anyOf": _some, "oneOf": _some,
    "const": _scalar, "enum": _scalar, "pattern": _scalar, "minimum": _scalar,
}  # fmt: skip

READ = {
    *CHECKS, "$ref", "$schema", "$defs", "type", "title", "description", "default", "additionalProperties", "required",
    "maximum", "minItems", "maxItems", "discriminator",
}  # fmt: skip
"""Words of a schema that are looked at here, or say nothing about what is right."""


def unread(schema: object) -> set[str]:
    """Words that this reader does not know."""
    if isinstance(schema, list):
        return set().union(*map(unread, schema))
    if not isinstance(schema, dict):
        return set()
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    inner += [schema[word] for word in ("items", "anyOf", "oneOf") if word in schema]
    return set(schema) - READ | set().union(*map(unread, inner))
