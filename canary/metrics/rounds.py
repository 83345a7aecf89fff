"""
One question about many rollouts, asked in pieces that Prometheus answers.

How well the proxies were seen is asked once for all rollouts: it costs by the proxies of the whole mesh, whoever asks.
Then, for many rollouts at once, the answers and whose queues had trouble, and how long the answers took where anybody
wants to know; the queues themselves only of those that had trouble. A batch that fails leaves its own rollouts unknown and no others; one that
is too dear is halved, until the dear rollout is alone.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from canary.errors import Unavailable
from canary.evidence.increments import Interval
from canary.metrics import queries, unanswered
from canary.metrics.answers import Series, matrix
from canary.metrics.connection import Connection, TooDear
from canary.metrics.deadline import Deadline
from canary.metrics.intervals import interval, unknown
from canary.metrics.sights import BLIND, Sights
from canary.metrics.source import NEWEST, Leaves, Timing
from canary.metrics.tally import Tally

BATCH = 100
"""
Rollouts in one query. Each query also looks at when every process of the mesh started, 3 µs a proxy (of Prometheus'
time, 3.5), so larger ones are cheaper; but what one asks for has to stay below Prometheus' limit of samples.
"""

HALVINGS = 32
"""In one question. Seven find one dear rollout among a hundred; where everything is too dear, asking on only makes it worse."""

POINTS = 10_000
"""Prometheus refuses a range of more than 11,000; the queues are asked for a few more than the rest."""

CELLS = 100_000
"""Rollouts times intervals times bounds in one query, which keeps an answer below `connection.BODY_LIMIT`."""

Found = dict[Leaves, tuple[Interval, ...]]
T = TypeVar("T")


class Warned(Unavailable):
    """An answer that may be partial."""


class Round:
    """One question. What failed in it is remembered, to be raised if nothing was answered."""

    def __init__(self, connection: Connection, timing: Timing, deadline: Deadline) -> None:
        self._connection = connection
        self._timing = timing
        self._deadline = deadline
        self._failed: list[Unavailable] = []
        self._answered = False
        self._halvings = HALVINGS

    def intervals(self, asked: Sequence[Leaves], indices: Sequence[int]) -> Found:
        """
        All of these intervals of all of these rollouts.

        Raises:
            Unavailable: nothing was answered, or Prometheus sees no proxy of the mesh any more.
        """
        found: Found = dict.fromkeys(asked, ())
        if not asked or not indices:
            return found
        for span in _parts(indices, _longest(asked)):
            for alike in _by_view(asked):
                for leaves, intervals in self._span(alike, span, newest=span[-1] == indices[-1]).items():
                    found[leaves] += intervals
        if self._failed and not self._answered:
            raise self._failed[0]
        return found

    def _span(self, asked: Sequence[Leaves], span: Sequence[int], *, newest: bool) -> Found:
        """As much of it as fits into one answer, in one view."""
        scope = queries.Scope.of(asked)
        try:
            rows = self._ask(queries.freshness(scope, self._timing), span)
        except Unavailable as error:
            return self._lost(asked, span, error)
        sights = Sights.read(rows, scope.columns, self._timing.interval)
        if newest and sights.meshed.isdisjoint(span[-NEWEST:]):
            raise Unavailable(BLIND)
        return self._batches(asked, span, sights)

    def _batches(self, asked: Sequence[Leaves], span: Sequence[int], sights: Sights) -> Found:
        """Halves come last: what the dear one leaves of the deadline belongs to the others first."""
        found, waiting = Found(), deque(_parts(asked, BATCH))
        while waiting:
            batch = waiting.popleft()
            try:
                tally = self._tally(batch, span)
            except Unavailable as error:
                halves = self._halves(batch, error)
                waiting.extend(halves)
                found |= {} if halves else self._lost(batch, span, error)
            else:
                self._answered = True
                found |= {
                    leaves: tuple(interval(sights, tally, leaves, index) for index in span)
                    for leaves in batch
                }
        return found

    def _halves(self, batch: Sequence[Leaves], error: Unavailable) -> Sequence[Sequence[Leaves]]:
        """What to ask about instead; nothing where less would not help."""
        if not isinstance(error, TooDear) or len(batch) == 1 or not self._halvings:
            return ()
        self._halvings -= 1
        return tuple(_parts(batch, (len(batch) + 1) // 2))

    def _tally(self, batch: Sequence[Leaves], span: Sequence[int]) -> Tally:
        scope, seconds = queries.Scope.of(batch), self._timing.interval
        tally = Tally(scope.columns)
        troubles = self._answers(tally, scope, span)
        timed = [leaves for leaves in batch if leaves.bounds]
        if timed:
            query = queries.latencies(queries.Scope.of(timed), _bounds(timed), self._timing)
            tally.latencies(self._ask(query, span), seconds)
        self._lost_requests(tally, scope, span, troubles)
        return tally

    def _answers(self, tally: Tally, scope: queries.Scope, span: Sequence[int]) -> Sequence[Series]:
        """Answers; what is returned are the rows about callers' queues, which servers do not have."""
        if scope.view == "servers":
            tally.answers(self._ask(queries.answers(scope, self._timing), span), self._timing.interval)
            return ()
        rows = self._ask(queries.answers_and_troubles(scope, self._timing, unanswered.AROUND), span)
        tally.answers([row for row in rows if "backend_name" not in row.labels], self._timing.interval)
        return [row for row in rows if "backend_name" in row.labels]

    def _lost_requests(
        self, tally: Tally, scope: queries.Scope, span: Sequence[int], troubles: Sequence[Series]
    ) -> None:
        """Callers' queues, of those backends that had trouble."""
        seconds = self._timing.interval
        troubled = unanswered.troubled(troubles, span, seconds)
        if troubled:
            query = queries.queues(scope.only(troubled), self._timing)
            tally.queues(self._ask(query, unanswered.span(span)), troubled, seconds)

    def _lost(self, asked: Iterable[Leaves], span: Sequence[int], error: Unavailable) -> Found:
        if isinstance(error, Warned):
            self._answered = True
        else:
            self._failed.append(error)
        return dict.fromkeys(asked, unknown(span, str(error)))

    def _ask(self, query: str, span: Sequence[int]) -> tuple[Series, ...]:
        seconds = self._timing.interval
        moments = range(span[0] * seconds, span[-1] * seconds + 1, seconds)
        answer = self._connection.window(query, moments, self._deadline)
        if answer.warnings:
            raise Warned(f"Prometheus warned: {answer.warnings[0]}")
        return matrix(answer)


def _longest(asked: Sequence[Leaves]) -> int:
    """How many intervals fit into one answer."""
    return max(1, min(POINTS, CELLS // (len(asked) * (1 + len(_bounds(asked))))))


def _bounds(asked: Iterable[Leaves]) -> frozenset[float]:
    return frozenset(bound for leaves in asked for bound in leaves.bounds)


def _by_view(asked: Sequence[Leaves]) -> Iterator[Sequence[Leaves]]:
    for view in sorted({leaves.view for leaves in asked}):
        yield [leaves for leaves in asked if leaves.view == view]


def _parts(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (whole[start : start + size] for start in range(0, len(whole), size))
