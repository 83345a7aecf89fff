"""
JSON patch (RFC 6902) on plain JSON values.

As in kube-apiserver, and against the RFC, `test` and `copy` take a field that an object does not have for null, and
`replace` adds it.
"""

import json
from copy import deepcopy
from typing import Any

Json = Any


class Unpatchable(Exception):
    """The patch does not apply to this document."""


def patched(document: Json, operations: list[dict[str, Json]]) -> Json:
    """
    The document after all operations; the one given is left alone.

    Raises:
        Unpatchable: a test failed, a path leads nowhere, or there is no such operation.
    """
    result = deepcopy(document)
    for operation in operations:
        try:
            result = _apply(result, operation)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise Unpatchable(str(error)) from error
    return result


def _apply(document: Json, operation: dict[str, Json]) -> Json:
    path = pointer(operation["path"])
    match operation["op"]:
        case "add":
            return _add(document, path, deepcopy(operation["value"]))
        case "remove":
            return _remove(document, path)
        case "replace":
            return _put(document, path, deepcopy(operation["value"]))
        case "move":
            moved = _found(document, pointer(operation["from"]))
            return _add(_remove(document, pointer(operation["from"])), path, moved)
        case "copy":
            return _add(document, path, deepcopy(_seen(document, pointer(operation["from"]))))
        case "test":
            return _test(document, path, operation.get("value"))
        case other:
            raise ValueError(f"no such operation: {other}")


def pointer(text: str) -> list[str]:
    """The parts of a JSON pointer (RFC 6901)."""
    if text and not text.startswith("/"):
        raise ValueError(f"{text!r} is no JSON pointer")
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def _found(document: Json, path: list[str]) -> Json:
    for part in path:
        document = document[_index(document, part)]
    return document


def _index(container: Json, part: str) -> Any:  # noqa: ANN401 a key or an index
    if isinstance(container, dict):
        return part
    if not part.isascii() or not part.isdigit():
        raise ValueError(f"{part!r} is no index")
    return int(part)


def _add(document: Json, path: list[str], value: Json) -> Json:
    if not path:
        return value
    container = _found(document, path[:-1])
    if isinstance(container, dict):
        container[path[-1]] = value
        return document
    at = len(container) if path[-1] == "-" else _index(container, path[-1])
    if at > len(container):
        raise IndexError(f"{at} is beyond the end")
    container.insert(at, value)
    return document


def _put(document: Json, path: list[str], value: Json) -> Json:
    if not path:
        return value
    container = _found(document, path[:-1])
    container[_index(container, path[-1])] = value
    return document


def _remove(document: Json, path: list[str]) -> Json:
    container = _found(document, path[:-1])
    del container[_index(container, path[-1])]
    return document


def _seen(document: Json, path: list[str]) -> Json:
    """What is found, or None for a field that an object does not have."""
    container = _found(document, path[:-1])
    absent = bool(path) and isinstance(container, dict) and path[-1] not in container
    return None if absent else _found(document, path)


def _test(document: Json, path: list[str], value: Json) -> Json:
    if json.dumps(_seen(document, path), sort_keys=True) != json.dumps(
        value, sort_keys=True
    ):  # True is not 1
        raise ValueError(f"/{'/'.join(path)} is something else")
    return document
