"""A copy of one collection of the API server, kept in a thread: a list, then a watch, again after every break."""

import threading
from collections.abc import Callable

from tests.beds.api import Api, Away, Object, Refused, Watch
from tests.beds.patience import rest

Key = tuple[str, str]
"""Namespace and name."""

AGAIN_AFTER = 0.05
"""Seconds between a break and the next try."""

JOIN_SECONDS = 10


class Mirror:
    """
    Calls `changed(type, object)` for every event, in order, in its own thread.

    After a break everything is told again, so a callback may raise Away: it will be asked again.
    """

    def __init__(self, api: Api, path: str, changed: Callable[[str, Object], None]) -> None:
        self._api = api
        self._path = path
        self._changed = changed
        self._objects: dict[Key, Object] = {}
        self._lock = threading.Lock()
        self._watch: Watch | None = None
        self._stop = threading.Event()
        self.synced = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"mirror {path}", daemon=True)

    def start(self) -> None:
        """Start, and return once the first list was told."""
        self._thread.start()
        assert self.synced.wait(JOIN_SECONDS), f"no list of {self._path}"

    def stop(self) -> None:
        """End the thread; nothing is told afterwards."""
        self._stop.set()
        if self._watch:
            self._watch.close()
        self._thread.join(JOIN_SECONDS)

    def get(self, namespace: str, name: str) -> Object | None:
        with self._lock:
            return self._objects.get((namespace, name))

    def items(self) -> list[Object]:
        with self._lock:
            return list(self._objects.values())

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._follow(self._list())
            except (Away, Refused):
                rest(AGAIN_AFTER, self._stop)

    def _list(self) -> str:
        listed = self._api.get(self._path)
        found = {key_of(item): item for item in listed["items"]}
        for gone in [item for item in self.items() if key_of(item) not in found]:
            self._take("DELETED", gone)
        for item in found.values():
            self._take("LISTED", item)
        self.synced.set()
        return str(listed["metadata"]["resourceVersion"])

    def _follow(self, version: str) -> None:
        """Until it breaks; what the server ends by itself goes on from the last version."""
        while not self._stop.is_set():
            self._watch = self._api.watch(self._path, version)
            if self._stop.is_set():
                self._watch.close()
            for kind, item in self._watch:
                self._take(kind, item)
                version = str(item["metadata"]["resourceVersion"])

    def _take(self, kind: str, item: Object) -> None:
        with self._lock:
            if kind == "DELETED":
                self._objects.pop(key_of(item), None)
            else:
                self._objects[key_of(item)] = item
        if not self._stop.is_set():
            self._changed(kind, item)


def key_of(item: Object) -> Key:
    return item["metadata"].get("namespace", ""), item["metadata"]["name"]
