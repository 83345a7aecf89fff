"""Does the canary fail more than stable does for the same callers in the same seconds?"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from canary.evidence.increments import Arm


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """
    Failures against stable: tolerated up to `ratio` × stable's rate + `margin`.

    Attributes are those of `Gate`. With the defaults a service that fails 0.1 % may rise to 0.35 %.
    """

    kind: Literal["errors"] = "errors"
    ratio: float = 1.5
    margin: float = 0.002
    advance_ratio: float = 1.5
    advance_margin: float = 0.01
    weight: float = 0.40

    name: ClassVar[str] = "errors"
    deed: ClassVar[str] = "failed"

    def counts(self, arm: Arm) -> tuple[float, float]:
        """Every request, and the failed ones."""
        return arm.requests, arm.failures
