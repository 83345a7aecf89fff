"""A clock that does not wait."""

import threading
from datetime import UTC, datetime, timedelta


class JumpingClock:
    """
    Waiting moves it at once; after so many waits it sets the event waited for, which ends the loop under test.

    Attributes:
        waits: seconds of each wait, in order.
    """

    def __init__(self, waits: int) -> None:
        self.waits: list[float] = []
        self._left = waits
        self._seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    def advance(self, seconds: float) -> None:
        self._seconds += seconds

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.waits.append(seconds)
        self.advance(seconds)
        self._left -= 1
        if self._left <= 0:
            event.set()
        return event.is_set()
