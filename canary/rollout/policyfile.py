"""
A policy as people write it: YAML, strict. No duplicate keys, no aliases, no unknown words, and every error says where.

    apiVersion: canary.delivery/v1alpha1
    kind: RolloutPolicy
    metadata: {name: standard}
    spec: {steps: […], gates: […], …}
"""

from collections.abc import Iterator
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from canary.errors import Invalid
from canary.rollout import strictyaml
from canary.rollout.gates import ErrorsGate, LatencyGate, ObjectiveGate
from canary.rollout.metric import MetricGate
from canary.rollout.model import Frozen
from canary.rollout.policy import Bake, Certainty, Name, Policy, Step
from canary.rollout.strictyaml import Loc, place
from canary.rollout.windows import Window

API_VERSION, KIND = "canary.delivery/v1alpha1", "RolloutPolicy"
SIZE_LIMIT = 64 * 1024
MOST_ERRORS = 20
"""Of one file that are told: whoever has made more starts with these."""

Model = TypeVar("Model", bound=Frozen)


class Refused(Invalid):
    """
    A file with errors; it is the first of them.

    Attributes:
        all: of them, each with its place.
    """

    def __init__(self, *errors: Invalid) -> None:
        super().__init__(str(errors[0]), at=errors[0].at, hint=errors[0].hint)
        self.all = errors


class _Metadata(Frozen):
    name: Name


class _File(Frozen):
    api_version: Literal["canary.delivery/v1alpha1"]
    kind: Literal["RolloutPolicy"]
    metadata: _Metadata
    spec: dict[str, Any] = Field(default_factory=dict)


def read(text: str, file: str) -> Policy:
    """
    The one policy of a file.

    Raises:
        Invalid: with `at` = file:line:column.
    """
    if len(text.encode(errors="surrogatepass")) > SIZE_LIMIT:
        raise Invalid(f"a policy may have {SIZE_LIMIT} bytes at most", at=file, hint="use fewer steps")
    node = strictyaml.load(text, file)
    outer = _validated(_File, strictyaml.plain(node), (), node, file)
    if "name" in outer.spec:
        raise Invalid("spec.name: the name stands in metadata", at=place(node, ("spec", "name"), file))
    named = {"name": outer.metadata.name, **outer.spec}
    policy = _validated(Policy, named, ("spec",), node, file)
    if strange := [*_strange_zones(policy, node, file), *_digests(policy, node, file)]:
        raise Refused(*strange)
    return policy


def decoded(raw: bytes, file: str) -> str:
    """
    The text of a file.

    Raises:
        Invalid: it is no UTF-8; with its place.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line, column = raw.count(b"\n", 0, error.start), error.start - raw.rfind(b"\n", 0, error.start)
        raise Invalid("this is no text in UTF-8", at=f"{file}:{line + 1}:{column}") from error


def document(policy: Policy) -> dict[str, Any]:
    """What a file of this policy says, with every default written out."""
    spec = policy.model_dump(mode="json", exclude={"name"})
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": policy.name}, "spec": spec}


def _strange_zones(policy: Policy, node: yaml.Node, file: str) -> Iterator[Invalid]:
    """
    Asked of files alone: a stamp was a file once, and has to be read wherever it is, with however old a list of zones.

    The list comes with the program (tzdata); it is a table, not something that happens outside.
    """
    for number, window in enumerate(policy.windows):
        try:
            ZoneInfo(window.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            loc = ("spec", "windows", number, "zone")
            yield Invalid(
                f"spec.windows.{number}.zone: there is no time zone {window.zone}; write Europe/Berlin, America/New_York or UTC",
                at=place(node, loc, file),
            )


def _digests(policy: Policy, node: yaml.Node, file: str) -> Iterator[Invalid]:
    """A stamp names queries by their digest, a file has to have them."""
    for number, gate in enumerate(policy.gates):
        if isinstance(gate, MetricGate) and gate.is_stamped:
            yield Invalid(
                f"spec.gates.{number}.query: this is the digest of a query; write the query itself",
                at=place(node, ("spec", "gates", number, "query"), file),
            )


def _validated(model: type[Model], raw: object, under: Loc, node: yaml.Node, file: str) -> Model:
    try:
        return model.model_validate(raw, by_alias=True, by_name=False)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        own = [fault for fault in faults if not _follows(fault, faults)]
        raise Refused(*[_fault(fault, model, under, node, file) for fault in own[:MOST_ERRORS]]) from error


def _follows(fault: ErrorDetails, faults: list[ErrorDetails]) -> bool:
    """Only because of others within it: a list has too few since the wrong ones in it do not count."""
    depth = len(fault["loc"])
    return any(len(other["loc"]) > depth and other["loc"][:depth] == fault["loc"] for other in faults)


def _fault(fault: ErrorDetails, model: type[Frozen], under: Loc, node: yaml.Node, file: str) -> Invalid:
    where = (*under, *fault["loc"])
    path = ".".join(f"{part:.60}" if isinstance(part, str) else str(part) for part in where)
    return Invalid(f"{path or 'policy'}: {_sentence(fault, model)}", at=place(node, where, file))


_INNER: dict[object, type[Frozen]] = {
    "metadata": _Metadata,
    "steps": Step,
    "bake": Bake,
    "finalBake": Bake,
    "windows": Window,
    "confidence": Certainty,
    "errors": ErrorsGate,
    "objective": ObjectiveGate,
    "latency": LatencyGate,
    "metric": MetricGate,
}
"""Which model reads what stands below a key, or in a gate of a kind."""

_A_MAP = "must be a map of keys and values"
_SENTENCES = {
    "missing": "is missing",
    "model_type": _A_MAP,
    "model_attributes_type": _A_MAP,
    "dict_type": _A_MAP,
    "tuple_type": "must be a list",
    "too_short": "must have at least {min_length}, not {actual_length}",
    "too_long": "must have {max_length} at most, not {actual_length}",
}
"""What pydantic says about Python's types, in words of the file."""


def _sentence(error: ErrorDetails, model: type[Frozen]) -> str:
    if error["type"] != "extra_forbidden":
        known_as = _SENTENCES.get(error["type"], "").format(**error.get("ctx", {}))
        return known_as or str(error["msg"]).removeprefix("Value error, ")
    inner = next((_INNER[part] for part in reversed(error["loc"][:-1]) if part in _INNER), model)
    known = [
        str(field.alias) for name, field in inner.model_fields.items() if (inner, name) != (Policy, "name")
    ]
    return f"is no word we know; known here: {', '.join(known)}"
