"""What is remembered on a route, as far as this program and this very object are concerned."""

from dataclasses import dataclass
from functools import lru_cache

from canary.rollout import stamp
from canary.rollout.stamp import Head, Stamp, Unreadable
from canary.routes.route import Route
from canary.terms import Word

_read = lru_cache(maxsize=16_384)(stamp.read)
"""A stamp's text does not change between two writes, and reading it is the dearest part of a look."""


@dataclass(frozen=True, slots=True)
class Memory:
    """
    At most one of the three is there.

    Attributes:
        stamp: what this program can work with.
        newer: the head of a stamp that a newer version wrote.
        lost: a sentence, if there is a stamp but it cannot be used.
    """

    stamp: Stamp | None = None
    newer: Head | None = None
    lost: str = ""

    @property
    def nothing(self) -> bool:
        """There is no stamp of use: what became of the route, only records may tell."""
        return self.stamp is None and self.newer is None


def remembered(route: Route) -> Memory:
    """The stamp on a route. One that was written on another object of that name means nothing here."""
    text = route.annotations.get(Word.STATE.key)
    read = _read(text) if text is not None else None
    if isinstance(read, Unreadable):
        return Memory(lost=f"the stamp on the route cannot be read ({read.why})")
    if read is not None and read.uid != route.uid:
        why = "it was copied, or the route was made anew"
        return Memory(lost=f"the stamp on the route belongs to another object of that name ({why})")
    return Memory(stamp=read) if isinstance(read, Stamp) else Memory(newer=read)
