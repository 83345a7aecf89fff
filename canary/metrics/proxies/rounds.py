"""
The last hour, interval by interval: what was counted and who was seen, for every backend on the pages.

Nobody knows yet which rollout will ask, and about which past. So all is kept, but not more than `ROWS`: where there
is that much traffic to tell apart, the past is shorter.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from canary.metrics.moments import Workload
from canary.metrics.proxies.counted import Counted, Place
from canary.metrics.proxies.watch import Growth, Watch
from canary.metrics.queries import Sight
from canary.metrics.tally import Asking

KEPT_SECONDS = 3600
ROWS = 100_000
"""Endpoints times clients times intervals; some 500 bytes each."""


@dataclass(slots=True)
class Round:
    """
    One interval.

    Attributes:
        pages: that were read at its end.
        why: where none was, the reason.
        lost: requests that were never answered.
        seen: targets that count for a backend.
    """

    pages: int = 0
    why: str = ""
    counts: dict[Place, dict[Asking, Counted]] = field(default_factory=lambda: defaultdict(dict))
    lost: dict[Place, dict[Workload, float]] = field(default_factory=lambda: defaultdict(dict))
    seen: dict[Place, Counter[tuple[Workload, Sight]]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def rows(self) -> int:
        return sum(map(len, self.counts.values()))

    def saw(self, watch: Watch, growth: Growth) -> None:
        """A page of that target."""
        self.pages += 1
        self._sight(watch, growth.sight)
        self._never_answered(watch, growth.lost)
        for place, counts in growth.counts.items():
            for asking, counted in counts.items():
                self.counts[place].setdefault(asking, Counted()).add(counted)

    def missed(self, watch: Watch, why: str) -> None:
        """No page of that target; where there never was one, nobody has lost anything."""
        self.why = self.why or why
        if watch.at is not None:
            self._sight(watch, Sight.LOST)

    def settle(self, growths: Iterable[tuple[Watch, Growth]]) -> None:
        """What the pages after it say about requests that were never answered."""
        self.lost.clear()
        for watch, growth in growths:
            self._never_answered(watch, growth.lost_before)

    def _never_answered(self, watch: Watch, requests: Mapping[Place, float]) -> None:
        for place, count in requests.items():
            lost = self.lost[place]
            lost[watch.workload] = lost.get(watch.workload, 0.0) + count

    def _sight(self, watch: Watch, sight: Sight) -> None:
        for place in watch.places():
            self.seen[place][watch.workload, sight] += 1


class Rounds:
    """
    The latest ones.

    Attributes:
        newest: interval of the last one; None = there was none.
    """

    def __init__(self, seconds: int, rows: int = ROWS) -> None:
        """
        Args:
            seconds: U.
            rows: at most, in all.
        """
        self.newest: int | None = None
        self._most, self._most_rows = KEPT_SECONDS // seconds, rows
        self._of: dict[int, Round] = {}
        self._rows = 0

    def __iter__(self) -> Iterator[Round]:
        return iter(self._of.values())

    def get(self, index: int) -> Round | None:
        return self._of.get(index)

    def add(self, index: int, newest: Round) -> None:
        """The newest; the oldest make room for it."""
        self._of[index], self.newest = newest, index
        self._rows += newest.rows
        while min(self._of) <= index - self._most or (self._rows > self._most_rows and len(self._of) > 1):
            self._rows -= self._of.pop(min(self._of)).rows

    def why_missing(self, index: int) -> str:
        """Why there is none of that interval."""
        if self.newest is None or index > self.newest:
            return "the proxies' pages of its end are not read yet"
        if index < min(self._of):
            return "it ended before we began to read the proxies' pages, or longer ago than we remember"
        return "nobody read the proxies' pages at its end"
