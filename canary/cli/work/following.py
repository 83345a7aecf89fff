"""
A route, again and again: at once when it changes, and every few seconds anyway.

Level, not edge: whatever breaks (the watch, its version, the server, our credentials) costs time until the next read
and loses nothing. A server that has just started denies for a moment what it served before: kinds, rights, tokens. So
once it has shown the route, such an answer has to stand for a while before it is believed.
"""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from canary.cli.work.route import Seen, look, seen
from canary.cli.work.session import Session
from canary.cluster.objects import name_of
from canary.errors import CanaryError, Invalid, Missing, Stalled, Unavailable

POLL_SECONDS = 2.0
"""Between two reads where there is no watch."""

WATCH_SECONDS = 10
"""A watch may last so long; then the route is read again."""

BELIEVED_AFTER = 30.0
"""Seconds for which the server must say that the route, or our right to it, is gone."""


@dataclass
class Follower:
    """
    Attributes:
        left: seconds until the caller wants to look at its own deadlines again.
        note: told once about each trouble.
        patience: seconds without any answer after which a route that was never seen is given up.
    """

    session: Session
    left: Callable[[], float]
    note: Callable[[str], None]
    patience: float = 60.0
    _ever: bool = field(default=False, init=False)
    _since: float | None = field(default=None, init=False)

    def looks(self) -> Iterator[Seen | None]:
        """
        The route as it is now, without end; None while nobody knows.

        Raises:
            Missing, Stalled, Invalid: it is not there, or not ours to see.
            Unavailable: it was never seen, and nobody has answered for long.
        """
        while True:
            found = self._look()
            yield found
            if found is None:
                self._rest(POLL_SECONDS)
            else:
                yield from self._changes(found)

    def _look(self) -> Seen | None:
        try:
            found = look(self.session.server, self.session.place)
        except CanaryError as error:
            if not self._bearable(error):
                raise
            return None
        self._ever, self._since = True, None
        return found

    def _bearable(self, error: CanaryError) -> bool:
        """Whether to go on; where it is told, too."""
        now = self.session.clock.monotonic()
        if self._since is None:
            self._since = now
            self.note(f"{error}; waiting goes on")
        silent = now - self._since
        if isinstance(error, Unavailable):
            return self._ever or silent < self.patience
        return self._ever and not isinstance(error, Invalid) and silent < BELIEVED_AFTER

    def _changes(self, found: Seen) -> Iterator[Seen]:
        """What a watch tells until it ends."""
        began = self.session.clock.monotonic()
        try:
            yield from self._watched(found)
        except Unavailable:
            self._rest(POLL_SECONDS)
        except (Missing, Stalled):  # who may read may still not be allowed to watch
            self._rest(POLL_SECONDS)
        else:
            if self.session.clock.monotonic() - began < 1:
                self._rest(1)  # somebody in between ends watches at once

    def _watched(self, found: Seen) -> Iterator[Seen]:
        place = self.session.place
        kind, namespace = place.kind.kind, place.namespace
        seconds = max(1, math.ceil(min(WATCH_SECONDS, self.left())))
        with closing(self.session.server.watch(kind, found.route.version, namespace, seconds)) as stream:
            for event in stream:
                if name_of(event.object) != (namespace, place.name):
                    continue
                if event.type != "MODIFIED":
                    return  # deleted, or made anew: read it
                yield seen(place, event.object)

    def _rest(self, seconds: float) -> None:
        self.session.clock.wait(threading.Event(), max(0.05, min(seconds, self.left())))
