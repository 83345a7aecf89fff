"""What proxies counted about one backend in one interval, before anybody asks for it: small, since hours of it are kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from canary.metrics.source import View
from canary.metrics.tally import Answered


class Place(NamedTuple):
    """Whom counts are about: a Service as its clients saw it, or a Deployment as its own proxies did."""

    view: View
    namespace: str
    name: str


@dataclass(slots=True)
class Counted:
    """
    Attributes:
        bins: upper bound in ms → answers that took at most so long, and longer than the next smaller bound; only
            those that there are.
    """

    successes: float = 0.0
    failures: float = 0.0
    bins: dict[float, float] = field(default_factory=dict)

    def add(self, other: "Counted") -> None:
        self.successes += other.successes
        self.failures += other.failures
        for bound, count in other.bins.items():
            self.bins[bound] = self.bins.get(bound, 0.0) + count

    def answered(self, bounds: Sequence[float]) -> Answered:
        """
        As Prometheus would tell it.

        Args:
            bounds: ms, of every bucket there is.
        """
        counts = {"success": self.successes, "failure": self.failures}
        return Answered(counts, {f"{bound:g}": count for bound, count in within(self.bins, bounds).items()})


def total(parts: Iterable[Counted]) -> Counted:
    whole = Counted()
    for part in parts:
        whole.add(part)
    return whole


def within(bins: Mapping[float, float], bounds: Sequence[float]) -> Mapping[float, float]:
    """How many took at most so long; bounds in ms, each that of a bucket."""
    return {bound: sum(count for upper, count in bins.items() if upper <= bound) for bound in bounds}


def tails(bins: Mapping[float, float], bounds: Sequence[float]) -> Mapping[float, float]:
    """The part, 0-1, that took longer than each bound; {} where nothing was timed."""
    timed = sum(bins.values())
    if not timed:
        return {}
    below = within(bins, bounds)
    return {bound: 1.0 - below[bound] / timed for bound in bounds if bound < inf}
