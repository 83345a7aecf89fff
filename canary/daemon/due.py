"""Routes to look at again at some later time. Deadlines need no entry: every running rollout is looked at anyway."""

import heapq
import threading

from canary.daemon.shelf import Name


class Due:
    """A heap of names; an entry carries no news, so one more or one less does no harm."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, Name]] = []
        self._lock = threading.Lock()

    def push(self, name: Name, at: float) -> None:
        """Look at `name` from `at` on, on the monotonic clock."""
        with self._lock:
            heapq.heappush(self._heap, (at, name))

    def pop(self, now: float) -> list[Name]:
        """The names whose time has come, each once."""
        with self._lock:
            found: dict[Name, None] = {}
            while self._heap and self._heap[0][0] <= now:
                found[heapq.heappop(self._heap)[1]] = None
        return list(found)
