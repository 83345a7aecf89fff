"""
The evidence of all active rollouts: asked for in batches, folded, published as immutable values.

Live, after an outage, after a restart and in replay it is the same question ("every interval since the last final
one") and the same fold on top of the checkpoint in the stamp. So what is in memory is only a shortcut.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from canary.errors import CanaryError
from canary.evidence import Evidence, Interval, Verdict
from canary.metrics.source import Leaves, Source
from canary.rollout.boundary import bake, boundary
from canary.rollout.stamp import Stamp

PROVISIONAL = 2
"""The newest intervals may still change: a scrape that ends late is not yet visible. They may roll back, never advance."""

Identity = tuple[str, str, int, int, int]
"""What evidence is about: route uid, id, attempt, step, first interval."""


@dataclass(frozen=True, slots=True)
class Judged:
    """
    What is published about one rollout.

    Attributes:
        about: the step it is about; evidence about another one says nothing.
        sure: all final intervals, folded.
        verdict: with the provisional ones; None until everything up to now was read.
        unknown_since: interval at which the source began to answer, but not about this rollout; None = it does.
    """

    about: Identity
    sure: Evidence
    verdict: Verdict | None = None
    unknown_since: int | None = None


def identity(stamp: Stamp) -> Identity:
    """What evidence for this stamp must be about."""
    return (stamp.uid, stamp.id, stamp.attempt, stamp.step, stamp.since)


class Folds:
    """
    One per process; `tick` is called by one thread at a time, everything else by any.

    Attributes:
        away: a sentence, while the source as a whole does not answer.
        away_since: interval since when, by our own clock.
    """

    def __init__(self, source: Source, unit: timedelta) -> None:
        self._source = source
        self._unit = unit
        self._judged: Mapping[Identity, Judged] = {}
        self.away = ""
        self.away_since: int | None = None

    def of(self, stamp: Stamp) -> Judged | None:
        """What was published about the step this stamp is at."""
        return self._judged.get(identity(stamp))

    def tick(self, active: Sequence[tuple[str, Stamp]], last: int) -> None:
        """
        Read and fold everything up to interval `last` for the rollouts that are on a rung.

        Args:
            active: namespace and stamp of each.
        """
        known = {identity(stamp): self.of(stamp) or _begin(stamp) for _, stamp in active}
        wanted = [(namespace, stamp, known[identity(stamp)]) for namespace, stamp in active]
        try:
            found = self._read(wanted, last)
        except CanaryError as error:
            self.lost(str(error), last)
            self._judged = {about: replace(judged, unknown_since=None) for about, judged in known.items()}
            return
        self.away, self.away_since = "", None
        self._judged = {
            judged.about: self._fold(stamp, judged, found[judged.about], last) for _, stamp, judged in wanted
        }

    def lost(self, why: str, now: int) -> None:
        """The source as a whole did not answer."""
        self.away = why
        self.away_since = now if self.away_since is None else self.away_since

    def _read(
        self, wanted: Iterable[tuple[str, Stamp, Judged]], last: int
    ) -> dict[Identity, tuple[Interval, ...]]:
        batches: dict[int, dict[Leaves, list[Judged]]] = defaultdict(lambda: defaultdict(list))
        found: dict[Identity, tuple[Interval, ...]] = {}
        for namespace, stamp, judged in wanted:
            found[judged.about] = ()
            first = _first(stamp, judged)
            if first <= last:
                together = min(first, last - PROVISIONAL)
                batches[together][Leaves(namespace, stamp.stable, stamp.canary)].append(judged)
        for first, asked in batches.items():
            answer = self._source.increments(tuple(asked), first, last)
            found |= {judged.about: answer[leaves] for leaves, some in asked.items() for judged in some}
        return found

    def _fold(self, stamp: Stamp, judged: Judged, intervals: tuple[Interval, ...], last: int) -> Judged:
        sure, first = judged.sure, _first(stamp, judged)
        new = [interval for interval in intervals if interval.index >= first]
        for interval in new:
            if interval.index <= last - PROVISIONAL:
                sure = sure.feed(
                    interval, settled=stamp.settled is not None and interval.index >= stamp.settled
                )
        ahead = sure
        for interval in new:
            if interval.index > last - PROVISIONAL and interval.strata is not None:
                ahead = ahead.feed(interval, settled=False)
        since = (judged.unknown_since or last) if sure.unknown else None
        return replace(judged, sure=sure, verdict=ahead.judge(bake(stamp, self._unit)), unknown_since=since)


def _begin(stamp: Stamp) -> Judged:
    return Judged(identity(stamp), boundary(stamp))


def _first(stamp: Stamp, judged: Judged) -> int:
    """The first interval that is not folded for good. The newest ones are asked for together, whoever began when."""
    return max(judged.sure.through + 1, stamp.since)
