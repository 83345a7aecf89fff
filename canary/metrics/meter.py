"""What people ask beside the counts: a source that also knows how requests travel."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Protocol, TypeAlias

from canary.metrics import queries
from canary.metrics.answers import Series, matrix, number
from canary.metrics.prometheus import Prometheus
from canary.metrics.queries.tls import REASON
from canary.metrics.source import Leaves, Source, Timing

Secured: TypeAlias = Mapping[str, Mapping[str, float]]
"""Service → why requests did not travel over mTLS, "" where they did → how many."""

SCRAPES, SECONDS = 3, 60
"""Scrapes, and seconds beside them, over which their spacing is measured: where it is twice what was said, too."""

UNTOLD = "no reason told"


class Meter(Source, Protocol):
    """A source for people."""

    def secured(self, asked: Sequence[Leaves], seconds: int) -> Secured:
        """
        How the answers of the last `seconds` travelled, of the backends of one namespace.

        Raises:
            Unavailable: the source did not answer.
            Stalled: it will not answer us before a person changes something.
        """


class Probe(Meter, Protocol):
    """A Meter that knows how it comes by its counts."""

    def pages(self, namespace: str) -> frozenset[str]:
        """
        Pods whose proxy was scraped with success within the last scrapes.

        Raises:
            Unavailable, Stalled: as above.
        """

    def spacing(self, namespace: str) -> float | None:
        """
        Seconds between two scrapes of the proxies there, as they were made; None where there were too few to tell.

        Raises:
            Unavailable, Stalled: as above.
        """

    def askers(self, asked: Leaves) -> Sequence[Mapping[str, str]]:
        """
        The labels that Prometheus put on the proxies which asked these backends.

        Raises:
            Unavailable, Stalled: as above.
        """


class PrometheusMeter(Prometheus):
    """A Probe."""

    def secured(self, asked: Sequence[Leaves], seconds: int) -> Secured:
        """As `Meter.secured`."""
        allowed = [leaves for leaves in asked if not queries.refusal(leaves)]
        if not allowed:
            return {}
        timing = Timing(interval=seconds, scrape=min(seconds, self._timing.scrape))
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for row in self._now(queries.by_tls(queries.Scope.of(allowed), timing)):
            service = row.labels.get(queries.COLUMNS["clients"].service, "")
            how = "" if row.labels.get("tls") == "true" else row.labels.get(REASON) or UNTOLD
            found[service][how] = found[service].get(how, 0.0) + (number(row.value) or 0.0)
        return found

    def pages(self, namespace: str) -> frozenset[str]:
        """As `Probe.pages`."""
        rows = self._now(queries.pages(namespace, self._timing))
        return frozenset(row.labels["pod"] for row in rows if "pod" in row.labels)

    def spacing(self, namespace: str) -> float | None:
        """As `Probe.spacing`; of the median of some scrapes, since single ones are late."""
        until = int(self.time())
        span = range(until - SCRAPES * self._timing.scrape - SECONDS, until + 1)
        answer = self._connection.window(queries.scrapes(namespace), span, self._deadline())
        gaps = [gap for row in matrix(answer) for gap in _gaps(row)]
        return median(gaps) if gaps else None

    def askers(self, asked: Leaves) -> Sequence[Mapping[str, str]]:
        """As `Probe.askers`."""
        return [row.labels for row in self._now(queries.askers(queries.Scope.of([asked])))]


def _gaps(row: Series) -> Iterator[float]:
    """Between the different moments at which one target was scraped."""
    moments = sorted({moment for _, value in row.points if (moment := number(value)) is not None})
    return (later - sooner for sooner, later in pairwise(moments))
