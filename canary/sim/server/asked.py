"""One request, taken apart: what is asked of which objects, and in which form the answer is wanted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from canary.sim.store import How
from canary.sim.store.refusals import bad_option, bad_request, wrong_type

Object = dict[str, Any]

SUBRESOURCES_OF_NAMESPACES = frozenset({"status", "finalize"})
OPTIONS = {
    "POST": "CreateOptions",
    "PUT": "UpdateOptions",
    "PATCH": "PatchOptions",
    "DELETE": "DeleteOptions",
}
TRUE = frozenset({"1", "t", "true", ""})


class Form(Enum):
    """How objects are to be shown."""

    WHOLE = "whole"
    METADATA = "PartialObjectMetadata"
    TABLE = "Table"


@dataclass(frozen=True, slots=True)
class Path:
    """
    What a path leads to.

    Attributes:
        version: of the API.
        plural: "" for the group itself.
        name: "" for the whole collection.
    """

    group: str
    version: str
    namespace: str = ""
    plural: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def key(self) -> str:
        return f"{self.plural}.{self.group}" if self.group else self.plural


@dataclass(frozen=True, slots=True)
class Asked:
    """
    A request as it came.

    Attributes:
        headers: names in lower case.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def form(self) -> Form:
        """The first one of Accept that there is."""
        for clause in self.headers.get("accept", "").split(","):
            for form in (Form.TABLE, Form.METADATA):
                if f"as={form.value}" in clause and "v=v1" in clause and "v=v1beta1" not in clause:
                    return form
            if clause.strip().split(";")[0] in {"application/json", "*/*"} and "as=" not in clause:
                return Form.WHOLE
        return Form.WHOLE

    @property
    def wants_discovery(self) -> bool:
        """Whether discovery in one document is accepted, in the version that we speak."""
        clauses = (clause.split(";") for clause in self.headers.get("accept", "").split(","))
        return any({"as=APIGroupDiscoveryList", "v=v2"} <= set(clause) for clause in clauses)

    @property
    def user(self) -> str:
        """Nobody is checked: one is whom he says, or an administrator."""
        bearer = self.headers.get("authorization", "").removeprefix("Bearer ")
        return self.headers.get("impersonate-user") or bearer or "admin"

    def flag(self, name: str) -> bool:
        return name in self.query and self.query[name].lower() in TRUE

    def number(self, name: str) -> int:
        """
        Raises:
            Refused: it is none.
        """
        text = self.query.get(name, "")
        try:
            return int(text or 0)
        except ValueError as error:
            raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from error

    def how(self, path: Path) -> How:
        """How a write is meant."""
        agent = self.headers.get("user-agent", "unknown").split("/")[0]
        return How(
            manager=self.query.get("fieldManager") or agent,
            version=path.version,
            status=path.subresource == "status",
            dry_run=self.dry_run(),
            strict=self.query.get("fieldValidation") == "Strict",
            dropped=[],
        )

    def dry_run(self) -> bool:
        """
        Raises:
            Refused: it is something other than All.
        """
        wanted = self.query.get("dryRun", "")
        if wanted in ("", "All"):
            return bool(wanted)
        message = f'Unsupported value: ["{wanted}"]: supported values: "All"'
        raise bad_option(OPTIONS[self.method], "dryRun", "FieldValueNotSupported", message)

    def object(self, kind: str) -> Object:
        """
        The object sent.

        Raises:
            Refused: the body is none.
        """
        if "protobuf" in self.headers.get("content-type", ""):
            raise wrong_type(["application/json"])
        try:
            found = json.loads(self.body or b"{}")
        except ValueError as error:
            raise bad_request(
                f"the object provided is unrecognized (must be of type {kind}): "
                f"couldn't get version/kind; json parse error: {error}"
            ) from error
        if not isinstance(found, dict) or not isinstance(found.get("metadata", {}), dict):
            raise bad_request(f"the object provided is unrecognized (must be of type {kind})")
        return found


def path_of(text: str) -> Path | None:
    """The resource path in a URL's path; None: it is no such path."""
    parts = [part for part in text.split("/") if part]
    match parts:
        case ["api", version, *rest]:
            return _below("", version, rest)
        case ["apis", group, version, *rest]:
            return _below(group, version, rest)
    return None


def _below(group: str, version: str, rest: list[str]) -> Path | None:
    namespace = ""
    if len(rest) >= 3 and rest[0] == "namespaces" and rest[2] not in SUBRESOURCES_OF_NAMESPACES:
        namespace, rest = rest[1], rest[2:]
    plural, name = (*rest, "", "")[:2]
    return Path(group, version, namespace, plural, name, "/".join(rest[2:]))
