"""A small reader of PromQL that shares nothing with the product's: tokens, and what its texts say."""

import re
from typing import NamedTuple

TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>\#.*)
  | (?P<text>"(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `[^`]*`)
  | (?P<word>[a-zA-Z_:][a-zA-Z0-9_:]*)
  | (?P<number>[0-9][0-9a-zA-Z.]*)
  | (?P<sign>=~ | !~ | != | == | >= | <= | [-+*/%^=<>(){}\[\],@:])
    """,
    re.VERBOSE,
)
ESCAPED = re.compile(r"\\(U[0-9a-f]{8}|u[0-9a-f]{4}|x[0-9a-f]{2}|[0-7]{3}|.)", re.DOTALL | re.IGNORECASE)
NAMED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Token(NamedTuple):
    """One of them; of a text the kind is its quote."""

    kind: str
    text: str


def tokens(query: str) -> list[Token]:
    """
    All of a query.

    Raises:
        ValueError: it is none.
    """
    found, at = [], 0
    while at < len(query):
        match = TOKEN.match(query, at)
        if match is None or match.lastgroup is None:
            raise ValueError(f"no token at {query[at:]!r}")
        found.append(Token(match[0][0] if match.lastgroup == "text" else match.lastgroup, match[0]))
        at = match.end()
    return found


def skeleton(query: str) -> list[Token]:
    """Its tokens without what its texts say."""
    return [Token(each.kind, "" if each.kind in "\"'`" else each.text) for each in tokens(query)]


def said(query: str) -> list[str]:
    """What each of its texts says."""
    return [
        each.text[1:-1] if each.kind == "`" else ESCAPED.sub(lambda found: _meant(found[1]), each.text[1:-1])
        for each in tokens(query)
        if each.kind in "\"'`"
    ]


def _meant(escape: str) -> str:
    if escape[0] in "Uux" and len(escape) > 1:
        return chr(int(escape[1:], 16))
    return chr(int(escape, 8)) if escape.isdigit() else NAMED.get(escape, escape)
