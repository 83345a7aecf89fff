"""Label and field selectors, as the API server parses them."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from canary.sim.store.refusals import bad_request
from canary.sim.store.resources import NAME_AND_NAMESPACE

Object = dict[str, Any]
Labels = Mapping[str, str]
Matches = Callable[[Object], bool]

SET = re.compile(r"\s*(?P<key>[^\s!=,()]+)\s+(?P<how>in|notin)\s*\((?P<values>[^()]*)\)\s*")
EQUAL = re.compile(r"\s*(?P<key>[^\s!=,()]+)\s*(?P<how>==|=|!=)\s*(?P<value>[^\s!=,()]*)\s*")
EXISTS = re.compile(r"\s*(?P<no>!?)\s*(?P<key>[^\s!=,()]+)\s*")


def everything(_: Object) -> bool:
    return True


def selection(labels: str, fields: str, selectable: Iterable[str] = ()) -> Matches:
    """
    Whether an object is selected by both.

    Raises:
        Refused: one of them does not parse, or names a field that cannot be selected by.
    """
    by_label = [_requirement(part) for part in _split(labels)]
    by_field = [_field(part, {*NAME_AND_NAMESPACE, *selectable}) for part in _split(fields)]
    if not by_label and not by_field:
        return everything
    return lambda found: (
        all(test(_labels(found)) for test in by_label) and all(test(found) for test in by_field)
    )


def _split(text: str) -> list[str]:
    """At commas outside of parentheses."""
    return [part for part in re.split(r",(?![^(]*\))", text) if part.strip()]


def _requirement(text: str) -> Callable[[Labels], bool]:
    if found := SET.fullmatch(text):
        return _in_set(found["key"], found["how"], {value.strip() for value in found["values"].split(",")})
    if found := EQUAL.fullmatch(text):
        return _equal(found["key"], found["how"], found["value"])
    if found := EXISTS.fullmatch(text):
        return _exists(found["key"], wanted=not found["no"])
    raise bad_request(f"unable to parse requirement: {text.strip()!r}")


def _in_set(key: str, how: str, values: set[str]) -> Callable[[Labels], bool]:
    wanted = how == "in"
    return lambda labels: (labels.get(key) in values) == wanted


def _equal(key: str, how: str, value: str) -> Callable[[Labels], bool]:
    wanted = how != "!="
    return lambda labels: (labels.get(key) == value) == wanted


def _exists(key: str, *, wanted: bool) -> Callable[[Labels], bool]:
    return lambda labels: (key in labels) == wanted


def _field(text: str, selectable: set[str]) -> Matches:
    found = EQUAL.fullmatch(text)
    if not found:
        raise bad_request(f"invalid selector: '{text}'; can't understand '{text}'")
    path, value, wanted = found["key"], found["value"], found["how"] != "!="
    if path not in selectable:
        raise bad_request(f"field label not supported: {path}")
    return lambda item: (_at(item, path) == value) == wanted


def _at(item: Object, path: str) -> str:
    found: Any = item
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return "" if found is None else str(found)


def _labels(item: Object) -> Labels:
    labels: Labels = item["metadata"].get("labels") or {}
    return labels
