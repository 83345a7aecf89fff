"""
YAML as far as a policy needs it: maps, lists and plain words, numbers, yes or no. Everything has a place in the text.

PyYAML's own constructors are not used: they know dates, numbers in base 60 and tags, and meet odd ones with whatever
exception comes up. A scalar that is no plain number stays the text it is, and the model says what it should have been.
How much there is and how deep is counted before a tree is built of it.
"""

import re
from collections.abc import Iterator
from typing import Any, Protocol, TypeAlias

import yaml

from canary.errors import Invalid

MOST_NODES, DEEPEST = 1000, 20
"""Thirty steps and eight gates with all there is are 500; nothing of a policy stands deeper than 6."""

Loc: TypeAlias = tuple[int | str, ...]
"""The keys and positions that lead to something."""


class Mark(Protocol):
    """A place, counted from 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})", re.ASCII)
_FRACTION = re.compile(r"[-+]?[0-9]{0,15}\.[0-9]{1,15}([eE][-+]?[0-9]{1,2})?", re.ASCII)


def load(text: str, file: str) -> yaml.Node:
    """
    The one document of a text, with places.

    Raises:
        Invalid: with `at`.
    """
    if found := _UNPRINTABLE.search(text):
        line, column = text.count("\n", 0, found.start()), found.start() - text.rfind("\n", 0, found.start())
        raise Invalid("this is no YAML: control characters are not allowed", at=f"{file}:{line + 1}:{column}")
    try:
        for mark, problem in _too_much(text):
            raise Invalid(problem, at=_at(file, mark))
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        raise Invalid(f"this is no YAML: {error.problem}", at=_at(file, error.problem_mark)) from error
    except yaml.YAMLError as error:
        raise Invalid(f"this is no YAML: {error}", at=file) from error
    if node is None:
        raise Invalid("the file is empty", at=file, hint="see the policies that come with the program")
    for mark, problem in _odd_keys(node):
        raise Invalid(problem, at=_at(file, mark))
    return node


def plain(node: yaml.Node) -> Any:  # noqa: ANN401 - whatever stands there
    """Its value."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(value) for value in node.value]
    return _scalar(node.tag.removeprefix(_TAG), node.value)


def place(node: yaml.Node, loc: Loc, file: str) -> str:
    """`file:line:column` of what `loc` leads to, as far down as it can be followed."""
    for part in loc:
        inner = _child(node, part)
        if inner is not None:
            node = inner
    return _at(file, node.start_mark)


def _scalar(kind: str, value: str) -> object:
    if kind == "null":
        return None
    if kind == "bool":
        return value.lower() in ("yes", "true", "on")
    if kind == "int" and _INTEGER.fullmatch(value):
        return int(value)
    return float(value) if kind == "float" and _FRACTION.fullmatch(value) else value


def _too_much(text: str) -> Iterator[tuple[Mark | None, str]]:
    nodes = depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        nodes += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            yield event.start_mark, "aliases are not allowed: write it out"
        if getattr(event, "tag", None) is not None:
            yield event.start_mark, "tags are not allowed: what stands in a policy is known without"
        if nodes > MOST_NODES:
            yield (
                event.start_mark,
                f"this is too much for a policy: {MOST_NODES} words and numbers are enough",
            )
        if depth > DEEPEST:
            yield event.start_mark, f"this is no YAML of a policy: it is nested deeper than {DEEPEST}"


def _odd_keys(node: yaml.Node) -> Iterator[tuple[Mark | None, str]]:
    if isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _odd_keys(value)
    if isinstance(node, yaml.MappingNode):
        keys = set[str]()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == _TAG + "merge":
                yield key.start_mark, "keys are plain words: no lists, no maps, no <<"
            elif key.value in keys:
                yield key.start_mark, f"{key.value:.60} stands there twice"
            keys.add(str(key.value))
            yield from _odd_keys(value)


def _child(node: yaml.Node, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: yaml.Node = node.value[part]
        return found
    return None


def _at(file: str, mark: Mark | None) -> str:
    return f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
