"""
Counts from Prometheus, as the proxies of Linkerd's clients report them, or in the servers' view the backends' own.

Prometheus must scrape the proxies itself: `up` says which targets there are, `process_start_time_seconds` and
`proxy_build_info`, on every proxy's page, when they were scraped. Federated copies without these are all unknown.
"""

from collections.abc import Mapping, Sequence

from canary.clock import Clock, SystemClock
from canary.evidence.increments import Interval
from canary.metrics import queries
from canary.metrics.answers import Sample, scalar, vector
from canary.metrics.connection import Connection
from canary.metrics.deadline import Deadline
from canary.metrics.intervals import unknown
from canary.metrics.rounds import Round
from canary.metrics.source import Leaves, Timing
from canary.metrics.start import shares_slower, twice

PATIENCE_SECONDS = 10.0


class Prometheus:
    """A Source."""

    def __init__(
        self,
        connection: Connection,
        timing: Timing,
        clock: Clock | None = None,
        patience: float = PATIENCE_SECONDS,
        at: float | None = None,
    ) -> None:
        """
        Args:
            patience: seconds for one call of `time`, `increments`, …, all its queries together.
            at: Unix seconds that are taken for now, to ask what would have been answered then.
        """
        self._connection = connection
        self._timing = timing
        self._at = at
        self._clock = clock or SystemClock()
        self._patience = patience

    def time(self) -> float:
        """By Prometheus' clock, which also stamps the samples: ours may differ."""
        return scalar(self._connection.instant("time()", self._deadline(), self._at))

    def increments(
        self, asked: Sequence[Leaves], first: int, last: int
    ) -> Mapping[Leaves, tuple[Interval, ...]]:
        """As `Source.increments`; what cannot be asked for is unknown."""
        refused = {leaves: queries.refusal(leaves) for leaves in asked}
        indices = range(first, last + 1)
        allowed = [leaves for leaves, why in refused.items() if not why]
        found = {leaves: unknown(indices, why) for leaves, why in refused.items() if why}
        return found | Round(self._connection, self._timing, self._deadline()).intervals(allowed, indices)

    def tails(self, leaves: Leaves) -> Mapping[float, float]:
        """As `Source.tails`."""
        if queries.refusal(leaves):
            return {}
        return shares_slower(self._now(queries.tails(queries.Scope.of_stable(leaves))))

    def doubts(self, leaves: Leaves) -> str:
        """As `Source.doubts`."""
        if why := queries.refusal(leaves):
            return why
        return twice(self._now(queries.proxies(queries.Scope.of([leaves]), self._timing)))

    def _now(self, query: str) -> tuple[Sample, ...]:
        return vector(self._connection.instant(query, self._deadline(), self._at))

    def _deadline(self) -> Deadline:
        return Deadline(self._clock, self._patience)
