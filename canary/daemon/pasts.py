"""
What was read of the time before starts, from when a start is due until it is carried out.

Reading may take most of a minute, so it is a job of its own that holds nothing up: meanwhile the route is looked at, and
traffic taken away, as ever. When it is done the route is looked at again, and finds here what was read.
"""

import threading
from collections.abc import Callable
from typing import NamedTuple

from canary.clock import Clock
from canary.daemon.asking import leaves
from canary.daemon.grid import Grid
from canary.daemon.hands import Executor
from canary.daemon.history import History
from canary.daemon.shelf import Name
from canary.metrics.source import Leaves
from canary.rollout.past import Past
from canary.rollout.policy import Policy
from canary.rollout.stamp import Stamp

FRESH = 6
"""Intervals for which it may be used: half a minute at 5 s, enough for a write that has to be tried again."""

PAUSE_SECONDS = 60.0
"""The longest pause between two questions about the same start, while the source does not answer."""

ROOM = 64
"""Starts of which the intervals are kept, half a megabyte each."""


class About(NamedTuple):
    """For which start it was read: for any other it says nothing."""

    uid: str
    id: str
    attempt: int
    policy: Policy | None
    leaves: Leaves


class Kept(NamedTuple):
    """
    Attributes:
        until: monotonic moment up to which it counts.
        pause: seconds until the source, which did not answer, is asked again; else 0.
    """

    about: About
    past: Past
    until: float
    pause: float


class Pasts:
    """Safe for any number of threads; one question at a time per route."""

    def __init__(self, history: History, executor: Executor, grid: Grid, clock: Clock) -> None:
        """
        Args:
            executor: threads of its own, so that slow answers keep no write waiting.
        """
        self._history, self._executor = history, executor
        self._grid, self._clock = grid, clock
        self._kept: dict[Name, Kept] = {}
        self._reading: set[Name] = set()
        self._lock = threading.Lock()

    def known(self, name: Name, stamp: Stamp) -> Past | None:
        """What was read a moment ago for the start that `stamp` would be."""
        about = _about(name, stamp)
        with self._lock:
            kept = self._kept.get(name)
        fresh = kept is not None and kept.about == about and self._clock.monotonic() < kept.until
        return kept.past if kept is not None and fresh else None

    def order(self, name: Name, stamp: Stamp, done: Callable[[Callable[[], float]], None]) -> None:
        """
        Have it read, unless that is under way.

        Args:
            done: the job around it, on a thread of the executor: it calls what it is given, which reads, and returns
                after how many seconds the source is to be asked again, 0 where it answered.
        """
        with self._lock:
            if name in self._reading:
                return
            self._reading.add(name)
        self._executor.submit(lambda: done(lambda: self._read(name, stamp)))

    def forget(self, name: Name) -> None:
        """It has begun, or the route is gone."""
        with self._lock:
            self._kept.pop(name, None)

    def _read(self, name: Name, stamp: Stamp) -> float:
        try:
            past = self._history.read(name[0], stamp, self._grid.index())
            return self._keep(name, _about(name, stamp), past)
        finally:
            with self._lock:
                self._reading.discard(name)

    def _keep(self, name: Name, about: About, past: Past) -> float:
        unit = self._grid.unit.total_seconds()
        with self._lock:
            before = self._kept.pop(name, None)
            waited = before.pause if before and before.about == about else 0.0
            pause = min(PAUSE_SECONDS, 2 * waited or unit) if past.away else 0.0
            until = self._clock.monotonic() + (pause or FRESH * unit)
            self._kept[name] = Kept(about, past, until, pause)
            full = [each for each, kept in self._kept.items() if kept.past.intervals]
            for each in full[:-ROOM]:
                del self._kept[each]
        return pause


def _about(name: Name, stamp: Stamp) -> About:
    """Its bounds are not chosen yet."""
    return About(stamp.uid, stamp.id, stamp.attempt, stamp.policy, leaves(name[0], stamp.but(bounds={})))
