"""
A policy as people write it: YAML, strict. No duplicate keys, no aliases, no unknown words, and every error says where.

    apiVersion: canary.delivery/v1alpha1
    kind: RolloutPolicy
    metadata: {name: standard}
    spec: {steps: […], gates: […], …}
"""

from collections.abc import Iterator
from typing import Any, Literal, TypeVar

import yaml
from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from canary.errors import Invalid
from canary.rollout.model import Frozen
from canary.rollout.policy import Name, Policy

SIZE_LIMIT = 64 * 1024
_MERGE = "tag:yaml.org,2002:merge"
_Loc = tuple[int | str, ...]
Model = TypeVar("Model", bound=Frozen)


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
    if len(text.encode()) > SIZE_LIMIT:
        raise Invalid(f"a policy may have {SIZE_LIMIT} bytes at most", at=file, hint="use fewer steps")
    node, raw = _load(text, file)
    outer = _validated(_File, raw, (), node, file)
    if "name" in outer.spec:
        raise Invalid("spec.name: the name stands in metadata", at=_at(file, _mark(node, ("spec", "name"))))
    named = {"name": outer.metadata.name, **outer.spec}
    return _validated(Policy, named, ("spec",), node, file)


def _load(text: str, file: str) -> tuple[yaml.Node, Any]:
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise Invalid("the file is empty", at=file, hint="see the policies that come with the program")
        for mark, problem in _problems(node, set()):
            raise Invalid(problem, at=_at(file, mark))
        return node, loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise Invalid(f"this is no YAML: {error.problem}", at=_at(file, error.problem_mark)) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Invalid(f"this is no YAML: {error}", at=file) from error
    finally:
        loader.dispose()


def _problems(node: yaml.Node, met: set[int]) -> Iterator[tuple[yaml.Mark, str]]:
    if id(node) in met:
        yield node.start_mark, "aliases are not allowed: write it out"
        return
    met.add(id(node))
    if isinstance(node, yaml.MappingNode):
        yield from _doubled(node)
        for _, value in node.value:
            yield from _problems(value, met)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _problems(value, met)


def _doubled(node: yaml.MappingNode) -> Iterator[tuple[yaml.Mark, str]]:
    keys: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE:
            yield key.start_mark, "keys are plain words: no lists, no maps, no <<"
        elif key.value in keys:
            yield key.start_mark, f"{key.value} stands there twice"
        keys.add(str(key.value))


def _validated(model: type[Model], raw: object, under: _Loc, node: yaml.Node, file: str) -> Model:
    try:
        return model.model_validate(raw, by_alias=True, by_name=False)
    except ValidationError as error:
        first = error.errors()[0]
        where = (*under, *first["loc"])
        path = ".".join(str(part) for part in where)
        raise Invalid(
            f"{path or 'policy'}: {_sentence(first, model)}", at=_at(file, _mark(node, where))
        ) from error


def _sentence(error: ErrorDetails, model: type[Frozen]) -> str:
    if error["type"] == "extra_forbidden":
        known = ", ".join(str(field.alias) for field in model.model_fields.values() if field.alias)
        return f"is no word we know; known here: {known}" if len(error["loc"]) == 1 else "is no word we know"
    return str(error["msg"]).removeprefix("Value error, ")


def _mark(node: yaml.Node, loc: _Loc) -> yaml.Mark:
    """Where in the text the error is: as far down as the path can be followed."""
    for part in loc:
        inner = _child(node, part)
        if inner is not None:
            node = inner
    return node.start_mark


def _child(node: yaml.Node, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: yaml.Node = node.value[part]
        return found
    return None


def _at(file: str, mark: yaml.Mark | None) -> str:
    return f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
