"""The JSONPath that printer columns use: fields, indices, `[*]` and filters of the form `[?(@.a=="b")]`."""

import re
from typing import Any

Json = Any

PART = re.compile(
    r"\.(?P<field>[A-Za-z0-9_$-]+)|\.?\[(?:'(?P<quoted>[^']+)'|(?P<index>-?\d+)|(?P<all>\*)"
    r"|\?\(@\.(?P<by>[\w.-]+)\s*==\s*['\"](?P<value>[^'\"]*)['\"]\))\]"
)


def first(document: Json, path: str) -> Json:
    """The first value found; None where there is none, or for a path that is not understood."""
    text = path.strip("{}").replace("\\.", "\0")
    found, at = [document], 0
    while at < len(text):
        part = PART.match(text, at)
        if part is None:
            return None
        found = [inner for one in found for inner in _step(one, part)]
        at = part.end()
    return found[0] if found else None


def _step(value: Json, part: re.Match[str]) -> list[Json]:
    name = part["field"] or part["quoted"]
    if name is not None:
        return [value[name]] if isinstance(value, dict) and name in value else []
    if not isinstance(value, list):
        return []
    if part["index"] is not None:
        at = int(part["index"])
        return [value[at]] if -len(value) <= at < len(value) else []
    if part["all"]:
        return list(value)
    return [one for one in value if isinstance(one, dict) and str(one.get(part["by"])) == part["value"]]
