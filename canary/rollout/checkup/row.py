"""One row of `canary check`: what it asks, and what it found."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from canary.rollout.checkup.facts import Unread
from canary.rollout.checkup.survey import Survey


class Level(StrEnum):
    """
    How well it is. Public for ever.

    UNKNOWN: what it needs could not be read.
    """

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """
    Attributes:
        message: a sentence: what is, and what it means.
        remedy: how to mend it, a command or a manifest; "" where nothing is to be done.
    """

    level: Level
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """
    Attributes:
        name: public for ever.
        fatal: no rollout begins while it fails.
    """

    name: str
    judge: Callable[[Survey], Finding]
    fatal: bool = False

    def of(self, survey: Survey) -> Finding:
        """What it finds; never ok where something could not be read."""
        try:
            return self.judge(survey)
        except Unread as error:
            return Finding(Level.UNKNOWN, str(error))


def ok(message: str) -> Finding:
    return Finding(Level.OK, message)


def warn(message: str, remedy: str) -> Finding:
    return Finding(Level.WARN, message, remedy)


def fail(message: str, remedy: str) -> Finding:
    return Finding(Level.FAIL, message, remedy)


def listed(names: Iterable[object]) -> str:
    """Names in a sentence, in order, each once."""
    return ", ".join(sorted({str(name) for name in names}))
