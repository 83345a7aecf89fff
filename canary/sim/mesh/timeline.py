"""Virtual time: a heap of things to do, each at its moment; equal moments keep the order they were asked in."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

Act = Callable[[], None]


class Timeline:
    """
    Attributes:
        now: seconds since the model began.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, Act]] = []
        self._order = count()

    def after(self, seconds: float, act: Act) -> None:
        """Do `act` when that much time has passed."""
        heappush(self._heap, (self.now + seconds, next(self._order), act))

    def run(self, seconds: float) -> None:
        """Let time pass, doing on the way what falls due."""
        until = self.now + seconds
        heap = self._heap
        while heap and heap[0][0] <= until:
            self.now, _, act = heappop(heap)
            act()
        self.now = until
