"""
Structural schemas: what an object loses, gains, and is refused for.

Pruning, defaults, and validation of types, required fields, enums, bounds, patterns, sizes, and `anyOf`/`oneOf`/`allOf`/
`not`. Left out: CEL rules (`x-kubernetes-validations`) and `format`.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from canary.sim.store.checks import checked, type_name
from canary.sim.store.refusals import Cause

Json = Any
Schema = dict[str, Any]
Object = dict[str, Any]

PRESERVE = "x-kubernetes-preserve-unknown-fields"
INT_OR_STRING = "x-kubernetes-int-or-string"
HEAD = frozenset({"apiVersion", "kind", "metadata"})
"""Fields of an object that no schema has to name."""


def fitted(found: Object, schema: Schema) -> tuple[Object, list[str]]:
    """The object without what the schema does not know and with its defaults, and the paths of what was dropped."""
    dropped: list[str] = []
    head = {key: value for key, value in found.items() if key in HEAD}
    rest = {key: value for key, value in found.items() if key not in HEAD}
    kept = _defaulted(_pruned(rest, schema, "", dropped), schema)
    return {**head, **kept}, sorted(dropped)


def _pruned(value: Json, schema: Schema, path: str, dropped: list[str]) -> Json:
    if isinstance(value, list) and not schema.get(PRESERVE):
        its = schema.get("items") or {}
        return [_pruned(one, its, f"{path}[{at}]", dropped) for at, one in enumerate(value)]
    return dict(_kept(value, schema, path, dropped)) if isinstance(value, dict) else value


def _kept(value: Object, schema: Schema, path: str, dropped: list[str]) -> Iterator[tuple[str, Json]]:
    known, others = schema.get("properties") or {}, schema.get("additionalProperties")
    for key, inner in value.items():
        at = f"{path}.{key}" if path else key
        if key in known:
            yield key, _pruned(inner, known[key], at, dropped)
        elif isinstance(others, dict):
            yield key, _pruned(inner, others, at, dropped)
        elif others or schema.get(PRESERVE):
            yield key, inner
        else:
            dropped.append(at)


def _defaulted(value: Json, schema: Schema) -> Json:
    """A null that a field may not have is as good as no field, so the default fills it."""
    if isinstance(value, list):
        return [_defaulted(one, schema.get("items") or {}) for one in value]
    if not isinstance(value, dict):
        return value
    known, others = schema.get("properties") or {}, schema.get("additionalProperties")
    inside = others if isinstance(others, dict) else {}
    result = {
        key: _defaulted(inner, known.get(key, inside))
        for key, inner in value.items()
        if inner is not None or _may_be_null(known.get(key, inside))
    }
    for key, its in known.items():
        if "default" in its and key not in result:
            result[key] = _defaulted(deepcopy(its["default"]), its)
    return result


def _may_be_null(schema: Schema) -> bool:
    return not schema or bool(schema.get("nullable"))


def problems(value: Json, schema: Schema, path: str = "") -> Iterator[Cause]:
    """Everything the schema refuses."""
    if value is None and schema.get("nullable"):
        return
    wanted = ("integer", "string") if schema.get(INT_OR_STRING) else (schema.get("type"),)
    if wanted != (None,) and not _is_a(value, wanted):
        kind, told = type_name(value), ",".join(str(one) for one in wanted)
        message = f'Invalid value: "{kind}": {path} in body must be of type {told}: "{kind}"'
        yield Cause(path, "FieldValueTypeInvalid", message)
        return
    yield from checked(value, schema, path)
    yield from _combined(value, schema, path)
    if isinstance(value, dict):
        yield from _of_fields(value, schema, path)
    elif isinstance(value, list) and "items" in schema:
        for at, one in enumerate(value):
            yield from problems(one, schema["items"], f"{path}[{at}]")


def _is_a(value: Json, wanted: tuple[Any, ...]) -> bool:
    kind = type_name(value)
    return kind in wanted or (kind == "integer" and "number" in wanted)


def _of_fields(value: Object, schema: Schema, path: str) -> Iterator[Cause]:
    known, others = schema.get("properties") or {}, schema.get("additionalProperties")
    for key, inner in value.items():
        its, at = known.get(key, others), f"{path}.{key}" if path else key
        if not isinstance(its, dict) or (not path and key in HEAD):
            continue
        yield from problems(inner, its, at)
    for key in schema.get("required") or ():
        if key not in value:
            yield Cause(f"{path}.{key}" if path else key, "FieldValueRequired", "Required value")


def _combined(value: Json, schema: Schema, path: str) -> Iterator[Cause]:
    def fits(other: Schema) -> bool:
        return not any(problems(value, other, path))

    for other in schema.get("allOf") or ():
        yield from problems(value, other, path)
    fitting = {word: sum(map(fits, schema[word])) for word in ("anyOf", "oneOf") if word in schema}
    if fitting.get("anyOf") == 0:
        yield Cause(
            path, "FieldValueInvalid", f'Invalid value: "": {path} must validate at least one schema (anyOf)'
        )
    if fitting.get("oneOf", 1) != 1:
        yield Cause(
            path,
            "FieldValueInvalid",
            f'Invalid value: "": {path} must validate one and only one schema (oneOf)',
        )
    if "not" in schema and fits(schema["not"]):
        yield Cause(
            path, "FieldValueInvalid", f'Invalid value: "": {path} must not validate the schema (not)'
        )
