"""
Requests that entered a backend's queue and were never sent on to an endpoint.

When a backend's endpoints vanish, its share of the requests hangs for 3 s and gets a 504 that no `response_total`
counts: neither side answered it. Only the queue's own counters show them. With

    s = entered - sent - waiting          cumulated over intervals, per client workload and backend
    m(k) = min(s(k), s(k+1))
    u(k) = max(0, m(k) - max(m(k-LOOKBACK) .. m(k-1)))

u(k) requests were lost in interval k. Between the queue and an endpoint a request is for a moment neither waiting nor
sent; the minimum of two neighbours leaves these out, and the maximum of the past counts a level once, not each time
it is reached again. What was sent on is not lost however long it takes: long polls and streams do not count.

The design's maximum runs from the beginning. Here it runs over the last LOOKBACK intervals, so that what is said about
an interval depends on the LOOKBACK + 1 before it and the one after it, and on nothing that was remembered: live, after
an outage, and asked again a day later it is the same. The price: a level that falls and rises again after a longer
pause is counted anew. `s` falls only by requests that were late to be sent (the first piece of a body, slowly
uploaded), so that price is small, and paid in proportion to traffic on both sides.

Nothing is lost where no queue shut its gate (after 3 s) or was seen to hold anything: only backends that had such
trouble among those intervals are asked about. That is cheap, and it keeps out levels that rise for other reasons: a
stream opened long before its first message, a `request_total` nobody scrapes.

For the newest interval there is no next one yet: the question for it is answered with what is known now, which makes
it early, and provisional as the newest interval is anyway.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import NamedTuple

from canary.metrics.answers import Series, number
from canary.metrics.moments import Moment, Workload, workload
from canary.metrics.queries import Columns

LOOKBACK = 6
"""Intervals. Half a minute at 5 s, in which a request that is late to be sent has been."""

AROUND = LOOKBACK + 2
"""Intervals that one question concerns."""

PARTS = ("entered", "sent", "waiting")


class Asker(NamedTuple):
    """One client workload and the backend it asks."""

    namespace: str
    service: str
    workload: Workload


@dataclass(slots=True)
class Flow:
    """
    By interval: what entered the queue in it, what was sent on in it, what waits at its end.

    Attributes:
        odd: intervals of which a number makes no sense, and that number.
    """

    entered: dict[int, float] = field(default_factory=dict)
    sent: dict[int, float] = field(default_factory=dict)
    waiting: dict[int, float] = field(default_factory=dict)
    odd: dict[int, object] = field(default_factory=dict)

    def enter(self, part: str, index: int, value: object) -> None:
        count, counts = number(value), {"entered": self.entered, "sent": self.sent}.get(part, self.waiting)
        if count is None or count < 0 or index in counts:
            self.odd[index] = value
        else:
            counts[index] = count

    def lost(self, index: int) -> float:
        """How many requests were lost in this interval."""
        span = _around(index)
        levels = list(accumulate(self._missing(at) for at in span))
        missing = [level - self.waiting.get(at, 0.0) for at, level in zip(span, levels, strict=True)]
        least = [min(pair) for pair in pairwise(missing)]
        return max(0.0, least[-1] - max(least[:-1]))

    def oddity(self, index: int) -> str:
        """What makes it impossible to say; "" where nothing does."""
        odd = [self.odd[at] for at in _around(index) if at in self.odd]
        return f"Prometheus counts {odd[0]!r} requests in a queue" if odd else ""

    def measured(self, index: int) -> bool:
        """Requests that were sent on are counted at all."""
        return any(at in self.sent for at in _around(index))

    def _missing(self, index: int) -> float:
        return self.entered.get(index, 0.0) - self.sent.get(index, 0.0)


def span(indices: Sequence[int]) -> range:
    """The intervals whose queues tell about these."""
    return range(_around(indices[0])[0], _around(indices[-1])[-1] + 1)


def troubled(rows: Iterable[Series], indices: Sequence[int], seconds: int) -> frozenset[Moment]:
    """
    The answer to `queries.troubles`: which of these intervals had trouble in those around them.

    Args:
        seconds: U.
    """
    return frozenset(
        Moment(row.labels.get("backend_namespace", ""), row.labels.get("backend_name", ""), index)
        for row in rows
        for at, _ in row.points
        if at % seconds == 0 and (index := round(at) // seconds) in indices
    )


def flows(rows: Iterable[Series], columns: Columns, seconds: int) -> Mapping[Asker, Flow]:
    """
    The answer to `queries.queues`, sorted.

    Args:
        seconds: U.
    """
    found: dict[Asker, Flow] = defaultdict(Flow)
    for row in rows:
        flow, part = found[_asker(row, columns)], row.labels.get("part", "")
        for at, value in row.points:
            if at % seconds == 0 and part in PARTS:
                flow.enter(part, round(at) // seconds, value)
    return found


def _asker(row: Series, columns: Columns) -> Asker:
    labels = row.labels
    namespace = labels.get("backend_namespace") or labels.get(columns.namespace, "")
    service = labels.get("backend_name") or labels.get(columns.service, "")
    return Asker(namespace, service, workload(row, columns))


def _around(index: int) -> range:
    return range(index - LOOKBACK, index + 2)
