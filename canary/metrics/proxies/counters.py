"""
How much counters grew between two pages of one process.

One that went down was reset and counts from zero. One that was not there before counts from zero where the process is
known to have begun with it, else it is a baseline. One that vanished is remembered for as long as Prometheus
would: should it come back higher, it is taken to be the same one, which can count too little but never a lifetime.
"""

from collections.abc import Mapping
from math import inf

from canary.metrics.proxies.page import Histogram, Series


class Counters:
    """Of one family."""

    def __init__(self, *, remembering: bool = True) -> None:
        """
        Args:
            remembering: what vanished; without it, what comes back counts from zero. For where missing some is harm.
        """
        self._remembering = remembering
        self._now: Mapping[Series, float] = {}
        self._gone: dict[Series, tuple[int, float]] = {}

    def forget(self) -> None:
        """The process that counted is gone."""
        self._now, self._gone = {}, {}

    def known(self) -> frozenset[Series]:
        """Those on the last page, and those that vanished not long ago."""
        return frozenset((*self._now, *self._gone))

    def grown(
        self, now: Mapping[Series, float], index: int, oldest: int, *, baseline: bool
    ) -> dict[Series, float]:
        """
        By how much each grew up to the end of interval `index`; all are remembered.

        Args:
            oldest: interval before which a counter that vanished is forgotten.
            baseline: those that were not there before begin with the next interval.
        """
        gone = {series: (at, value) for series, (at, value) in self._gone.items() if at >= oldest}
        if self._remembering:
            gone |= {series: (index, value) for series, value in self._now.items() if series not in now}
        grown = {}
        for series, value in now.items():
            before = self._now.get(series)
            if before is None:
                _, before = gone.pop(series, (0, value if baseline else 0.0))
            grown[series] = value - before if value >= before else value
        self._now, self._gone = now, gone
        return grown


class Histograms:
    """All of one page; each is one counter that is reset as a whole."""

    def __init__(self) -> None:
        self._counts = Counters()
        self._now: dict[Series, Histogram] = {}

    def forget(self) -> None:
        self._counts.forget()
        self._now = {}

    def grown(
        self, now: Mapping[Series, Histogram], index: int, oldest: int, *, baseline: bool
    ) -> dict[Series, Histogram]:
        """As `Counters.grown`; of each histogram how many took longer than the bound before and at most this one."""
        totals = {series: histogram.get(inf, 0.0) for series, histogram in now.items()}
        counted = self._counts.grown(totals, index, oldest, baseline=baseline)
        grown = {}
        for series, timed in counted.items():
            reset = timed == totals[series]
            if timed:
                grown[series] = apart(now[series], {} if reset else self._now.get(series, {}))
        known = self._counts.known()
        remembered = {series: histogram for series, histogram in self._now.items() if series in known}
        self._now = remembered | dict(now)
        return grown


def apart(now: Histogram, before: Histogram) -> Histogram:
    """The buckets that grew, each without those below it."""
    bins, below = {}, 0.0
    for bound in sorted(now):
        grown = max(below, now[bound] - before.get(bound, 0.0))
        if grown > below:
            bins[bound] = grown - below
        below = grown
    return bins
