"""
The counts of one batch, sorted by backend and interval, without I/O.

Rows nobody asked for do no harm. What is odd makes its own moment unknown and no other.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from canary.metrics.answers import Series, number
from canary.metrics.moments import Moment, Workload, moments, workload
from canary.metrics.queries import Columns
from canary.metrics.unanswered import flows

FAILURE = "failure"
CLASSES = ("success", FAILURE)


class Asking(NamedTuple):
    """One client workload and the endpoint that answered it."""

    workload: Workload
    pod: str


@dataclass(slots=True)
class Answered:
    """
    What one endpoint answered one client workload in one interval.

    Attributes:
        counts: by classification.
        buckets: by `le`, as Prometheus writes it.
    """

    counts: dict[str, float] = field(default_factory=dict)
    buckets: dict[str, float] = field(default_factory=dict)

    @property
    def requests(self) -> float:
        return sum(self.counts.values())

    @property
    def failures(self) -> float:
        return self.counts.get(FAILURE, 0.0)


Cells: TypeAlias = Mapping[Asking, Answered]


@dataclass(slots=True)
class Tally:
    """
    Attributes:
        cells: what was answered.
        lost: how many requests of a client workload were never answered.
        flaws: what makes a moment unknown.
    """

    columns: Columns
    cells: dict[Moment, dict[Asking, Answered]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Answered))
    )
    lost: dict[Moment, dict[Workload, float]] = field(default_factory=lambda: defaultdict(dict))
    flaws: dict[Moment, str] = field(default_factory=dict)

    def answers(self, rows: Iterable[Series], seconds: int) -> None:
        """
        Enter the answer to `queries.answers`.

        Args:
            seconds: U.
        """
        for row in rows:
            kind, asking = row.labels.get("classification"), self._asking(row)
            for moment, value in moments(row, self.columns, seconds):
                if kind not in CLASSES:
                    self.flaws[moment] = f"Prometheus counts {value!r} requests of class {kind!r}"
                else:
                    cell = self.cells[moment][asking]
                    self._enter(moment, asking, cell.counts, (kind, value, f"requests of class {kind!r}"))

    def latencies(self, rows: Iterable[Series], seconds: int) -> None:
        """Enter the answer to `queries.latencies`."""
        for row in rows:
            le, asking = row.labels.get("le", ""), self._asking(row)
            for moment, value in moments(row, self.columns, seconds):
                if not _is_bound(le):
                    self.flaws[moment] = f"Prometheus counts {value!r} responses within {le!r} ms"
                else:
                    cell = self.cells[moment][asking]
                    self._enter(moment, asking, cell.buckets, (le, value, f"responses within {le!r} ms"))

    def queues(self, rows: Iterable[Series], troubled: Collection[Moment], seconds: int) -> None:
        """
        Enter the answer to `queries.queues` where there was trouble; the answers come first.

        Where answers are counted and requests sent on are not, that counter is not scraped, and nothing can be said.
        """
        moments_of: dict[tuple[str, str], list[Moment]] = defaultdict(list)
        for moment in troubled:
            moments_of[moment[:2]].append(moment)
        for (namespace, service, client), flow in flows(rows, self.columns, seconds).items():
            for moment in moments_of.get((namespace, service), ()):
                if odd := flow.oddity(moment.at):
                    self.flaws[moment] = odd
                elif (lost := flow.lost(moment.at)) and (
                    flow.measured(moment.at) or not self._heard(moment, client)
                ):
                    self.lost[moment][client] = lost

    def _heard(self, moment: Moment, client: Workload) -> bool:
        cells = self.cells.get(moment, {})
        return any(asking.workload == client and answered.requests for asking, answered in cells.items())

    def _asking(self, row: Series) -> Asking:
        return Asking(workload(row, self.columns), row.labels.get(self.columns.pod, ""))

    def _enter(
        self, moment: Moment, asking: Asking, counts: dict[str, float], new: tuple[str, object, str]
    ) -> None:
        key, sent, what = new
        count = number(sent)
        if count is None or count < 0:
            self.flaws[moment] = f"Prometheus counts {sent!r} {what}"
        elif key in counts:
            self.flaws[moment] = f"Prometheus answers twice for the same requests{_of(asking.workload)}"
        else:
            counts[key] = count


def _is_bound(le: str) -> bool:
    return le == "+Inf" or number(le) is not None


def _of(client: Workload) -> str:
    return f" of client {client}" if client != Workload() else ""
