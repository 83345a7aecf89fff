"""
The evidence of all active rollouts: asked for in batches, folded, published as immutable values.

Live, after an outage, after a restart and in replay it is the same question ("every interval since the last final
one") and the same fold on top of the checkpoint in the stamp. So what is in memory is only a shortcut. What is certain
without the intervals that were missed is published first: a dead canary does not wait for them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from canary.daemon.asking import leaves
from canary.daemon.judged import Identity, Judged, at_hand, begun, folded, identity
from canary.daemon.rebuild import MOST, Missing, Rebuild
from canary.errors import CanaryError
from canary.evidence import Interval
from canary.metrics.source import Leaves, Source
from canary.rollout.boundary import PROVISIONAL
from canary.rollout.stamp import Stamp
from canary.terms import Phase

Found = dict[Identity, tuple[Interval, ...]]

HURRIED = frozenset({Phase.PROGRESSING, Phase.BAKING})


class Wanted(NamedTuple):
    """One rollout whose evidence is needed, and what is known about it."""

    leaves: Leaves
    stamp: Stamp
    judged: Judged


class Folds:
    """
    One per process; `tick` is called by one thread at a time, everything else by any.

    Attributes:
        away: a sentence, while the source as a whole does not answer.
        away_since: interval since when, by our own clock.
    """

    def __init__(self, source: Source, unit: timedelta, piece: int = MOST) -> None:
        """
        Args:
            piece: how many missed intervals are read again in a tick.
        """
        self._source = source
        self._unit = unit
        self._rebuild = Rebuild(source, piece)
        self._judged: Mapping[Identity, Judged] = {}
        self.away = ""
        self.away_since: int | None = None

    def of(self, stamp: Stamp) -> Judged | None:
        """What was published about the step this stamp is at."""
        return self._judged.get(identity(stamp))

    def tick(
        self, active: Sequence[tuple[str, Stamp]], last: int, published: Callable[[], None] = lambda: None
    ) -> None:
        """
        Read and fold everything up to interval `last` for the rollouts that are on a rung.

        Args:
            active: namespace and stamp of each.
            published: called when the newest is known, before what was missed is read again, which may take long.
        """
        known = [
            (namespace, stamp, self.of(stamp) or begun(stamp, self._unit)) for namespace, stamp in active
        ]
        wanted = [
            Wanted(leaves(namespace, stamp), stamp, at_hand(stamp, judged, last, self._unit))
            for namespace, stamp, judged in known
        ]
        try:
            found = self._read(wanted, last)
        except CanaryError as error:
            self.lost(str(error), last)
            self._judged = {judged.about: judged.in_the_dark for _, _, judged in known}
            return
        self._judged = self._folded(wanted, found, last)
        # Not before: until now the verdicts were those from before an outage.
        self.away, self.away_since = "", None
        published()
        again = self._read_again(wanted, last)
        behind = [one for one in wanted if one.judged.about in again]
        both = {about: (*intervals, *found[about]) for about, intervals in again.items()}
        self._judged = {**self._judged, **self._folded(behind, both, last)}

    def _folded(self, wanted: Iterable[Wanted], found: Found, last: int) -> Mapping[Identity, Judged]:
        return {
            judged.about: folded(stamp, judged, found[judged.about], last, self._unit)
            for _, stamp, judged in wanted
        }

    def lost(self, why: str, now: int) -> None:
        """The source as a whole did not answer."""
        self.away = why
        self.away_since = now if self.away_since is None else self.away_since

    def _read(self, wanted: Iterable[Wanted], last: int) -> Found:
        """The newest intervals are asked for together, whoever began when."""
        batches: dict[int, dict[Leaves, list[Identity]]] = defaultdict(lambda: defaultdict(list))
        found: Found = {}
        for asked, _, judged in wanted:
            found[judged.about] = ()
            if judged.next <= last:
                batches[min(judged.next, last - PROVISIONAL)][asked].append(judged.about)
        for first, together in batches.items():
            answer = self._source.increments(tuple(together), first, last)
            found |= {about: answer[asked] for asked, some in together.items() for about in some}
        return found

    def _read_again(self, wanted: Iterable[Wanted], last: int) -> Mapping[Identity, Sequence[Interval]]:
        missing = [
            Missing(stamp.phase not in HURRIED, judged.missed, judged.about, asked)
            for asked, stamp, judged in wanted
            if judged.behind is not None and judged.missed <= last - PROVISIONAL
        ]
        return self._rebuild.read(missing, last - PROVISIONAL) if missing else {}
