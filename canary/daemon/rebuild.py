"""
What was missed is read again in pieces, beside the live evidence and never instead of it.

Everybody who is behind shares one question a tick, from the interval that was missed first on. A question that is too
dear is halved until it is answered. What Prometheus does not have any more is unknown.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from canary.daemon.judged import NEAR, Identity
from canary.errors import CanaryError
from canary.evidence import Interval
from canary.metrics.rounds import BATCH, CELLS
from canary.metrics.source import Leaves, Source

MOST = 720
"""Intervals in a piece: an hour at 5 s."""


class Missing(NamedTuple):
    """
    Who misses what.

    Attributes:
        resting: a person is waited for, so it is in no hurry.
        first: the first interval it misses.
    """

    resting: bool
    first: int
    about: Identity
    leaves: Leaves


class Rebuild:
    """Used by one thread at a time."""

    def __init__(self, source: Source, most: int = MOST) -> None:
        """
        Args:
            most: intervals in a piece.
        """
        self._source = source
        self._most = self._size = most
        self._lost = False

    def read(self, missing: Sequence[Missing], final: int) -> Mapping[Identity, tuple[Interval, ...]]:
        """
        The next piece, for those whose turn it is.

        Args:
            final: the last interval to read.
        """
        first = min(missing).first
        last = min(first + self._size - 1, final)
        turn = sorted(one for one in missing if first <= one.first <= last)[:BATCH]
        last = min(last, first + _fits(turn) - 1)
        try:
            found = self._source.increments(tuple(dict.fromkeys(one.leaves for one in turn)), first, last)
        except CanaryError as error:
            return self._refused(turn, range(first, last + 1), str(error))
        self._size, self._lost = min(self._most, 2 * self._size), False
        return {one.about: found[one.leaves] for one in turn}

    def _refused(
        self, turn: Sequence[Missing], span: Sequence[int], why: str
    ) -> Mapping[Identity, tuple[Interval, ...]]:
        """Halved first; what is not even answered in small pieces is taken for lost, and ever more of what follows it."""
        self._lost = self._lost or len(span) <= NEAR
        self._size = min(self._most, 2 * self._size) if self._lost else max(NEAR, self._size // 2)
        if not self._lost:
            return {}
        unknown = tuple(Interval(index, None, why=why) for index in span)
        return {one.about: unknown for one in turn}


def _fits(turn: Sequence[Missing]) -> int:
    """How many intervals one query answers: of several some could fail, and what they asked for would pass as unknown."""
    return max(NEAR, CELLS // sum(1 + len(one.leaves.bounds) for one in turn))
