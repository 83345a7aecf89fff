"""Watches: what has changed since a version, as lines of JSON, for as long as was asked."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass

from canary.sim.server.api import found_resource, selected, shaped
from canary.sim.server.asked import Asked, Path
from canary.sim.server.forms import Shape
from canary.sim.server.options import checked_watch, version_of
from canary.sim.store import Change, Refused, Store
from canary.sim.store.paging import Page
from canary.sim.store.resources import Object, Resource
from canary.sim.store.selectors import Matches

LONGEST = 1800
"""Seconds a watch lives when nothing was asked; the real server takes 30 to 60 minutes."""

BOOKMARK_EVERY = 60.0
"""Seconds between two bookmarks, as in kube-apiserver."""


@dataclass(frozen=True, slots=True)
class View:
    """What one watch is of, and how it shows that."""

    store: Store
    resource: Resource
    namespace: str
    matches: Matches
    shape: Shape

    def page(self) -> Page:
        return self.store.page(self.resource.key, self.namespace, self.matches)

    def changes(self, version: int) -> Iterator[tuple[int, bytes]]:
        """
        Versions and lines of what happened after `version`.

        Raises:
            Refused: 410, it is forgotten.
        """
        for change in self.store.since(self.resource.key, version):
            if kind := self._kind(change):
                yield change.version, _line(kind, self.shape.one(_seen(change, kind)))

    def bookmark(self, version: int, *, initial: bool) -> bytes:
        return _line("BOOKMARK", self.shape.bookmark(version, initial=initial))

    def _kind(self, change: Change) -> str:
        """What a change is to somebody who sees only what is selected; "" for nothing."""
        before, after = self._sees(change.before), self._sees(change.after)
        if after:
            return "MODIFIED" if before else "ADDED"
        return "DELETED" if before else ""

    def _sees(self, found: Object | None) -> bool:
        if found is None:
            return False
        return self.namespace in ("", found["metadata"].get("namespace", "")) and self.matches(found)


@dataclass(slots=True)
class Watch:
    """
    Attributes:
        told: how far it has come.
        initial: whether everything there is comes first, as if it had just been made.
        initial_end: whether the end of that is marked by a bookmark.
        seconds: how long it lives.
        every: seconds between two bookmarks.
        over: its version is forgotten, and that was told.
        due: when the next bookmark is, in the time of the event loop.
    """

    view: View
    told: int
    initial: bool
    initial_end: bool
    bookmarks: bool
    seconds: int
    every: float
    over: bool = False
    due: float = 0.0

    async def lines(self, stopping: asyncio.Event) -> AsyncGenerator[bytes, None]:
        """Until its time is over, `stopping` is set, or its version is forgotten."""
        woken = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wake(change: Change) -> None:
            if change.key == self.view.resource.key:
                loop.call_soon_threadsafe(woken.set)

        unlisten = self.view.store.listen(wake)
        ends, self.due = loop.time() + self.seconds, loop.time() + self.every
        try:
            for line in self._start():
                yield line
            while not stopping.is_set() and loop.time() < ends:
                woken.clear()
                for line in self._news(loop.time()):
                    yield line
                if self.over:
                    return
                await _wait(woken, stopping, min(ends, self.due) - loop.time())
        finally:
            unlisten()

    def _start(self) -> Iterator[bytes]:
        if not self.initial:
            return
        page = self.view.page()
        self.told = page.version
        for one in page.items:
            yield _line("ADDED", self.view.shape.one(one))
        if self.initial_end:
            yield self.view.bookmark(page.version, initial=True)

    def _news(self, now: float) -> Iterator[bytes]:
        newest = self.view.store.version
        try:
            for version, line in self.view.changes(self.told):
                self.told = version
                yield line
        except Refused as refused:
            self.over = True
            yield _line("ERROR", refused.status)
        self.told = max(self.told, newest)
        if now >= self.due:
            self.due += self.every
            if self.bookmarks:
                yield self.view.bookmark(self.told, initial=False)


def start(store: Store, asked: Asked, path: Path, every: float = BOOKMARK_EVERY) -> Watch | None:
    """
    The watch asked for; None: nothing is there to watch.

    Raises:
        Refused: the options or selectors are wrong.
    """
    resource = found_resource(store, path)
    if resource is None:
        return None
    checked_watch(asked)
    version, wants_all = version_of(asked), asked.flag("sendInitialEvents")
    shape = shaped(store, asked, resource, path)
    return Watch(
        view=View(store, resource, path.namespace, selected(asked, resource), shape),
        told=version or store.version,
        initial=wants_all or (version == 0 and "sendInitialEvents" not in asked.query),
        bookmarks=asked.flag("allowWatchBookmarks"),
        initial_end=wants_all,
        seconds=asked.number("timeoutSeconds") or LONGEST,
        every=every,
    )


def _seen(change: Change, kind: str) -> Object:
    """An object that left the selection is shown as it was, at the version at which it left."""
    if kind != "DELETED" or change.after is None or change.before is None:
        return change.object
    metadata = {**change.before["metadata"], "resourceVersion": str(change.version)}
    return {**change.before, "metadata": metadata}


def _line(kind: str, found: Object) -> bytes:
    return json.dumps({"type": kind, "object": found}, separators=(",", ":")).encode() + b"\n"


async def _wait(woken: asyncio.Event, stopping: asyncio.Event, seconds: float) -> None:
    """Until something happens, no longer than `seconds`."""
    waiting = [asyncio.ensure_future(one.wait()) for one in (woken, stopping)]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
