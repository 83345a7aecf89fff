"""What the fold must know of a gate; it never asks which kind it is."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from canary.evidence.increments import Arm

Measure: TypeAlias = Callable[[Arm], float]
"""Which responses count at all; gates with the same one share what is computed about them."""


def answered(arm: Arm) -> float:
    """Every request."""
    return arm.requests


def timed(arm: Arm) -> float:
    """Those with a measured latency; none where the source told nothing of bounds: silence must not pass for speed."""
    return arm.timed if arm.slow else 0.0


class Gate(Protocol):
    """
    One question put to the increments: is the canary's part of bad responses within its margin?

    A canary is within it while its rate is at most `ratio` × stable's rate + `margin`, whatever stable's rate is.

    Attributes:
        kind: how a policy calls it.
        name: how sentences call it (`errors`, `latency 300 ms`).
        deed: what a bad response did: "3 % of the canary's requests *failed*".
        weight: its part of alpha, 0–1; the weights of a rollout's gates add up to at most 1.
        ratio: of stable's rate; 0 makes the gate absolute. A relative gate must be passed to advance, an absolute one
            keeps silent while stable misses it too.
        margin: added on top, as a part of the requests, 0–1.
        advance_ratio, advance_margin: the same two for the evidence that lets the canary advance.
        steady: failures come in bursts that hide a canary which fails steadily, so a relative gate places the bet of
            `bounded` as well.
        warmup: intervals after the canary's first request in which it places no bets; half of them after a scale-up.
        bounds: of the latency histogram, how many it needs to be told.
        measure: the responses it looks at, good and bad.
    """

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def deed(self) -> str: ...
    @property
    def weight(self) -> float: ...
    @property
    def ratio(self) -> float: ...
    @property
    def margin(self) -> float: ...
    @property
    def advance_ratio(self) -> float: ...
    @property
    def advance_margin(self) -> float: ...
    @property
    def steady(self) -> bool: ...
    @property
    def warmup(self) -> int: ...
    @property
    def bounds(self) -> int: ...
    @property
    def measure(self) -> Measure: ...

    def bad(self, arm: Arm) -> float:
        """The bad ones among them."""
        ...
