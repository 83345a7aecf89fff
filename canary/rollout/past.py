"""What the source told about the time before a start: asked once, right before the first weight is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from canary.evidence import Interval
from canary.rollout.bounds import Bounds
from canary.rollout.model import format_duration


@dataclass(frozen=True, slots=True)
class Past:
    """
    Attributes:
        away: a sentence, if the source did not answer.
        doubt: a sentence, if its counts would be wrong.
        bounds: the latency bounds to watch, by how fast stable was.
        intervals: the last ones before the start.
    """

    away: str = ""
    doubt: str = ""
    bounds: Bounds = field(default_factory=dict)
    intervals: Sequence[Interval] = ()

    def told(self, unit: timedelta) -> str:
        """How much could be learned from it."""
        known = sum(any(one.stable.requests for one in interval.strata or ()) for interval in self.intervals)
        if not known:
            return "nothing is known of stable's traffic before"
        return f"how bursty stable's failures are was learned from {format_duration(known * unit)} of its traffic"
