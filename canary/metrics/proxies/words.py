"""The parts of a line of the text format: labels and numbers. What is none is a ValueError that says what it is."""

import re
from collections.abc import Iterator
from typing import TypeAlias

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(?:,[ \t]*|$)')
PLAIN = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="([^"\\]*)",?')
ALL_PLAIN = re.compile(r'(?:[a-zA-Z_][a-zA-Z0-9_]*+="[^"\\]*+"(?:,|$))*+')
"""As proxies print nearly all: no blank around a label, nothing escaped in it. Takes no step back, on any text."""

NUMBER = re.compile(
    r"[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?|nan|inf(?:inity)?)", re.ASCII | re.IGNORECASE
)
ESCAPE = re.compile(r"\\(.)")
ESCAPED = {"n": "\n", "\\": "\\", '"': '"'}
"""The three escapes the format knows; others stand for themselves."""

Labels: TypeAlias = tuple[tuple[str, str], ...]
"""Sorted by name, without empty ones."""


def labels(text: str) -> Labels:
    """What stands between the braces."""
    found: list[tuple[str, str]]
    found = PLAIN.findall(text) if ALL_PLAIN.fullmatch(text) else list(_one_by_one(text))
    names = [name for name, _ in found]
    if len(set(names)) < len(names):
        raise ValueError(f"label {next(name for name in names if names.count(name) > 1)!r} stands twice")
    return tuple(sorted(pair for pair in found if pair[1]))


def value(text: str) -> float:
    """What stands behind the labels, perhaps with the time it was taken, which nobody needs."""
    parts = text.split()
    if len(parts) == 2:
        number(parts.pop())
    if len(parts) != 1:
        raise ValueError(f"{text[:60]!r} is no value")
    return number(parts[0])


def number(text: str) -> float:
    """As programs write it; `float` alone takes more than that."""
    if (text.isascii() and text.isdigit()) or NUMBER.fullmatch(text):
        return float(text)
    raise ValueError(f"{text[:60]!r} is no number")


def _one_by_one(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        match = LABEL.match(text, at)
        if match is None and text[at:].isspace():
            return
        if match is None:
            raise ValueError(f"{text[at : at + 60]!r} is no label")
        yield match[1], ESCAPE.sub(lambda escape: ESCAPED.get(escape[1], escape[0]), match[2])
        at = match.end()
