"""Which interval it is, by the source's clock: samples carry its time, so the grid must too."""

import math
from datetime import timedelta

from canary.clock import Clock


class Grid:
    """
    Interval indices between two looks at the source's clock.

    Attributes:
        unit: length of an interval, whole seconds.
    """

    def __init__(self, clock: Clock, unit: timedelta) -> None:
        self._clock = clock
        self._told = clock.now().timestamp() - clock.monotonic()
        self.unit = unit

    def index(self) -> int:
        """The last interval that is over, now. A wall clock that is set meanwhile moves nothing."""
        return self.at(self._told + self._clock.monotonic())

    def at(self, seconds: float) -> int:
        """The last interval that was over at `seconds` of the source's clock."""
        return math.floor(seconds / self.unit.total_seconds())

    def correct(self, asked: float, told: float) -> None:
        """
        Take over the source's clock.

        Args:
            asked: our monotonic time *before* the question, so that we are never behind the source: an interval that is
                not wholly after a write must not be taken for one.
            told: its time in the answer, Unix seconds.
        """
        self._told = told - asked
