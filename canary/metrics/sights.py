"""The answer to `queries.freshness`, sorted: whether the counts of one interval can be believed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from canary.metrics.answers import Series, number
from canary.metrics.moments import Moment, Workload, moments, workload
from canary.metrics.queries import Columns, Sight

SIGHTS = {f"{sight:d}": sight for sight in Sight}
BLIND = "Prometheus has no fresh data of any proxy: just started, wiped, or not scraping them"


class Seen(NamedTuple):
    """So many targets of one client workload in one state."""

    workload: Workload
    sight: Sight
    targets: float


@dataclass(slots=True)
class Sights:
    """
    Attributes:
        flaws: what makes a moment unknown whatever else was seen.
        meshed: intervals over which Prometheus saw any proxy of the mesh.
    """

    columns: Columns
    seen: dict[Moment, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    flaws: dict[Moment, str] = field(default_factory=dict)
    meshed: set[int] = field(default_factory=set)

    @classmethod
    def read(cls, rows: Iterable[Series], columns: Columns, seconds: int) -> "Sights":
        """
        Args:
            seconds: U.
        """
        sights = cls(columns)
        for row in rows:
            sights._enter(row, seconds)
        return sights

    def why_unknown(self, backends: Sequence[Moment]) -> str:
        """Why the counts of these, in one interval, say nothing; "" where they do."""
        for moment in backends:
            if flaw := self.flaws.get(moment):
                return flaw
        if not self.columns.client:
            return self._unseen_servers(backends)
        seen = {one for moment in backends for one in self.seen.get(moment, ())}
        if not seen:
            return "" if backends[0].at in self.meshed else BLIND
        return _unseen("client ", seen)

    def _unseen_servers(self, backends: Sequence[Moment]) -> str:
        """Here the proxies are the backend's own, and one that nobody scrapes is no backend that nobody asked."""
        for moment in backends:
            deployment = Workload(moment.namespace, moment.service)
            seen = {one._replace(workload=deployment) for one in self.seen.get(moment, ())}
            if not seen:
                return f"no proxy of Deployment {deployment} is scraped: is it meshed, and is that its name?"
            if why := _unseen("Deployment ", seen):
                return why
        return ""

    def _enter(self, row: Series, seconds: int) -> None:
        if not row.labels:
            self.meshed.update(
                moment.at for moment, value in moments(row, self.columns, seconds) if number(value)
            )
            return
        sent = row.labels.get("sight", "")
        for moment, value in moments(row, self.columns, seconds):
            targets = number(value)
            if targets is None or targets < 1 or sent not in SIGHTS:
                self.flaws[moment] = f"Prometheus counts {value!r} targets in state {sent!r}"
            else:
                self.seen[moment].append(Seen(workload(row, self.columns), SIGHTS[sent], targets))


def _unseen(kind: str, seen: Iterable[Seen]) -> str:
    """Who was seen badly. One that joins leaves the others' counts exact; alone it leaves nothing to count."""
    worst = max(sorted(seen), key=lambda one: one.sight)
    name = f"{kind}{str(worst.workload) or 'without a name'}"
    who = f"{worst.targets:g} target(s) of {name}"
    if worst.sight is Sight.DOUBLED:
        return f"{who} are on record twice: scraped by two, or just relabelled"
    if worst.sight is Sight.LOST:
        return f"no fresh sample of {who}"
    if worst.sight is Sight.RETURNING:
        return f"{who} return after a gap: their counts cover more than this interval"
    if all(one.sight is Sight.JOINING for one in seen):
        return f"{name} was sampled for the first time: its counts begin with the next interval"
    return ""
