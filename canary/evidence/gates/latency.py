"""Is the canary slower than stable for the same callers in the same seconds? One gate per bound of the histogram."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from canary.evidence.gates.gate import Measure, timed
from canary.evidence.increments import Arm

BODY, BODY_RATIO = 0.25, 1.25
"""Where more than a quarter of stable's responses are slower, 1.5 times as many would be nearly all of them."""

ADVANCE_MARGINS, RAREST_MARGIN = ((0.25, 0.05), (0.03, 0.02)), 0.01
"""Tail above which, and the advance margin there; else the last. Rare slowness is told apart more finely than common."""


class AtBound:
    """What all gates have in common that count responses slower than one bound of the histogram."""

    __slots__ = ()
    bound: int

    @property
    def bounds(self) -> int:
        """Up to its own."""
        return self.bound + 1

    @property
    def measure(self) -> Measure:
        """Responses with a measured latency."""
        return timed

    def bad(self, arm: Arm) -> float:
        """The slow ones."""
        slow = arm.slow
        return slow[self.bound] if slow else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency(AtBound):
    """
    Responses slower than one bound, against stable's: tolerated up to `ratio` × stable's part + `margin`.

    A policy watches several bounds at once, so the null hypothesis is "not slower anywhere" (one-sided stochastic order,
    as in Lindon, Sanden & Shirikian 2022, arXiv:2205.14762), and no quantile has to be chosen. The bound that speaks
    loudest explains the verdict. A version that has just started is slow for a while, and so is a new endpoint of it:
    the gate is fixed in advance to place no bets then, which costs nothing in validity.

    Attributes:
        bound: position in `Arm.slow`.
        bound_ms: the bound, for the sentence.
        tail: part of stable's responses that were slower at the start of the rollout, 0-1.
        ratio: as in `Gate`; in the body of the distribution (`BODY`) at most `BODY_RATIO`, whatever is asked for.
        warmup: intervals without bets after the first one with canary requests; half of it after new endpoints.
        weight: of this bound alone; whoever watches several divides.
    """

    bound: int
    bound_ms: float
    tail: float
    kind: Literal["latency"] = "latency"
    ratio: float = 1.5
    margin: float = 0.002
    warmup: int = 12
    weight: float = 0.50

    steady: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.tail > BODY:
            object.__setattr__(self, "ratio", min(self.ratio, BODY_RATIO))

    @property
    def name(self) -> str:
        return f"latency {self.bound_ms:g} ms"

    @property
    def deed(self) -> str:
        return f"were slower than {self.bound_ms:g} ms"

    @property
    def advance_ratio(self) -> float:
        return self.ratio

    @property
    def advance_margin(self) -> float:
        """By the tail, see `ADVANCE_MARGINS`."""
        return next((margin for above, margin in ADVANCE_MARGINS if self.tail > above), RAREST_MARGIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyObjective(AtBound):
    """
    Responses slower than a fixed limit, whatever stable does: `p99: 300ms` allows 1 % of them to be slower than 300 ms.

    It keeps silent while stable misses it too, as the success objective does.

    Attributes:
        bound, bound_ms: the first bound of the histogram at or above the limit; slowness between them is not seen.
        within_ms: the limit as the policy states it.
        margin: part that may be slower: 0.01 for `p99`.
        warmup: as for `Latency`; 0 judges a version from its first response on.
    """

    bound: int
    bound_ms: float
    within_ms: float
    kind: Literal["objective"] = "objective"
    margin: float = 0.01
    warmup: int = 0
    weight: float = 0.10

    steady: ClassVar[bool] = False
    ratio: ClassVar[float] = 0.0
    advance_ratio: ClassVar[float] = 0.0
    advance_margin: ClassVar[float] = 0.0

    @property
    def name(self) -> str:
        return f"objective {100 * (1 - self.margin):g} % within {self.within_ms:g} ms"

    @property
    def deed(self) -> str:
        """Names the bound that was really counted, and why it is another one than the limit."""
        slower_than = f"were slower than {self.bound_ms:g} ms"
        if self.bound_ms == self.within_ms:
            return slower_than
        return f"{slower_than}, the first bound of the histogram from {self.within_ms:g} ms on"
