"""Requests as annotations: values that were not acted on before, who asks, and why."""

import re
import threading
from itertools import count

from canary.cli.work.route import Seen
from canary.cli.work.session import Session
from canary.rollout import requests
from canary.rollout.requests import digest
from canary.terms import Word

_MARKED = re.compile(r"(?P<base>.+)/(?P<mark>[0-9]{1,9})", re.ASCII)


class Caller:
    """
    Who asks, by the API server's own word. Asked meanwhile: knowing is worth little beside the request itself.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._name = ""
        self._known = threading.Event()
        session.world.spawn(self._ask)

    def name(self, within: float) -> str:
        """The user; "" if that is not known after so many seconds."""
        self._session.clock.wait(self._known, within)
        return self._name

    def _ask(self) -> None:
        try:
            self._name = self._session.server.whoami()
        except Exception:  # noqa: BLE001 - the root of a thread, and an anonymous request is a request
            self._name = ""
        finally:
            self._known.set()


def fresh(found: Seen, word: Word, base: str) -> str:
    """
    A value for `base` (`ID` or `ID@n`) that will be acted on: with a mark, where the same one was acted on before.

    One that is there and still waits to be acted on is kept; that it was, is told by the stamp alone.
    """
    there = found.route.annotations.get(word.key, "")
    spent = found.stamp.acks.get(word, "") if found.stamp else digest(there)
    marked = _MARKED.fullmatch(there)
    named, first = (marked["base"], int(marked["mark"])) if marked else (there, 1)
    if named == base and digest(there) != spent:
        return there
    candidates = count(first + 1 if named == base else 1)
    values = (base if mark == 1 else f"{base}/{mark}" for mark in candidates)
    return next(value for value in values if digest(value) != spent)


def signed(word: Word, value: str, reason: str, user: str) -> dict[str, str | None]:
    """The annotations of a request; what an earlier one left behind about why and who goes."""
    by = f"{word}={value} {user}"
    well_formed = bool(user) and not requests.read({Word.REQUESTED_BY.key: by}).problems
    return {
        word.key: value,
        Word.REASON.key: reason or None,
        Word.REQUESTED_BY.key: by if well_formed else None,
    }
