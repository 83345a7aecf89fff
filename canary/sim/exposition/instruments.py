"""
Counters and histograms that know how the proxy prints them.

The text in front of a value never changes while a series lives, so it is built once: a client of 200 backends
has some 12,000 lines, and Prometheus asks every second in the end-to-end tests.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

MILLISECONDS = tuple(digit * 10**power for power in range(5) for digit in (1, 2, 3, 4, 5))
"""Upper bounds of the legacy latency histogram; `+Inf` makes it 26 buckets."""


class Answer(NamedTuple):
    """What came back: `status` is empty where nothing did, and `error` then says so."""

    status: str
    failure: bool
    error: str = ""

    @classmethod
    def of(cls, status: int) -> "Answer":
        """Linkerd calls 5xx failures and everything else, 404 too, a success."""
        return cls(str(status), status >= 500)

    @property
    def labels(self) -> str:
        """The tail of a `response_total` series; `grpc_status` and `error` are printed even when empty."""
        status = f'status_code="{self.status}",' if self.status else ""
        verdict = "failure" if self.failure else "success"
        return f'{status}classification="{verdict}",grpc_status="",error="{self.error}"'


NOTHING = Answer("", failure=True, error="unclassified")
"""No response at all: refused by the proxy itself, or the server never answered."""


class Histogram:
    """Counts of values at or below each bound, and their sum."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float, times: int = 1) -> None:
        self.counts[bisect_left(self.bounds, value)] += times
        self.sum += value * times

    @property
    def count(self) -> int:
        return sum(self.counts)


class Latency(Histogram):
    """A legacy histogram: `le` last, whole milliseconds."""

    __slots__ = ("_count", "_prefixes", "_sum")

    def __init__(self, name: str, labels: str) -> None:
        super().__init__(MILLISECONDS)
        bounds = [*map(str, MILLISECONDS), "+Inf"]
        self._prefixes = [f'{name}_bucket{{{labels},le="{bound}"}} ' for bound in bounds]
        self._count = f"{name}_count{{{labels}}} "
        self._sum = f"{name}_sum{{{labels}}} "

    def lines(self) -> Iterator[str]:
        for prefix, total in zip(self._prefixes, accumulate(self.counts), strict=True):
            yield prefix + str(total)
        yield self._count + str(self.count)
        yield self._sum + str(int(self.sum))


class Durations(Histogram):
    """A histogram of the newer generation: `le` first, floats, sum and count before the buckets."""

    __slots__ = ("_count", "_prefixes", "_sum")

    def __init__(self, name: str, labels: str, bounds: tuple[float, ...]) -> None:
        super().__init__(bounds)
        names = [*map(repr, bounds), "+Inf"]
        self._prefixes = [f'{name}_bucket{{le="{bound}",{labels}}} ' for bound in names]
        self._count = f"{name}_count{{{labels}}} "
        self._sum = f"{name}_sum{{{labels}}} "

    def lines(self) -> Iterator[str]:
        yield self._sum + repr(self.sum)
        yield self._count + str(self.count)
        for prefix, total in zip(self._prefixes, accumulate(self.counts), strict=True):
            yield prefix + str(total)


class Traffic:
    """
    The trio of one target: requests, responses by answer, latency by status.

    Attributes:
        prefix: "" for an endpoint, "route_" for an apex.
        labels: of the target, without braces.
        requests: begun so far.
    """

    __slots__ = ("labels", "latency", "prefix", "requests", "responses")

    def __init__(self, prefix: str, labels: str) -> None:
        self.prefix = prefix
        self.labels = labels
        self.requests = 0
        self.responses: Counter[Answer] = Counter()
        self.latency: dict[str, Latency] = {}

    def answered(self, answer: Answer, milliseconds: float, times: int = 1) -> None:
        """Count a response; without one there is a latency series too, but nothing in it."""
        self.responses[answer] += times
        latency = self.latency.get(answer.status)
        if latency is None:
            latency = self.latency[answer.status] = self._new_latency(answer.status)
        if answer.status:
            latency.observe(milliseconds, times)

    def _new_latency(self, status: str) -> Latency:
        labels = f'{self.labels},status_code="{status}"' if status else self.labels
        return Latency(f"{self.prefix}response_latency_ms", labels)

    def lines(self) -> Iterator[tuple[str, Iterator[str]]]:
        """Families and their lines."""
        yield self.prefix + "request_total", iter([self.request_line("request_total")])
        yield self.prefix + "response_latency_ms", self.latency_lines()
        yield self.prefix + "response_total", self.response_lines("response_total")

    def request_line(self, name: str) -> str:
        return f"{self.prefix}{name}{{{self.labels}}} {self.requests}"

    def response_lines(self, name: str) -> Iterator[str]:
        for answer, count in self.responses.items():
            yield f"{self.prefix}{name}{{{self.labels},{answer.labels}}} {count}"

    def latency_lines(self) -> Iterator[str]:
        for latency in self.latency.values():
            yield from latency.lines()
