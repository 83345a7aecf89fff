"""
Every version of every TrafficSplit of a namespace that was ever stored, in order.

A watch sees each version once. Where it broke (the API server was away), the gap is filled from etcd, which keeps
old versions here: walking back from the newest by lists at exact versions.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from canary.terms import DAEMON_MANAGER, Word
from tests.beds.api import Api, Away, Object, Refused, Watch
from tests.beds.mirror import AGAIN_AFTER, JOIN_SECONDS
from tests.beds.patience import CLOCK, rest, wait_until


@dataclass(frozen=True, slots=True)
class Version:
    """
    One stored version of one split.

    Attributes:
        object: all of it; its last state where it was deleted.
        seen: when the watch told it, on the tests' monotonic clock; None where a gap was filled.
        manager: the field manager that wrote it.
        deleted: this version is its end.
    """

    object: Object
    seen: float | None
    manager: str
    deleted: bool = False

    @property
    def name(self) -> str:
        return str(self.object["metadata"]["name"])

    @property
    def uid(self) -> str:
        return str(self.object["metadata"]["uid"])

    @property
    def number(self) -> int:
        """Its resourceVersion: etcd counts all writes of the cluster in one row."""
        return int(self.object["metadata"]["resourceVersion"])

    @property
    def weights(self) -> dict[str, Any]:
        """As they are written, whatever they are."""
        return {backend["service"]: backend["weight"] for backend in self.object["spec"]["backends"]}

    @property
    def annotations(self) -> dict[str, str]:
        return dict(self.object["metadata"].get("annotations") or {})


def stamp_of(version: Version) -> dict[str, Any] | None:
    """What the daemon remembers on it; None where there is no stamp that is an object."""
    try:
        stamp = json.loads(version.annotations.get(Word.STATE.key, "null"))
    except ValueError:
        return None
    return stamp if isinstance(stamp, dict) else None


class History:
    """Follows a namespace between `start` and `stop`."""

    def __init__(self, api: Api, namespace: str, since: int = 0) -> None:
        """
        Args:
            since: number of a version; what was stored after it is read back. 0: what exists at the start is the
                first version that is kept.
        """
        self._api = api
        self._path = f"/apis/split.smi-spec.io/v1alpha1/namespaces/{namespace}/trafficsplits"
        self._versions: list[Version] = []
        self._lock = threading.Lock()
        self._last = since
        self._watch: Watch | None = None
        self._stop = threading.Event()
        self._synced = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"history of {namespace}", daemon=True)

    def start(self) -> None:
        """Returns once the past is known."""
        self._thread.start()
        assert self._synced.wait(JOIN_SECONDS), "no list of the splits"

    def stop(self) -> None:
        self._stop.set()
        if self._watch:
            self._watch.close()
        self._thread.join(JOIN_SECONDS)

    @property
    def versions(self) -> list[Version]:
        """All so far, oldest first."""
        with self._lock:
            return list(self._versions)

    def of(self, name: str) -> list[Version]:
        return [version for version in self.versions if version.name == name]

    def wait_for(
        self, condition: Callable[[Version], bool], within: float, what: str, after: int = 0
    ) -> Version:
        """
        The first version younger than number `after` that meets the condition, past ones too.

        Raises:
            TooLate: there was none within so many seconds.
        """

        def found() -> Version | None:
            young = (version for version in self.versions if version.number > after)
            return next((version for version in young if condition(version)), None)

        version = wait_until(found, within, what)
        assert version is not None
        return version

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._catch_up()
                self._synced.set()
                self._follow()
            except (Away, Refused):
                rest(AGAIN_AFTER, self._stop)

    def _follow(self) -> None:
        while not self._stop.is_set():
            self._watch = self._api.watch(self._path, str(self._last))
            if self._stop.is_set():
                self._watch.close()
            for kind, item in self._watch:
                self._keep(item, CLOCK.monotonic(), deleted=kind == "DELETED")

    def _catch_up(self) -> None:
        """All versions between the last one kept and now; on the first call, just what is there."""
        listed = self._api.get(self._path)
        state = missed = self._newer(listed["items"])
        while self._last and state:
            state = self._newer(self._at(max(map(_number, state)) - 1))
            missed = missed + state
        for item in sorted({_number(item): item for item in missed}.values(), key=_number):
            self._keep(item, None)
        self._last = max(self._last, int(listed["metadata"]["resourceVersion"]))

    def _newer(self, items: list[Object]) -> list[Object]:
        return [item for item in items if _number(item) > self._last]

    def _at(self, number: int) -> list[Object]:
        """The splits as they were at that version of the cluster."""
        found: list[Object] = self._api.get(
            self._path, resourceVersion=str(number), resourceVersionMatch="Exact"
        )["items"]
        return found

    def _keep(self, item: Object, seen: float | None, *, deleted: bool = False) -> None:
        with self._lock:
            before = next(
                (one for one in reversed(self._versions) if one.uid == item["metadata"]["uid"]), None
            )
            self._versions.append(Version(item, seen, _writer(before, item), deleted))
            self._last = max(self._last, _number(item))


def _number(item: Object) -> int:
    return int(item["metadata"]["resourceVersion"])


def _writer(before: Version | None, item: Object) -> str:
    """
    Who wrote it, by the server's own book-keeping: the manager whose entry has a new time.

    Times are whole seconds. Where nobody's is new, or several are, only the daemon changes the stamp.
    """
    old = _written(before.object) if before else {}
    times = _written(item)
    newest = max(times.values(), default="")
    changed = [name for name, time in times.items() if old.get(name) != time]
    candidates = changed or [name for name, time in times.items() if time == newest]
    stamped = before is not None and before.annotations.get(Word.STATE.key) != _state(item)
    preferred = [name for name in candidates if (name == DAEMON_MANAGER) == stamped]
    return next(iter(preferred or candidates), "")


def _written(item: Object) -> dict[str, str]:
    return {entry["manager"]: entry.get("time", "") for entry in item["metadata"].get("managedFields") or ()}


def _state(item: Object) -> str | None:
    state: str | None = (item["metadata"].get("annotations") or {}).get(Word.STATE.key)
    return state
