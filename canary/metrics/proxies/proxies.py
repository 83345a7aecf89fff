"""
Counts from the pages of the proxies themselves: for clusters without a Prometheus, and for the demo.

`scrape` is called once at the end of each interval; what a page shows more than the page before belongs to that
interval. The rest answers from what was kept. So there is no past before we began, and a restart begins anew.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Lock

from canary.clock import Clock, SystemClock
from canary.errors import Unavailable
from canary.evidence.increments import Interval
from canary.metrics.meter import Secured
from canary.metrics.proxies.history import History
from canary.metrics.proxies.scraper import Fetch, Read, Scraper, Spread
from canary.metrics.proxies.secured import secured
from canary.metrics.proxies.targets import Targets, twice
from canary.metrics.source import Leaves, Timing

PATIENCE = 0.8
"""Of an interval, for all pages of one scrape together: the next one must not wait for it."""


class Proxies:
    """A Source."""

    def __init__(
        self,
        targets: Targets,
        fetch: Fetch,
        timing: Timing,
        clock: Clock | None = None,
        spread: Spread = map,
    ) -> None:
        """
        Args:
            targets: whose pages are read; asked at every scrape.
            timing: one scrape is made per interval; `timing.scrape` only widens what counts as just started.
            spread: `ThreadPoolExecutor(8).map` reads eight pages at once, `map` one after the other.
        """
        self._scraper = Scraper(targets, fetch, spread)
        self._timing = timing
        self._clock = clock or SystemClock()
        self._history = History(timing)
        self._lock = Lock()
        self._doubt = ""
        self._read: Read = {}

    def scrape(self, now: datetime) -> None:
        """
        Read every page, for the interval that ends about `now`: to be called on the grid, a little late rather than
        early. Never two at a time; a second one for the same interval does nothing. What goes wrong is told by
        `increments`.
        """
        index = round(now.timestamp() / self._timing.interval)
        if self._history.newest is not None and index <= self._history.newest:
            return
        read, why = self._pages()
        with self._lock:
            self._history.enter(index, now.timestamp(), read, why)
            self._doubt = twice(read)
            self._read = read

    def time(self) -> float:
        """By our own clock, which the scrapes go by."""
        return self._clock.now().timestamp()

    def increments(
        self, asked: Sequence[Leaves], first: int, last: int
    ) -> Mapping[Leaves, tuple[Interval, ...]]:
        """As `Source.increments`."""
        if not asked or last < first:
            return dict.fromkeys(asked, ())
        with self._lock:
            if why := self._history.why_blind(last):
                raise Unavailable(f"no proxy's page could be read: {why}")
            return {
                leaves: tuple(self._history.interval(leaves, index) for index in range(first, last + 1))
                for leaves in asked
            }

    def tails(self, leaves: Leaves) -> Mapping[float, float]:
        """As `Source.tails`."""
        with self._lock:
            return self._history.tails(leaves)

    def doubts(self, leaves: Leaves) -> str:  # noqa: ARG002, about all of them alike
        """As `Source.doubts`."""
        return self._doubt

    def secured(self, asked: Sequence[Leaves], seconds: int) -> Secured:  # noqa: ARG002, a page has one moment
        """As `Meter.secured`, of all answers since the proxies started."""
        with self._lock:
            return secured(self._read.values(), asked)

    def _pages(self) -> tuple[Read, str]:
        try:
            return self._scraper.pages(self._clock, PATIENCE * self._timing.interval), ""
        except Unavailable as error:
            return {}, str(error)
