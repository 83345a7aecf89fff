"""What happened, in order, as far back as the server remembers: watches and lists of the past are made of it."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from canary.sim.store.refusals import expired

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """
    One stored write.

    Attributes:
        key: of the resource.
        version: the resourceVersion it made.
        before: the object as it was; None: it was created.
        after: as it is; None: it was deleted.
    """

    key: str
    version: int
    before: Object | None
    after: Object | None

    @property
    def kind(self) -> str:
        """As a watch calls it."""
        if self.before is None:
            return "ADDED"
        return "DELETED" if self.after is None else "MODIFIED"

    @property
    def object(self) -> Object:
        """The object a watch shows: a deleted one as it was last, at the version of its deletion."""
        if self.after is not None:
            return self.after
        gone = self.before or {}
        return {**gone, "metadata": {**gone["metadata"], "resourceVersion": str(self.version)}}

    @property
    def place(self) -> tuple[str, str]:
        """Namespace and name."""
        metadata = self.object["metadata"]
        return metadata.get("namespace", ""), metadata["name"]


class History:
    """
    The newest changes.

    Attributes:
        current: the newest version.
        oldest: the first version whose changes are all remembered; what is older is 410 Expired.
    """

    def __init__(self, remembered: int) -> None:
        self._changes: deque[Change] = deque(maxlen=remembered)
        self.current = 1
        self.oldest = 1

    def next_version(self) -> int:
        return self.current + 1

    def add(self, change: Change) -> None:
        if len(self._changes) == self._changes.maxlen:
            self.oldest = self._changes[0].version
        self._changes.append(change)
        self.current = change.version

    def forget(self) -> None:
        """As a compaction does: everything up to now."""
        self._changes.clear()
        self.oldest = self.current

    def since(self, key: str, version: int) -> list[Change]:
        """
        Changes of a resource after `version`, in order.

        Raises:
            Refused: 410, it is too long ago.
        """
        if version < self.oldest:
            raise expired(f"too old resource version: {version} ({self.oldest})")
        return [change for change in self._newer(version) if change.key == key][::-1]

    def undone(self, key: str, objects: dict[tuple[str, str], Object], version: int) -> None:
        """
        Turn the current objects of a resource into those of an earlier version.

        Raises:
            Refused: 410, it is too long ago.
        """
        for change in reversed(self.since(key, version)):
            if change.before is None:
                objects.pop(change.place, None)
            else:
                objects[change.place] = change.before

    def _newer(self, version: int) -> Iterator[Change]:
        """Newest first."""
        for change in reversed(self._changes):
            if change.version <= version:
                return
            yield change
