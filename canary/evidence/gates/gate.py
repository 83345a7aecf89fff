"""What the fold must know of a gate; it never asks which kind it is."""

from typing import Protocol

from canary.evidence.increments import Arm


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

    def counts(self, arm: Arm) -> tuple[float, float]:
        """Requests this gate looks at, and the bad ones among them."""
        ...
