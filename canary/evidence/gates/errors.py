"""Does the canary fail more than stable does for the same callers in the same seconds?"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from canary.evidence.gates.gate import Measure, answered
from canary.evidence.increments import Arm


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """
    Failures against stable: tolerated up to `ratio` × stable's rate + `margin`.

    Attributes are those of `Gate`. With the defaults a service that fails 0.1 % may rise to 0.35 %.

    It alone is `steady`: what hides a moderate regression is failures that come by the thousand, when a connection or an
    endpoint dies; slowness does not. Latency has a bet per bound already, each of which would pay for one more.
    """

    kind: Literal["errors"] = "errors"
    ratio: float = 1.5
    margin: float = 0.002
    advance_ratio: float = 1.5
    advance_margin: float = 0.01
    weight: float = 0.40
    steady: bool = True

    name: ClassVar[str] = "errors"
    deed: ClassVar[str] = "failed"
    warmup: ClassVar[int] = 0
    bounds: ClassVar[int] = 0

    @property
    def measure(self) -> Measure:
        """Every request."""
        return answered

    def bad(self, arm: Arm) -> float:
        """The failed ones."""
        return arm.failures
