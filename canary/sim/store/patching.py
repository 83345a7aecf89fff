"""Patches by media type: JSON patch, merge patch, and strategic merge patch for kinds that are built in."""

import json
from collections.abc import Callable
from typing import Any

from canary.sim.store import jsonpatch, strategic
from canary.sim.store.refusals import Refused, bad_request, unprocessable, wrong_type

Json = Any
Object = dict[str, Any]
Patch = Callable[[Object], Object]
"""What an object becomes."""

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
"""Named when another type is refused, as the real server names it; applying on the server is not supported."""


def patch(media_type: str, body: bytes, *, custom: bool) -> Patch:
    """
    The patch in a request.

    Raises:
        Refused: a type of patch that this kind does not take, or a body that is none.
    """
    if media_type == JSON_PATCH:
        return _json_patch(_operations(body))
    if media_type == MERGE_PATCH:
        change = _object(body)
        return lambda found: _as_object(merge(found, change))
    if media_type == STRATEGIC_MERGE_PATCH and not custom:
        change = _object(body)
        return lambda found: _as_object(strategic.merged(found, change))
    own = [] if custom else [STRATEGIC_MERGE_PATCH]
    raise wrong_type([JSON_PATCH, MERGE_PATCH, *own, APPLY_PATCH])


def merge(target: Json, change: Json) -> Json:
    """RFC 7386; neither argument is changed."""
    if not isinstance(change, dict):
        return change
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


def _json_patch(operations: list[Object]) -> Patch:
    def apply(found: Object) -> Object:
        try:
            return _as_object(jsonpatch.patched(found, operations))
        except jsonpatch.Unpatchable as error:
            raise unprocessable() from error

    return apply


def _as_object(found: Json) -> Object:
    if not isinstance(found, dict) or not isinstance(found.get("metadata"), dict):
        raise unprocessable()
    return found


def _object(body: bytes) -> Object:
    found = _decoded(body)
    if not isinstance(found, dict):
        raise _undecoded(f"{_named(found)} into Go value of type map[string]interface {{}}")
    return found


def _operations(body: bytes) -> list[Object]:
    found = _decoded(body)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _undecoded(f"{_named(found)} into Go value of type []handlers.jsonPatchOp")
    return found


def _decoded(body: bytes) -> Json:
    try:
        return json.loads(body)
    except ValueError as error:
        raise bad_request(f"error decoding patch: {error}") from error


def _undecoded(what: str) -> Refused:
    return bad_request(f"error decoding patch: json: cannot unmarshal {what}")


def _named(found: Json) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "bool"}
    return names.get(type(found), "number")
