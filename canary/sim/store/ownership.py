"""
Who wrote what: `metadata.managedFields` for updates (not for applies on the server).

A manager owns the paths it changed last, in FieldsV1 form. Lists are owned as a whole; finalizers and owner references
by element. Exact for custom kinds; the real server knows more lists of the built-in ones by their elements.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
Path = tuple[str, ...]

SERVERS_OWN = frozenset(
    {
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "managedFields",
        "selfLink",
    }
)
"""Parts of metadata nobody owns."""

ELEMENTS: dict[str, Callable[[Any], str]] = {
    "finalizers": lambda one: f"v:{json.dumps(one)}",
    "ownerReferences": lambda one: f"k:{json.dumps({'uid': one['uid']}, separators=(',', ':'))}",
}
"""Lists of metadata that are owned by element."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes; the entries of managedFields are told apart by this."""

    manager: str
    api_version: str
    subresource: str = ""

    def entry(self, paths: frozenset[Path], time: str) -> Object:
        part = {"subresource": self.subresource} if self.subresource else {}
        return {
            "apiVersion": self.api_version,
            "fieldsType": "FieldsV1",
            "fieldsV1": _tree(paths),
            "manager": self.manager,
            "operation": "Update",
            "time": time,
            **part,
        }

    def wrote(self, entry: Object) -> bool:
        theirs = (entry.get("manager"), entry.get("apiVersion"), entry.get("subresource", ""))
        return theirs == (self.manager, self.api_version, self.subresource)


def owned(entries: list[Object], before: Object, after: Object, author: Author, now: str) -> list[Object]:
    """The entries once `author` has made `after` of `before`."""
    old, new = dict(_paths(before)), dict(_paths(after))
    changed = frozenset(path for path, value in new.items() if path not in old or old[path] != value)
    gone = old.keys() - new.keys()
    result = []
    for entry in entries:
        mine = author.wrote(entry)
        paths = frozenset(_flat(entry.get("fieldsV1") or {})) - gone - (frozenset() if mine else changed)
        if mine and changed:
            result.append(author.entry(paths | changed, now))
        elif paths:
            result.append({**entry, "fieldsV1": _tree(paths)})
    if changed and not any(author.wrote(entry) for entry in result):
        result.append(author.entry(changed, now))
    return sorted(result, key=lambda one: (one["time"], one["manager"], one.get("subresource", "")))


def _paths(found: Object) -> Iterator[tuple[Path, object]]:
    for key, value in found.items():
        if key == "metadata":
            yield from _of_metadata(value)
        elif key not in {"apiVersion", "kind"}:
            yield from _below((f"f:{key}",), value)


def _of_metadata(metadata: Object) -> Iterator[tuple[Path, object]]:
    for key, value in metadata.items():
        at = ("f:metadata", f"f:{key}")
        if key in ELEMENTS:
            yield at, None
            yield from (((*at, ELEMENTS[key](one)), json.dumps(one)) for one in value)
        elif key not in SERVERS_OWN:
            yield from _below(at, value)


def _below(at: Path, value: object) -> Iterator[tuple[Path, object]]:
    """A map is a path of its own, unchanged by what happens inside."""
    if not isinstance(value, dict):
        yield at, value
        return
    yield at, None
    for key, inner in value.items():
        yield from _below((*at, f"f:{key}"), inner)


def _tree(paths: frozenset[Path]) -> Object:
    tree: Object = {}
    for path in sorted(paths):
        node = tree
        for part in path:
            node = node.setdefault(part, {})
        node["."] = {}
    return _without_dots_at_leaves(tree)


def _without_dots_at_leaves(tree: Object) -> Object:
    """Only a map that is owned beside its content says so."""
    return (
        {} if tree.keys() == {"."} else {key: _without_dots_at_leaves(inner) for key, inner in tree.items()}
    )


def _flat(tree: Object, at: Path = ()) -> Iterator[Path]:
    if at and (not tree or "." in tree):
        yield at
    for part, inner in tree.items():
        if part != ".":
            yield from _flat(inner, (*at, part))
