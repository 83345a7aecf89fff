"""
Counts from Prometheus, as the proxies of Linkerd's clients report them.

One question for the time; then, for up to 100 rollouts at once, one for the increments and one for how well the
clients were seen. A batch that fails leaves its own rollouts unknown and no others.

Prometheus must scrape the proxies itself: `up` says which targets there are, `process_start_time_seconds` and
`proxy_build_info`, on every proxy's page, when they were scraped. Federated copies without these are all unknown.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from canary.clock import Clock, SystemClock
from canary.errors import Unavailable
from canary.evidence.increments import Interval
from canary.metrics import queries
from canary.metrics.answers import Series, matrix, scalar
from canary.metrics.connection import Connection
from canary.metrics.deadline import Deadline
from canary.metrics.intervals import fold, interval, unknown
from canary.metrics.source import Leaves, Timing

BATCH = 100
"""Rollouts in one query: larger ones are no cheaper, and one that fails takes more with it."""

POINTS = 11_000
"""Prometheus refuses a longer range."""

CELLS = 100_000
"""Rollouts times intervals in one query, which keeps an answer below `connection.BODY_LIMIT`."""

PATIENCE_SECONDS = 10.0

Found = Mapping[Leaves, tuple[Interval, ...]]
T = TypeVar("T")


class Prometheus:
    """A Source."""

    def __init__(
        self,
        connection: Connection,
        timing: Timing,
        clock: Clock | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """
        Args:
            patience: seconds for one call of `time` or `increments`, all its queries together.
        """
        self._connection = connection
        self._timing = timing
        self._clock = clock or SystemClock()
        self._patience = patience

    def time(self) -> float:
        """By Prometheus' clock, which also stamps the samples: ours may differ."""
        return scalar(self._connection.instant("time()", self._deadline()))

    def increments(self, asked: Sequence[Leaves], first: int, last: int) -> Found:
        """As `Source.increments`; names that Kubernetes does not allow are not asked for, and unknown."""
        deadline, indices = self._deadline(), range(first, last + 1)
        names = [leaves for leaves in dict.fromkeys(asked) if queries.askable(leaves)]
        found = {leaves: unknown(indices, "a backend has no name that Kubernetes allows") for leaves in asked}
        batches, failed = tuple(_batches(names, BATCH)), []
        for batch in batches:
            try:
                found |= self._batch(batch, indices, deadline)
            except Unavailable as error:
                failed.append(error)
                found |= dict.fromkeys(batch, unknown(indices, str(error)))
        if failed and len(failed) == len(batches):
            raise failed[0]
        return found

    def _batch(self, batch: Sequence[Leaves], indices: Sequence[int], deadline: Deadline) -> Found:
        found: dict[Leaves, tuple[Interval, ...]] = dict.fromkeys(batch, ())
        for span in _batches(indices, min(POINTS, CELLS // len(batch))):
            for leaves, intervals in self._span(batch, span, deadline).items():
                found[leaves] += intervals
        return found

    def _span(self, batch: Sequence[Leaves], span: Sequence[int], deadline: Deadline) -> Found:
        counted, warned = self._ask(queries.increments(batch, self._timing), span, deadline)
        seen, warned_too = self._ask(queries.freshness(batch, self._timing), span, deadline)
        if warnings := (*warned, *warned_too):
            return dict.fromkeys(batch, unknown(span, f"Prometheus warned: {warnings[0]}"))
        ledger = fold(counted, seen, self._timing.interval)
        return {leaves: tuple(interval(ledger, leaves, index) for index in span) for leaves in batch}

    def _ask(
        self, query: str, span: Sequence[int], deadline: Deadline
    ) -> tuple[tuple[Series, ...], tuple[str, ...]]:
        seconds = self._timing.interval
        answer = self._connection.window(
            query, range(span[0] * seconds, span[-1] * seconds + 1, seconds), deadline
        )
        return matrix(answer), answer.warnings

    def _deadline(self) -> Deadline:
        return Deadline(self._clock, self._patience)


def _batches(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (whole[start : start + size] for start in range(0, len(whole), size))
