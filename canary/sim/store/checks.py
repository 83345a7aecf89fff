"""What a schema says about a single value, in the words of the API server."""

import json
import re
from collections.abc import Iterator
from typing import Any

from canary.sim.store.refusals import Cause

Json = Any
Schema = dict[str, Any]


def type_name(value: Json) -> str:
    """JSON Schema's name for the type of a value."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
    return names.get(type(value), "null")


def checked(value: Json, schema: Schema, path: str) -> Iterator[Cause]:
    if "enum" in schema and value not in schema["enum"]:
        known = ", ".join(json.dumps(one) for one in schema["enum"])
        message = f"Unsupported value: {json.dumps(value)}: supported values: {known}"
        yield Cause(path, "FieldValueNotSupported", message)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _bounded(value, schema, path)
    elif isinstance(value, str):
        yield from _written(value, schema, path)
    elif isinstance(value, list):
        yield from _sized(value, schema, path)


def _bounded(value: float, schema: Schema, path: str) -> Iterator[Cause]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and (value < low or (value == low and schema.get("exclusiveMinimum"))):
        word = "greater than" if schema.get("exclusiveMinimum") else "greater than or equal to"
        yield _invalid(value, path, f"should be {word} {low}")
    if high is not None and (value > high or (value == high and schema.get("exclusiveMaximum"))):
        word = "less than" if schema.get("exclusiveMaximum") else "less than or equal to"
        yield _invalid(value, path, f"should be {word} {high}")


def _written(value: str, schema: Schema, path: str) -> Iterator[Cause]:
    longest = schema.get("maxLength")
    if longest is not None and len(value) > longest:
        yield Cause(path, "FieldValueTooLong", f"Too long: may not be more than {longest} bytes")
    if len(value) < schema.get("minLength", 0):
        yield _invalid(value, path, f"should be at least {schema['minLength']} chars long")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield _invalid(value, path, f"should match '{schema['pattern']}'")


def _sized(value: list[Json], schema: Schema, path: str) -> Iterator[Cause]:
    most = schema.get("maxItems")
    if most is not None and len(value) > most:
        message = f"Too many: {len(value)}: must have at most {most} items"
        yield Cause(path, "FieldValueTooMany", message)
    if len(value) < schema.get("minItems", 0):
        yield _invalid(len(value), path, f"should have at least {schema['minItems']} items")


def _invalid(value: Json, path: str, why: str) -> Cause:
    return Cause(path, "FieldValueInvalid", f"Invalid value: {json.dumps(value)}: {path} in body {why}")
