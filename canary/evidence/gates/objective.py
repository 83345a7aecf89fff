"""Does the canary keep the service's success objective? The only question left when stable has no traffic."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from canary.evidence.gates.gate import Measure, answered
from canary.evidence.increments import Arm


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """
    Failures against a fixed allowance, whatever stable does.

    It keeps silent while stable misses the objective too: that is an outage, not a bad version.

    Attributes:
        margin: 1 - the success objective: 0.01 stands for 99 %.
        advance_margin: kept for symmetry with `Gate`; an absolute gate lets nothing advance by itself.
    """

    kind: Literal["objective"] = "objective"
    margin: float = 0.01
    advance_margin: float = 0.02
    weight: float = 0.10

    name: ClassVar[str] = "objective"
    deed: ClassVar[str] = "failed"
    steady: ClassVar[bool] = False
    warmup: ClassVar[int] = 0
    bounds: ClassVar[int] = 0
    ratio: ClassVar[float] = 0.0
    advance_ratio: ClassVar[float] = 0.0

    @property
    def measure(self) -> Measure:
        """Every request."""
        return answered

    def bad(self, arm: Arm) -> float:
        """The failed ones."""
        return arm.failures
