"""What one proxy's page says about requests: counters that only grow, by whom they are about."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from canary.errors import Unavailable
from canary.metrics.proxies.exposition import Sample, samples
from canary.metrics.proxies.subjects import Backend, Subject, answered, queued
from canary.metrics.proxies.words import Labels

RESPONSES = "response"
REQUESTS = "request"
LATENCIES = "response_latency_ms_bucket"
ENTERED = "outbound_http_balancer_queue_requests"
WAITING = "outbound_http_balancer_queue_length"
STARTED = "process_start_time_seconds"
WANTED = frozenset({RESPONSES, REQUESTS, LATENCIES, ENTERED, WAITING, STARTED})

FAILURE = "failure"
CLASSES = frozenset({"success", FAILURE})


class Series(NamedTuple):
    """One counter, by all its labels; what it counts is worked out once."""

    labels: Labels
    subject: Subject
    failed: bool


Histogram: TypeAlias = dict[float, float]
"""Upper bound in ms → answers that took at most so long; the last one is `inf`."""


@dataclass(frozen=True, slots=True)
class Page:
    """
    Attributes:
        started: Unix seconds when the proxy's process began.
        answers: responses so far.
        latencies: of these, how long they took.
        dispatched: requests that endpoints were given.
        entered: requests that entered a backend's queue; one per parent of the backend.
        waiting: of these, still in it.
    """

    started: float
    answers: Mapping[Series, float]
    latencies: Mapping[Series, Histogram]
    dispatched: Mapping[Series, float]
    entered: Mapping[Series, float]
    waiting: Mapping[Backend, float]

    @property
    def bounds(self) -> tuple[float, ...]:
        """Of its latency buckets, ms, ascending: all of its histograms have the same."""
        return tuple(sorted(next(iter(self.latencies.values()), ())))


def read(text: str) -> Page:
    """
    The page in a text.

    Raises:
        Unavailable: it is none of a Linkerd proxy, or not all of it can be understood; says where.
    """
    draft = _Draft()
    for sample in samples(text, WANTED):
        draft.enter(sample)
    return draft.page()


@dataclass(slots=True)
class _Draft:
    """A page in the making; labels that many lines share are understood once."""

    started: float = math.nan
    counters: dict[str, dict[Series, float]] = field(
        default_factory=lambda: {family: {} for family in (RESPONSES, REQUESTS, ENTERED)}
    )
    latencies: dict[Series, Histogram] = field(default_factory=dict)
    waiting: dict[Backend, float] = field(default_factory=dict)
    last: tuple[str, Labels, Series | None] = ("", (), None)

    def page(self) -> Page:
        if not math.isfinite(self.started):
            raise Unavailable(f"the page has no {STARTED}; is it the metrics of a Linkerd proxy?")
        answers, requests, entered = self.counters.values()
        return Page(self.started, answers, self.latencies, requests, entered, self.waiting)

    def enter(self, sample: Sample) -> None:
        family = sample.name
        if family == STARTED:
            self.started = sample.value
            return
        series = self._series(family, sample.labels)
        if series is None:
            return
        if not 0 <= sample.value < math.inf:
            raise Unavailable(f"the page counts {sample.value:g} for {family} of {series.subject}")
        if family == LATENCIES:
            self._bucket(series, sample)
        elif family == WAITING:
            backend = series.subject.backend
            self.waiting[backend] = self.waiting.get(backend, 0.0) + sample.value
        elif series in self.counters[family]:
            raise Unavailable(f"the page shows the same {family} of {series.subject} twice")
        else:
            self.counters[family][series] = sample.value

    def _bucket(self, series: Series, sample: Sample) -> None:
        bound, histogram = sample.bound, self.latencies.setdefault(series, {})
        if bound is None or math.isnan(bound) or bound in histogram:
            raise Unavailable(f"the page shows the bucket {bound} ms of {series.subject} twice")
        histogram[bound] = sample.value

    def _series(self, family: str, labels: Labels) -> Series | None:
        """None where it is about nobody we ask for. Buckets come in runs that share their labels."""
        if labels is not self.last[1] or family != self.last[0]:
            self.last = (family, labels, _understood(family, labels))
        return self.last[2]


def _understood(family: str, labels: Labels) -> Series | None:
    found = dict(labels)
    subject = queued(found) if family in (ENTERED, WAITING) else answered(found)
    if subject is None:
        return None
    classification = found.get("classification", "")
    if family == RESPONSES and classification not in CLASSES:
        raise Unavailable(f"the page classes answers of {subject} as {classification!r}")
    return Series(labels, subject, classification == FAILURE)
