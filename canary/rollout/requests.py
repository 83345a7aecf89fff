"""
What people ask for, as annotations on the route.

A request is a value, acted on once: its hash is kept in the stamp, and the same value never acts again. So a GitOps
tool that restores an old annotation, or prunes one, repeats and undoes nothing.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from canary.terms import PREFIX, Word

VALUE_LIMIT = 256
"""Bytes of a value; `state` apart, which the daemon alone writes."""

DIGEST_LENGTH = 8
"""Hex digits that stand for a value: 32 bits tell a few dozen values on one route apart."""

ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"
_NAME = r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?"
_ONE_TIME = rf"(?P<id>{ID})(@(?P<attempt>[1-9][0-9]{{0,3}}))?(/(?P<mark>[A-Za-z0-9._-]{{1,32}}))?"

ACTIONS = (Word.PAUSE, Word.RESUME, Word.PROMOTE, Word.ABORT, Word.RETRY, Word.UNDO, Word.APPROVE)
"""The words that ask for something to be done to one attempt."""

_FORMS: Mapping[Word, tuple[re.Pattern[str], str]] = {
    Word.POLICY: (re.compile(_NAME, re.ASCII), "the name of a policy"),
    Word.ROLLOUT: (
        re.compile(ID, re.ASCII),
        "an id: up to 63 letters, digits, '.', '_' and '-', beginning with a letter or digit",
    ),
    Word.CANARY: (re.compile(_NAME, re.ASCII), "the name of a backend Service"),
    Word.RULE: (re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,62}", re.ASCII), "the name or index of a rule"),
    Word.APPROVE: (
        re.compile(rf"(?P<id>{ID})(@(?P<attempt>[1-9][0-9]{{0,3}}))?:(?P<step>[1-9][0-9]?)", re.ASCII),
        "ID:STEP or ID@ATTEMPT:STEP",
    ),
    Word.REASON: (re.compile(r"[\x20-\x7e]{1,200}", re.ASCII), "up to 200 printable ASCII characters"),
    Word.REQUESTED_BY: (
        re.compile(r"[a-z-]{1,20}=[!-~]{1,120} [!-~]{1,110}", re.ASCII),
        "<word>=<value> <user>",
    ),
} | {
    word: (re.compile(_ONE_TIME, re.ASCII), "ID, ID@ATTEMPT or ID/MARK")
    for word in ACTIONS
    if word is not Word.APPROVE
}


@dataclass(frozen=True, slots=True)
class Request:
    """
    One thing asked of one attempt.

    Attributes:
        id, attempt: which rollout, and which attempt of it (None: whichever runs).
        step: the step an `approve` is about, else 0.
        value, hash: the whole value, and its hash as the stamp remembers it.
    """

    word: Word
    id: str
    attempt: int | None
    step: int
    value: str
    hash: str

    def names(self, id: str, attempt: int) -> bool:  # noqa: A002 - the interface's own word
        """Whether it is about this attempt."""
        return self.id == id and self.attempt in (None, attempt)


@dataclass(frozen=True, slots=True)
class Requests:
    """
    All annotations of a route that are ours, read.

    Attributes:
        policy, rollout, canary: the values, "" where absent or bad.
        reason, requested_by: why and by whom the newest request was made, "" where absent or bad.
        asked: the well-formed requests by word.
        hashes: of the values of all action words that are present, well-formed or not.
        problems: a sentence for every word or value that cannot be understood.
    """

    policy: str = ""
    rollout: str = ""
    canary: str = ""
    reason: str = ""
    requested_by: str = ""
    asked: Mapping[Word, Request] | None = None
    hashes: Mapping[Word, str] | None = None
    problems: tuple[str, ...] = ()

    def get(self, word: Word) -> Request | None:
        """The request for `word`, if there is a well-formed one."""
        return (self.asked or {}).get(word)

    def present(self, *but: Word) -> dict[Word, str]:
        """Hashes of all that is asked, `but` apart: what is put among the acknowledged ones never acts."""
        return {word: value for word, value in (self.hashes or {}).items() if word not in but}

    def user(self, word: Word, value: str) -> str:
        """Who asked for it; "" where that is not told. `requested-by` is believed for the very value it names only."""
        named, _, user = self.requested_by.partition(" ")
        return user if named == f"{word}={value}" else ""

    def origin(self, request: Request) -> str:
        """` by USER: WHY`, as far as it is told."""
        user = self.user(request.word, request.value)
        by = f" by {user}" if user else ""
        return by + (f": {self.reason}" if self.reason else "")


def read(annotations: Mapping[str, str]) -> Requests:
    """The requests among a route's annotations; never raises, what is wrong is told in `problems`."""
    ours = {key.removeprefix(PREFIX): value for key, value in annotations.items() if key.startswith(PREFIX)}
    known = {Word(name): value for name, value in ours.items() if name in list(Word) and name != Word.STATE}
    problems = [_unknown(name) for name in sorted(ours.keys() - set(Word))]
    matches: dict[Word, re.Match[str]] = {}
    for word, value in sorted(known.items()):
        match = _FORMS[word][0].fullmatch(value) if len(value.encode()) <= VALUE_LIMIT else None
        if match is None:
            problems.append(f"{word.key}={_shortened(value)!r} is not {_FORMS[word][1]}")
        else:
            matches[word] = match
    plain = {word: match.group() for word, match in matches.items()}
    return Requests(
        policy=plain.get(Word.POLICY, ""),
        rollout=plain.get(Word.ROLLOUT, ""),
        canary=plain.get(Word.CANARY, ""),
        reason=plain.get(Word.REASON, ""),
        requested_by=plain.get(Word.REQUESTED_BY, ""),
        asked={word: _request(word, match) for word, match in matches.items() if word in ACTIONS},
        hashes={word: digest(value) for word, value in known.items() if word in ACTIONS},
        problems=tuple(problems),
    )


def digest(value: str) -> str:
    """Eight hex digits that stand for a value or an id in the stamp."""
    return hashlib.sha256(value.encode()).hexdigest()[:DIGEST_LENGTH]


def _request(word: Word, match: re.Match[str]) -> Request:
    parts = match.groupdict()
    attempt, step = parts.get("attempt"), parts.get("step")
    return Request(
        word,
        parts["id"] or "",
        int(attempt) if attempt else None,
        int(step) if step else 0,
        match.group(),
        digest(match.group()),
    )


def _unknown(name: str) -> str:
    return f"{PREFIX}{_shortened(name)} is no word we know; the words are {', '.join(word for word in Word if word != Word.STATE)}"


def _shortened(value: str) -> str:
    return value if len(value) <= 60 else value[:57] + "..."
