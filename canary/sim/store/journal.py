"""The objects themselves, every change to them in order, and those who are told."""

import threading
from collections import deque
from collections.abc import Callable

from canary.sim.store.history import Change, History
from canary.sim.store.resources import Object

Place = tuple[str, str]
"""Namespace and name."""

Told = Callable[[Change], None]


class Journal:
    """
    Attributes:
        lock: held by whoever reads more than one thing, or reads and writes.
    """

    def __init__(self, remembered: int) -> None:
        self.lock = threading.RLock()
        self.history = History(remembered)
        self._objects: dict[str, dict[Place, Object]] = {}
        self._told: list[Told] = []
        self._pending: deque[Change] = deque()
        self._telling = False

    def of(self, key: str) -> dict[Place, Object]:
        """The current objects of a resource."""
        return self._objects.setdefault(key, {})

    def listen(self, told: Told) -> Callable[[], None]:
        """Be told every change, on the thread that made it; the answer stops that."""
        with self.lock:
            self._told.append(told)
        return lambda: self._told.remove(told)

    def commit(self, key: str, before: Object | None, after: Object | None) -> Object:
        """Store one change; the object with its new version."""
        with self.lock:
            version = self.history.next_version()
            stored = after and {**after, "metadata": {**after["metadata"], "resourceVersion": str(version)}}
            change = Change(key, version, before, stored)
            if stored is None:
                self.of(key).pop(change.place, None)
            else:
                self.of(key)[change.place] = stored
            self.history.add(change)
            self._pending.append(change)
            self._tell()
            return change.object

    def _tell(self) -> None:
        """In order, to everybody: a listener that writes is told of that after all have heard of this."""
        if self._telling:
            return
        self._telling = True
        try:
            while self._pending:
                change = self._pending.popleft()
                for told in tuple(self._told):
                    told(change)
        finally:
            self._telling = False
