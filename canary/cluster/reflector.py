"""
A local copy of the few fields we use of all objects of one kind, kept up to date by list and watch.

It tells *names*, never news: whoever is told looks here or, before a write, at the server. So a lost or
doubled event costs nothing but time. The library's informer fails on custom objects and reconnects a
thousand times a second while the server is away; this one is small instead.
"""

import random
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from canary.clock import Clock, SystemClock
from canary.cluster.backoff import LONGEST, LONGEST_FOR_A_PERSON, Backoff
from canary.cluster.kinds import Kind
from canary.cluster.objects import Event, Listing, Raw, metadata, name_of
from canary.errors import CanaryError, Invalid, Missing, Stalled

T = TypeVar("T")
Key = tuple[str, str]
"""Namespace and name."""

WATCH_SECONDS = (240, 300)
"""A watch ends within these, at random, so that those of one process do not all end at once."""

SOUND = 5.0
"""Seconds a watch must have lasted for its end to be nothing unusual."""


class Changes(Protocol):
    """What a watch gives."""

    def __iter__(self) -> Iterator[Event]: ...
    def close(self) -> None: ...


class Source(Protocol):
    """The part of `Cluster` that is used here; named apart so that importing a reflector stays cheap."""

    def pages(self, kind: Kind, namespace: str = "") -> Iterator[Listing]: ...
    def watch(
        self, kind: Kind, resource_version: str, namespace: str = "", seconds: int = 300
    ) -> Changes: ...


@dataclass(eq=False)
class Reflector(Generic[T]):
    """
    Attributes:
        project: the fields worth keeping of an object, comparable with ==. None or `Invalid` leaves it out: one bad object
            must not hide the others. It must raise nothing else.
        changed: told namespace and name, on the reflector's thread, after the copy has changed.
        namespace: "" means all.
        synced: the copy was complete at least once, and all of it told: whoever keeps an index has it, too. A kind that is
            not installed has no objects: synced, not `served`.
        served: the server knows the kind, as far as we know.
        trouble: why it is not up to date now, or None.
    """

    cluster: Source
    kind: Kind
    project: Callable[[Raw], T | None]
    changed: Callable[[str, str], None]
    namespace: str = ""
    clock: Clock = field(default_factory=SystemClock)
    dice: random.Random = field(default_factory=random.Random)
    synced: bool = field(default=False, init=False)
    served: bool = field(default=True, init=False)
    trouble: CanaryError | None = field(default=None, init=False)
    _listed: bool = field(default=False, init=False)
    _copy: dict[Key, T] = field(default_factory=dict, init=False)
    _version: str = field(default="", init=False)
    _alive: float | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def get(self, namespace: str, name: str) -> T | None:
        with self._lock:
            return self._copy.get((namespace, name))

    def items(self) -> Mapping[Key, T]:
        """All of them as of now; the mapping is the caller's own."""
        with self._lock:
            return dict(self._copy)

    def age(self, now: float) -> float:
        """Seconds since the server last gave a sign of life, on the monotonic clock; infinite before the first."""
        return float("inf") if self._alive is None else now - self._alive

    def run(self, stop: threading.Event) -> None:
        """Follow the server until `stop`; to end a wait for changes as well, close the cluster."""
        backoff = Backoff(self.dice)
        while not stop.is_set():
            began = self.clock.monotonic()
            self.trouble = self._try(stop)
            if self.clock.monotonic() - began >= SOUND:
                backoff.reset()
            self.clock.wait(stop, self._pause(backoff))

    def refresh(self) -> None:
        """
        List once, on the caller's own thread, and tell what has changed: for who knows when to look, instead of `run`.

        Raises:
            CanaryError: it could not be listed; a kind that is not installed has no objects instead.
        """
        try:
            self._relist()
        except Missing:
            self._not_served()

    def _try(self, stop: threading.Event) -> CanaryError | None:
        """One list, if needed, and one watch. After a clean end we go on from there, after an error from a new list."""
        try:
            self._follow(stop)
        except CanaryError as error:
            self._version = ""
            if isinstance(error, Missing):
                self._not_served()
            return error
        return None

    def _pause(self, backoff: Backoff) -> float:
        person = isinstance(self.trouble, (Missing, Stalled))
        return backoff.pause(LONGEST_FOR_A_PERSON if person else LONGEST)

    def _follow(self, stop: threading.Event) -> None:
        if not self._version:
            self._relist()
        seconds = self.dice.randint(*WATCH_SECONDS)
        stream = self.cluster.watch(self.kind, self._version, self.namespace, seconds)
        self.trouble = None
        with closing(stream):
            for event in stream:
                self._see(event)
                if stop.is_set():
                    return

    def _relist(self) -> None:
        """Of each page only what is kept stays: all records of a large cluster would take more memory than there is."""
        copy, version = dict[Key, T](), ""
        for page in self.cluster.pages(self.kind, self.namespace):
            copy |= self._projected(page.items)
            version = version or page.resource_version
        self.served = self._listed = True
        self._replace(copy)
        self._version = version
        self._alive = self.clock.monotonic()

    def _projected(self, items: Iterable[Raw]) -> dict[Key, T]:
        pairs = ((name_of(raw), self._kept(raw)) for raw in items)
        return {key: kept for key, kept in pairs if kept is not None}

    def _kept(self, raw: Raw) -> T | None:
        try:
            return self.project(raw)
        except Invalid:
            return None

    def _not_served(self) -> None:
        """
        A kind that was never listed is not installed, and has no objects.

        One that was is taken to be away: whatever stands before an API server may say 404 to everything, and to believe
        it would roll back all there is. What really goes, goes by watch.
        """
        self.served = False
        if not self._listed:
            self._replace({})

    def _replace(self, copy: dict[Key, T]) -> None:
        """What vanished while we did not look is told like any other change."""
        with self._lock:
            before, self._copy = self._copy, copy
        for key in sorted(before.keys() | copy.keys()):
            if before.get(key) != copy.get(key):
                self.changed(*key)
        self.synced = True

    def _see(self, event: Event) -> None:
        self._alive = self.clock.monotonic()
        self._version = str(metadata(event.object).get("resourceVersion") or self._version)
        if event.type in ("ADDED", "MODIFIED"):
            self._put(name_of(event.object), self._kept(event.object))
        elif event.type == "DELETED":
            self._put(name_of(event.object), None)

    def _put(self, key: Key, kept: T | None) -> None:
        with self._lock:
            before = self._copy.pop(key, None)
            if kept is not None:
                self._copy[key] = kept
        if before != kept:
            self.changed(*key)
