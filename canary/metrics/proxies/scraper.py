"""Reads the pages of all targets within one allowance of time; a proxy that does not answer costs its own page only."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Protocol, TypeAlias, TypeVar

from canary.clock import Clock
from canary.errors import Unavailable
from canary.metrics.deadline import Deadline
from canary.metrics.proxies.page import Page, read
from canary.metrics.proxies.targets import Target, Targets

Result = TypeVar("Result")
Read: TypeAlias = Mapping[Target, Page | Unavailable]
"""A page of each target, or why there is none."""


class Fetch(Protocol):
    """Reads one page; threads may share it."""

    def __call__(self, target: Target, deadline: Deadline, /) -> str:
        """
        What `/metrics` of that proxy shows now.

        Raises:
            Unavailable: nothing before the deadline.
        """


class Spread(Protocol):
    """Does the same work for each: `map` one after the other, an executor's `map` several at once."""

    def __call__(
        self, work: Callable[[Target], Result], targets: Iterable[Target], /
    ) -> Iterable[Result]: ...


class Scraper:
    """One scrape after the other."""

    def __init__(self, targets: Targets, fetch: Fetch, spread: Spread) -> None:
        self._targets, self._fetch, self._spread = targets, fetch, spread

    def pages(self, clock: Clock, seconds: float) -> Read:
        """
        All of them; the same target listed twice is read once.

        Args:
            seconds: for all of them together.

        Raises:
            Unavailable: nobody knows the targets.
        """
        targets = tuple(dict.fromkeys(self._targets()))
        work = partial(self._page, Deadline(clock, seconds, "its proxy"))
        return dict(zip(targets, self._spread(work, targets), strict=True))

    def _page(self, deadline: Deadline, target: Target) -> Page | Unavailable:
        try:
            return read(self._fetch(target, deadline))
        except Unavailable as error:
            return Unavailable(f"{target}: {error}", at=target.url)
