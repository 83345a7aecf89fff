"""One allowance of time, shared by all the calls that one question needs."""

from canary.clock import Clock
from canary.errors import Unavailable


class Deadline:
    """So many seconds from now."""

    def __init__(self, clock: Clock, seconds: float, who: str = "Prometheus") -> None:
        """
        Args:
            who: is to answer until then, for the sentence.
        """
        self._who = who
        self._clock = clock
        self._seconds = seconds
        self._ends = clock.monotonic() + seconds

    def left(self) -> float:
        """
        Seconds left, more than 0.

        Raises:
            Unavailable: nothing is left.
        """
        left = self._ends - self._clock.monotonic()
        if left <= 0:
            raise Unavailable(f"{self._who} did not answer within {self._seconds:g} s")
        return left
