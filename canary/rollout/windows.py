"""
Windows: when a rollout may start and advance, as a policy writes them.

Whether one is open is told by who has a clock (`daemon/windows.py`); here they are only read, strictly: what means one
thing to cron and another to the library that reads it is refused.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from pydantic import field_validator

from canary.rollout.model import Duration, Frozen

MOST_WINDOWS = 8
"""They take room in the stamp."""

LONGEST_CRON = 64
"""Characters: every field needs a few, and a list of all hours fits."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

DAYS_OF = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""How many days each month has at most."""

_NUMBERS = re.compile(
    r"(?:\*|(?P<first>[0-9]{1,2})(?:-(?P<last>[0-9]{1,2}))?)(?:/(?P<step>[0-9]{1,2}))?", re.ASCII
)
_NAMES = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", re.ASCII)
_LONGEST_ZONE = 40
_NO_PLACES = ("localtime", "posix", "right/")
"""What lists of zones hold beside the zones: this machine's own, and second copies."""

LONGEST = timedelta(days=31)


class _Field(NamedTuple):
    """
    One of the five.

    Attributes:
        names: of its values, the first one's first.
        numbers: these may be written as numbers, too.
    """

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    numbers: bool = True

    def values(self, text: str) -> set[int]:
        """All that `text` means."""
        return {value for item in text.split(",") for value in self._range(item)}

    def _range(self, item: str) -> Iterable[int]:
        if item == "*":
            return range(self.least, self.most + 1)
        numbers = _NUMBERS.fullmatch(item) if self.numbers else None
        if found := numbers or _NAMES.fullmatch(item):
            first = self._value(found["first"] or str(self.least))
            last = self._value(found["last"] or found["first"] or str(self.most))
            step = numbers["step"] if numbers else None
            if first <= last and (step is None or 0 < int(step) <= last - first):
                return range(first, last + 1, int(step or 1))
        raise ValueError(f"{item!r:.20} is no {self.name}: write {self._known}")

    def _value(self, text: str) -> int:
        value = (
            self.least + self.names.index(text) if text in self.names else int(text) if text.isdigit() else -1
        )
        if not self.least <= value <= self.most:
            raise ValueError(f"{text!r:.20} is no {self.name}: write {self._known}")
        return value

    @property
    def _known(self) -> str:
        if not self.numbers:
            return "*, mon, mon-fri or a list of these; numbers mean other days to cron than to others"
        named = f", {self.names[0]} to {self.names[-1]}" if self.names else ""
        return f"*, {self.least} to {self.most}{named}, a range that rises, */2, or a list of these"


FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, MONTHS),
    _Field("weekday", 0, 6, DAYS, numbers=False),
)


class Window(Frozen):
    """
    A time in which a rollout may start and advance; taking traffic back needs none.

    Attributes:
        cron: when it opens: minute, hour, day of the month, month, weekday (by name).
        duration: how long it stays open, in elapsed time.
        zone: whose clock `cron` is about, as IANA names it.
    """

    cron: str
    duration: Duration
    zone: str = "UTC"

    @field_validator("cron")
    @classmethod
    def _five_fields(cls, cron: str) -> str:
        texts = cron.lower().split() if len(cron) <= LONGEST_CRON else []
        if len(texts) != len(FIELDS):
            raise ValueError(
                "a cron expression has five fields: minute, hour, day of the month, month, weekday; write 0 9 * * mon-fri, "
                f"{LONGEST_CRON} characters at most"
            )
        found = {field.name: field.values(text) for field, text in zip(FIELDS, texts, strict=True)}
        _, _, day, _, weekday = texts
        if day != "*" and weekday != "*":
            raise ValueError(
                "days of the month and weekdays exclude each other here: cron takes either, others both; write two windows"
            )
        if not _comes(found):
            raise ValueError("no month has that day, so it never opens")
        return " ".join(texts)

    @field_validator("duration")
    @classmethod
    def _of_use(cls, duration: timedelta) -> timedelta:
        if not timedelta(minutes=1) <= duration <= LONGEST:
            raise ValueError("a window is open from 1m to 31d")
        return duration

    @field_validator("zone")
    @classmethod
    def _spelled(cls, zone: str) -> str:
        if len(zone) > _LONGEST_ZONE or not _ZONE.fullmatch(zone) or zone.startswith(_NO_PLACES):
            raise ValueError(f"{zone!r:.60} is no time zone: write Europe/Berlin, America/New_York or UTC")
        return zone


def _comes(found: Mapping[str, set[int]]) -> bool:
    """Whether such a day is in the calendar: looked for in vain, it would be looked for a long time."""
    return min(found["day of the month"]) <= max(DAYS_OF[month - 1] for month in found["month"])
