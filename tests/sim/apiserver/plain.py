"""
Two servers' answers made comparable: what each server chooses for itself is replaced by the order of its appearance.

Names for versions and uids are given in the order they are seen, so that "the same version as before" is still told from
"a new one".
"""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.sim.apiserver.talk import AGENT, Object, Reply

UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
NUMBER = re.compile(r"\b\d+\b")
OURS = frozenset({AGENT, "canary", "other"})
"""Managers whose entries are compared: controllers of the real control plane write as well."""


@dataclass
class Plain:
    """
    Attributes:
        exact: whether owned fields are compared as well, which holds for custom kinds.
    """

    exact: bool
    _seen: dict[str, str] = field(default_factory=dict)

    def replies(self, replies: list[Reply]) -> list[Object]:
        return [
            {"code": one.code, "body": self._value("", one.body), "warnings": one.warnings} for one in replies
        ]

    def _value(self, key: str, value: Any) -> Any:  # noqa: ANN401 JSON
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, list):
            return [self._value(key, one) for one in value]
        return self._text(key, value) if isinstance(value, str) else value

    def _object(self, found: Object) -> Object:
        result = {key: self._value(key, value) for key, value in found.items()}
        if result.get("kind") == "Status":
            result = status(result)
        if result.get("format") == "name":
            result["description"] = "the column of names, described at length by the real server alone"
        if "resourceVersion" in result and ("uid" not in result or not self.exact):
            result["resourceVersion"] = "that of a moment, in which controllers write as well"
        if "managedFields" in result:
            result["managedFields"] = self._owners(result["managedFields"])
        generated = result.get("generateName")
        if isinstance(generated, str) and str(result.get("name", "")).startswith(generated):
            result["name"] = f"{generated}*"
        if result.get("continue") == "":
            del result["continue"]
        return result

    def _owners(self, entries: list[Object]) -> list[Object]:
        own = [one for one in entries if one.get("manager") in OURS]
        return own if self.exact else [{**one, "fieldsV1": "…"} for one in own]

    def _text(self, key: str, value: str) -> str:
        if key == "resourceVersion" and value:
            return self._named("version", value)
        if key == "continue" and value:
            return "more"
        if key in {"clusterIP", "clusterIPs"} and value[0].isdigit():
            return "address"
        return UID.sub(lambda uid: self._named("uid", uid[0]), TIME.sub("time", value))

    def _named(self, what: str, value: str) -> str:
        key = f"{what} {value}"
        alike = sum(1 for one in self._seen if one.startswith(what))
        return self._seen.setdefault(key, f"{what} {alike + 1}")


def status(found: Object) -> Object:
    """Causes come in no order, some of them twice, and the message lists them; numbers in it are versions."""
    told = (found.get("details") or {}).get("causes") or []
    causes = [one for at, one in enumerate(told) if one not in told[:at]]
    result = {**found, "message": NUMBER.sub("n", str(found.get("message", "")))}
    if causes:
        ordered = sorted(causes, key=lambda one: (one.get("field", ""), one["message"]))
        result["details"] = {**found["details"], "causes": ordered}
    return {**result, "message": "…"} if len(causes) > 1 else result


def without_words(replies: list[Object]) -> list[Object]:
    """For refusals that quote a parser: the reason counts, not its words."""
    return [{**one, "body": _wordless(one["body"])} for one in replies]


def _wordless(body: Any) -> Any:  # noqa: ANN401 JSON
    if not isinstance(body, dict) or body.get("kind") != "Status":
        return body
    details = {**(body.get("details") or {})}
    details["causes"] = [{**one, "message": "…"} for one in details.get("causes") or []]
    return {**body, "message": "…", "details": details}


def contained(part: Any, whole: Any, at: str = "") -> list[str]:  # noqa: ANN401 JSON
    """Where `part` says something that `whole` does not; what `whole` has beside it is its own matter."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return [
            wrong
            for key, value in part.items()
            for wrong in contained(value, whole.get(key, "nothing"), f"{at}.{key}")
        ]
    if isinstance(part, list) and isinstance(whole, list) and len(part) == len(whole):
        return [
            wrong
            for number, (one, other) in enumerate(zip(part, whole, strict=True))
            for wrong in contained(one, other, f"{at}[{number}]")
        ]
    return [] if part == whole else [f"{at}: {part!r}, but really {whole!r}"]
