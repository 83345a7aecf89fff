"""What every source of counts answers, and the words it is asked with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from canary.evidence.increments import Interval

View: TypeAlias = Literal["clients", "servers"]
"""
Whose proxies count.

`clients`: the callers'. They see everything that went wrong on the way, too, and who asked.
`servers`: the backends' own, where callers' proxies are not on record (another cluster, another Prometheus). They see
neither who asked nor what never reached them; callers outside the mesh are not counted, as the mesh does not split
their requests.
"""


NEWEST = 3
"""Intervals without any proxy of the mesh after which a source sees nothing, rather than that nobody asked."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """
    The two backends of one rollout: Services of `namespace`.

    Attributes:
        bounds: milliseconds, ascending; answers are counted as slower than each (`Arm.slow`). Without any,
            latency is not asked for.
        workloads: for the servers' view, the Deployments behind stable and canary, in this order; the proxies'
            series do not know their Service. () = they are named like the Services.
        apex: for the clients' view, the Service in front of both, which gets nothing from clients that follow the
            split (`Interval.astray`). "" = there is none, or it is one of the two.
    """

    namespace: str
    stable: str
    canary: str
    bounds: tuple[float, ...] = ()
    view: View = "clients"
    workloads: tuple[str, str] | tuple[()] = ()
    apex: str = ""


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


@dataclass(frozen=True, slots=True)
class Points:
    """
    A number at the ends of some intervals, in order.

    Attributes:
        values: None where there was none, or none that is finite.
        odd: a sentence about why; "" = there are none of these.
    """

    values: tuple[float | None, ...]
    odd: str = ""


class Numbers(Protocol):
    """Answers PromQL that others wrote."""

    def points(self, query: str, first: int, last: int) -> Points:
        """
        The one number that `query` answers, at the end of every interval `first`..`last`; unknown where it is not one.

        Raises:
            Unavailable: no usable answer before the deadline.
            Stalled: it will not answer us before a person changes something.
        """


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
            Unavailable: the source answered for none of them, or sees no proxy of the mesh any more.
            Stalled: it will not answer us before a person changes something.
        """

    def tails(self, leaves: Leaves) -> Mapping[float, float]:
        """
        Which part (0-1) of stable's responses of the last hour was slower than each bound (ms) there is.

        {} where there was none.

        Raises:
            Unavailable: the source did not answer.
            Stalled: it will not answer us before a person changes something.
        """

    def doubts(self, leaves: Leaves) -> str:
        """
        A sentence that says why counts about these would be wrong, and what to do about it; "" where nothing is.

        Raises:
            Unavailable: the source did not answer.
            Stalled: it will not answer us before a person changes something.
        """
