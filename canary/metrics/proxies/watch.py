"""One target from scrape to scrape: what its counters grew by, and how well it was seen."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from canary.metrics.moments import Workload
from canary.metrics.proxies.counted import Counted, Place
from canary.metrics.proxies.counters import Counters, Histograms
from canary.metrics.proxies.page import Page, Series
from canary.metrics.proxies.subjects import ITSELF, Backend
from canary.metrics.proxies.targets import Target
from canary.metrics.proxies.unanswered import Shortfalls
from canary.metrics.queries import Sight
from canary.metrics.source import Timing
from canary.metrics.tally import Asking

HORIZON_SECONDS = 600
"""How long a client of a backend is one: a proxy drops a series that was idle for as long."""

LATER = 1.0
"""Seconds by which a start must be later to be another one."""

Counts = Mapping[Place, Mapping[Asking, Counted]]


@dataclass(frozen=True, slots=True)
class Growth:
    """
    One target over one interval.

    Attributes:
        counts: by whom they are about.
        lost: requests that will never be answered, as far as one page can tell.
        lost_before: of the interval before, for good.
    """

    sight: Sight
    counts: Counts
    lost: Mapping[Place, float]
    lost_before: Mapping[Place, float]


@dataclass(slots=True)
class Watch:
    """
    Attributes:
        at: interval that its last page ended; None = there was none.
        started: Unix seconds when the process of that page began.
    """

    target: Target
    timing: Timing
    at: int | None = None
    started: float = 0.0
    answers: Counters = field(default_factory=Counters)
    latencies: Histograms = field(default_factory=Histograms)
    shortfalls: Shortfalls = field(default_factory=Shortfalls)

    @property
    def horizon(self) -> int:
        """In intervals."""
        return -(-HORIZON_SECONDS // self.timing.interval)

    @property
    def workload(self) -> Workload:
        return Workload(self.target.namespace, self.target.deployment)

    def remembers(self, index: int) -> bool:
        """There was a page within the horizon."""
        return self.at is not None and self.at > index - self.horizon

    def places(self) -> frozenset[Place]:
        """Whom it is known to have counted within the horizon; itself always."""
        backends = {series.subject.backend for series in self.answers.known()}
        return frozenset(self._place(backend) for backend in (*backends, ITSELF))

    def saw(self, page: Page, index: int, now: float) -> Growth:
        """The page that ends interval `index`, read at `now`, Unix seconds."""
        if self.at is not None and page.started > self.started + LATER:
            self._forget()
        young = now - page.started <= self.timing.interval + self.timing.scrape
        sight = self._sight(index, young=young)
        baseline = sight is Sight.JOINING
        counts = self._counts(page, index, baseline=baseline)
        unanswered = self.shortfalls.grown(page, index, baseline=baseline)
        before = unanswered.before if self.at == index - 1 else {}
        self.at, self.started = index, page.started
        return Growth(sight, counts, self._placed(unanswered.now), self._placed(before))

    def _forget(self) -> None:
        """Another process counts now, as good as another target."""
        self.at = None
        for counters in (self.answers, self.latencies, self.shortfalls):
            counters.forget()

    def _sight(self, index: int, *, young: bool) -> Sight:
        if self.at is None:
            return Sight.SEEN if young else Sight.JOINING
        if self.at == index:
            return Sight.DOUBLED
        return Sight.SEEN if self.at == index - 1 else Sight.RETURNING

    def _counts(self, page: Page, index: int, *, baseline: bool) -> Counts:
        oldest = index - self.horizon
        found: dict[Place, dict[Asking, Counted]] = defaultdict(dict)
        for series, count in self.answers.grown(page.answers, index, oldest, baseline=baseline).items():
            if count:
                self._enter(found, series, Counted(0.0, count) if series.failed else Counted(count))
        for series, bins in self.latencies.grown(page.latencies, index, oldest, baseline=baseline).items():
            self._enter(found, series, Counted(bins=bins))
        return found

    def _enter(self, found: dict[Place, dict[Asking, Counted]], series: Series, counted: Counted) -> None:
        """A server's counts are of its own pod, and nobody's in particular: its clients are seen by identity only."""
        backend, peer = series.subject
        asking = Asking(Workload(), self.target.pod) if backend == ITSELF else Asking(self.workload, peer)
        found[self._place(backend)].setdefault(asking, Counted()).add(counted)

    def _placed(self, requests: Mapping[Backend, float]) -> Mapping[Place, float]:
        return {self._place(backend): count for backend, count in requests.items() if count}

    def _place(self, backend: Backend) -> Place:
        if backend == ITSELF:
            return Place("servers", self.target.namespace, self.target.deployment)
        return Place("clients", *backend)
