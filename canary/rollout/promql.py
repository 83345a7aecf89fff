"""
An admin's own PromQL, and the placeholders in it that say what a rollout is about.

    sum(queue_depth{namespace="{{namespace}}", service=~"{{canary}}|{{stable}}-.*"})

A placeholder stands in the value of a label matcher and nowhere else: only there is a value something that PromQL can
compare with, and can be escaped so that it stays one. Behind `=` and `!=` it is that very text; behind `=~` and `!~` it
is quoted for the regular expression, too, and stands for itself. That is decided by the matcher: a second kind of
placeholder for expressions would be one that somebody forgets. Between backticks nothing can be escaped, so nothing may
be put there. What was put in is never read again.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

WORDS = ("namespace", "route", "apex", "stable", "canary")
"""What a placeholder may name."""

LIMIT = 2048
"""Bytes of a query."""


class Slot(NamedTuple):
    """
    A placeholder.

    Attributes:
        quote: around the text it stands in.
        regex: that text is a regular expression.
    """

    word: str
    quote: str
    regex: bool


Template: TypeAlias = tuple[str | Slot, ...]

_ESCAPE = r"\\(?:[abfnrtv\\%s]|[0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
"""As PromQL's lexer knows them (promql/parser/lex.go, `lexEscape`): of quotes only the one around."""

_TEXTS = {quote: re.compile(rf"{quote}(?:{_ESCAPE % quote}|[^\\\n{quote}])*{quote}") for quote in "\"'"}
_TEXTS["`"] = re.compile("`[^`]*`")
_NEXT = re.compile(r"""["'`#]|\{\{""")
_PLACEHOLDER = re.compile(r"\{\{ *(\w{1,20}) *\}\}", re.ASCII)
_KNOWN = ", ".join(f"{{{{{word}}}}}" for word in WORDS)
_META = re.compile(r"[\\.+*?()|\[\]{}^$]")
"""What Go's `regexp.QuoteMeta` quotes."""


def parse(query: str) -> Template:
    """
    A query in pieces.

    Raises:
        ValueError: it is none that a policy can have; a sentence.
    """
    if not query:
        raise ValueError("it is empty")
    if len(query.encode(errors="surrogatepass")) > LIMIT:
        raise ValueError(f"it may have {LIMIT} bytes at most: a recording rule makes it shorter")
    return tuple(_pieces(query))


def filled(template: Template, values: Mapping[str, str]) -> str:
    """
    The query with what its placeholders stand for.

    Args:
        values: by word, of all WORDS; any text, each is no more than the text it is.
    """
    return "".join(
        piece if isinstance(piece, str) else _escaped(values[piece.word], piece) for piece in template
    )


def _pieces(query: str) -> Iterator[str | Slot]:
    at = 0
    while found := _NEXT.search(query, at):
        mark, begins = found[0], found.start()
        if mark == "#":
            raise ValueError(
                f"a comment would hide all that follows where lines are folded{_at(begins)}: write it into the YAML"
            )
        if mark == "{{":
            raise ValueError(f"a placeholder stands only in the text of a label matcher{_at(begins)}")
        text = _TEXTS[mark].match(query, begins)
        if text is None:
            raise ValueError(
                f"a text is not ended, or has a \\ that PromQL does not know before its end{_at(begins)}"
            )
        yield query[at:begins]
        yield from _slots(query, text)
        at = text.end()
    yield query[at:]


def _slots(query: str, text: re.Match[str]) -> Iterator[str | Slot]:
    whole, at = text[0], 0
    for found in _PLACEHOLDER.finditer(whole):
        before, where = whole[at : found.start()], _at(text.start() + found.start())
        slot = _slot(found[1], query[: text.start()].rstrip(), whole[0], where)
        if slot.regex and (len(before) - len(before.rstrip("\\"))) % 4:
            raise ValueError(f"a \\ stands before a placeholder and would change what it means{where}")
        yield _plain(before, text.start() + at)
        yield slot
        at = found.end()
    yield _plain(whole[at:], text.start() + at)


def _slot(word: str, before: str, quote: str, at: str) -> Slot:
    if word not in WORDS:
        raise ValueError(f"{{{{{word}}}}} is no placeholder we know{at}; known are {_KNOWN}")
    if quote == "`":
        raise ValueError(f'between ` nothing can be escaped, so no placeholder stands there{at}: use "')
    regex = before.endswith(("=~", "!~"))
    if not regex and (not before.endswith("=") or before.endswith(("==", ">=", "<="))):
        raise ValueError(
            f"a placeholder stands only in the text of a label matcher, behind =, !=, =~ or !~{at}"
        )
    return Slot(word, quote, regex)


def _plain(text: str, begins: int) -> str:
    """What is left between placeholders; two braces are none that was meant otherwise."""
    if "{{" in text:
        raise ValueError(
            f"{{{{ begins no placeholder we know{_at(begins + text.index('{{'))}; known are {_KNOWN}"
        )
    return text


def _at(index: int) -> str:
    return f" (character {index + 1})"


def _escaped(value: str, slot: Slot) -> str:
    text = _META.sub(r"\\\g<0>", value) if slot.regex else value
    return "".join(_character(each, slot.quote) for each in text)


def _character(each: str, quote: str) -> str:
    """Half a pair is no character in PromQL: it stands for what nobody can read, as everywhere."""
    if each in ("\\", quote):
        return "\\" + each
    if each.isascii() and each.isprintable():
        return each
    return "\\ufffd" if "\ud800" <= each <= "\udfff" else f"\\U{ord(each):08x}"
