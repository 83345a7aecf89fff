"""What every source of counts answers, and the words it is asked with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from canary.evidence.increments import Interval


@dataclass(frozen=True, slots=True)
class Leaves:
    """The two backends of one rollout: Services of `namespace`."""

    namespace: str
    stable: str
    canary: str


@dataclass(frozen=True, slots=True)
class Timing:
    """
    The grid.

    Attributes:
        interval: U, seconds of one evidence interval.
        scrape: seconds between two scrapes of a proxy.
    """

    interval: int
    scrape: int

    def __post_init__(self) -> None:
        if self.scrape < 1 or self.interval < self.scrape or self.interval % self.scrape:
            raise ValueError(
                f"an interval of {self.interval} s is no multiple of scrapes every {self.scrape} s"
            )


class Source(Protocol):
    """Exact counts per interval of a grid on the source's own clock."""

    def time(self) -> float:
        """
        Unix seconds of the source's clock, by which intervals begin and end.

        Raises:
            Unavailable: the source did not answer.
            Stalled: it will not answer us before a person changes something.
        """

    def increments(
        self, asked: Sequence[Leaves], first: int, last: int
    ) -> Mapping[Leaves, tuple[Interval, ...]]:
        """
        Every interval `first`..`last` of every rollout asked for; those not known have `strata` None and say why.

        Raises:
            Unavailable: the source answered for none of them.
            Stalled: it will not answer us before a person changes something.
        """
