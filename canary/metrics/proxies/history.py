"""What all pages so far told: the targets' memories between scrapes, and the intervals made of their differences."""

from collections.abc import Mapping

from canary.errors import Unavailable
from canary.evidence.increments import Interval
from canary.metrics.proxies.counted import tails, total
from canary.metrics.proxies.rounds import Round, Rounds
from canary.metrics.proxies.scraper import Read
from canary.metrics.proxies.targets import Target
from canary.metrics.proxies.told import places, told
from canary.metrics.proxies.watch import Growth, Watch
from canary.metrics.queries import refusal
from canary.metrics.source import NEWEST, Leaves, Timing

NOBODY = "nobody is listed to be scraped"


class History:
    """For one thread at a time."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._rounds = Rounds(timing.interval)
        self._watches: dict[tuple[str, str], Watch] = {}
        self._bounds: tuple[float, ...] = ()

    @property
    def newest(self) -> int | None:
        """The interval that the last scrape ended; None = there was none."""
        return self._rounds.newest

    def enter(self, index: int, now: float, read: Read, why: str = "") -> None:
        """
        A scrape.

        Args:
            now: Unix seconds.
            why: where nobody knew whom to ask, the reason.
        """
        newest, growths = Round(why=why or ("" if read else NOBODY)), list[tuple[Watch, Growth]]()
        for target, page in read.items():
            watch = self._watch(target)
            if isinstance(page, Unavailable):
                newest.missed(watch, str(page))
            else:
                growths.append((watch, watch.saw(page, index, now)))
                newest.saw(*growths[-1])
                self._bounds = page.bounds or self._bounds
        if before := self._rounds.get(index - 1):
            before.settle(growths)
        self._rounds.add(index, newest)
        self._watches = {who: watch for who, watch in self._watches.items() if watch.remembers(index)}

    def interval(self, leaves: Leaves, index: int) -> Interval:
        """What is known of it, or why it is not."""
        kept, why = self._rounds.get(index), refusal(leaves)
        if kept is None or why:
            return Interval(index, None, why=why or self._rounds.why_missing(index))
        return told(kept, leaves, index, self._bounds)

    def tails(self, leaves: Leaves) -> Mapping[float, float]:
        """As `Source.tails`."""
        stable, _ = places(leaves)
        counts = (counted for kept in self._rounds for counted in kept.counts.get(stable, {}).values())
        return tails(total(counts).bins, self._bounds)

    def why_blind(self, last: int) -> str:
        """Why none of the newest intervals up to `last` tells anything about anybody; "" where one does."""
        newest = [self._rounds.get(index) for index in range(last - NEWEST + 1, last + 1)]
        if any(kept and kept.pages for kept in newest):
            return ""
        said = next((kept.why for kept in reversed(newest) if kept and kept.why), "")
        return said or self._rounds.why_missing(last)

    def _watch(self, target: Target) -> Watch:
        who = (target.namespace, target.pod)
        if who not in self._watches:
            self._watches[who] = Watch(target, self._timing)
        self._watches[who].target = target
        return self._watches[who]
