"""
Requests of one client that nobody will ever answer.

When a backend's endpoints vanish, its share waits for 3 s and gets a 504 that no response counter shows. Entered the
backend's queue, not given to an endpoint, no longer waiting: these were never answered. A page is not written in one
moment, so such a shortfall counts for good only once the next page shows it too, in the interval that first had it;
until then that interval, the newest, has it on trial.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from canary.metrics.proxies.counters import Counters
from canary.metrics.proxies.page import Page, Series
from canary.metrics.proxies.subjects import Backend


class Unanswered(NamedTuple):
    """
    By backend.

    Attributes:
        before: in the interval before, for good.
        now: in this one, as far as one page can tell.
    """

    before: Mapping[Backend, float]
    now: Mapping[Backend, float]


@dataclass(slots=True)
class Shortfall:
    """
    Of one backend.

    Attributes:
        missing: requests that entered its queue less those given to an endpoint, since the baseline.
        level: of these, not waiting any more.
        counted: of these, told already.
    """

    missing: float = 0.0
    level: float = 0.0
    counted: float = 0.0

    def confirmed(self, more: float, waiting: float) -> float:
        """Those that both the page before and this one show."""
        self.missing += more
        before, self.level = self.level, self.missing - waiting
        confirmed = max(0.0, min(before, self.level) - self.counted)
        self.counted += confirmed
        return confirmed

    @property
    def on_trial(self) -> float:
        """Those that so far only the last page shows."""
        return max(0.0, self.level - self.counted)


class Shortfalls:
    """Of all backends of one client's proxy."""

    def __init__(self) -> None:
        self._of: dict[Backend, Shortfall] = {}
        self._entered, self._given = Counters(remembering=False), Counters(remembering=False)

    def forget(self) -> None:
        self._of = {}
        self._entered.forget()
        self._given.forget()

    def grown(self, page: Page, index: int, *, baseline: bool) -> Unanswered:
        """The page that ends interval `index`; `before` is about the one that the page before this ended."""
        entered = _by_backend(self._entered.grown(page.entered, index, index, baseline=baseline))
        given = _by_backend(self._given.grown(page.dispatched, index, index, baseline=baseline))
        before, self._of = self._of, {}
        confirmed = {}
        for backend, count in entered.items():
            waiting = page.waiting.get(backend, 0.0)
            shortfall = before.get(backend) or (
                Shortfall(0.0, -waiting, -waiting) if baseline else Shortfall()
            )
            self._of[backend] = shortfall
            confirmed[backend] = shortfall.confirmed(count - given.get(backend, 0.0), waiting)
        return Unanswered(confirmed, {backend: one.on_trial for backend, one in self._of.items()})


def _by_backend(grown: Mapping[Series, float]) -> Mapping[Backend, float]:
    found: dict[Backend, float] = defaultdict(float)
    for series, count in grown.items():
        found[series.subject.backend] += count
    return found
