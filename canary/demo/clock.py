"""A clock that stands still until it is moved."""

import threading
from datetime import datetime, timedelta


class VirtualClock:
    """
    A Clock.

    Attributes:
        seconds: since it began.
    """

    def __init__(self, start: datetime) -> None:
        self._start = start
        self.seconds = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Whoever waits moves it: nobody else could."""
        if not event.is_set():
            self.seconds += seconds
        return event.is_set()
