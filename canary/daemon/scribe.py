"""
Tells what was stored: in the record of the attempt, and as an Event on the route.

Behind everything else, on threads and connections of its own: it delays nothing and nothing fails for it. What cannot
be written is kept, within bounds, and tried again; whatever gets lost all the same (a crash, an outage longer than that)
is written once the route is looked at, from its stamp.
"""

import threading
from collections.abc import Callable, Sequence

from canary.cluster.events import Event
from canary.cluster.kinds import TRAFFIC_SPLITS
from canary.daemon.archive import Archive
from canary.daemon.controller import Eyes
from canary.daemon.due import Due
from canary.daemon.hands import Hands
from canary.daemon.herald import Herald
from canary.daemon.objects import Objects
from canary.daemon.shelf import Name
from canary.daemon.teller import Teller
from canary.errors import CanaryError, Invalid, Missing, Stalled
from canary.rollout.record import DECISIONS_LIMIT
from canary.rollout.record.telling import News, rebuilt, told
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Stamp
from canary.terms import Phase

MOST = 1000
"""Routes of which something is still to be written; of more it is made from their stamps later."""

GRACE = 5.0
"""Seconds that whoever stored a stamp has for telling it, until it is told from the stamp alone."""

FIRST, LONGEST = 1.0, 30.0
"""
Seconds between two tries. What only a person can change is given up after these have grown to the end, until the next
change; not at once, since an API server that has just started refuses everybody for a moment.
"""

BAD = frozenset({Phase.ROLLED_BACK, Phase.FAILED_HELD, Phase.REJECTED})


class Scribe:
    """Safe for any number of threads."""

    def __init__(
        self, eyes: Eyes, hands: Hands, teller: Teller, later: Callable[[Name, float], None]
    ) -> None:
        self._eyes, self._hands = eyes, hands
        self._teller, self._later = teller, later
        self._herald = Herald(hands, teller)
        self._archive = Archive(hands.cluster, eyes.copy.records)
        self._untold: dict[Name, list[News]] = {}
        self._busy: set[Name] = set()
        self._told: dict[Name, str] = {}
        self._missed: dict[Name, tuple[str, float]] = {}
        self._pauses: dict[Name, float] = {}
        self._again = Due()
        self._lock = threading.Lock()

    def stored(self, seen: Snapshot, decision: Decision, stamp: Stamp) -> None:
        """A decision was stored with `stamp`; whatever was before it and is not told yet goes first."""
        name, before = _name(seen), seen.stamp
        news = [told(seen, decision, stamp, self._eyes.clock.now())]
        with self._lock:
            behind = name not in self._untold and name not in self._busy
            missed = behind and before is not None and before.write not in ("", self._told.get(name))
        if missed and before is not None:
            news.insert(0, rebuilt(seen.route, before, seen.requests, self._eyes.clock.now()))
        self._keep(name, news)
        self._herald.announce(name, _event(news[-1], warning=decision.page or stamp.phase in BAD))

    def looked(self, seen: Snapshot, objects: Objects) -> None:
        """A route as it is: if nobody comes to tell its stamp, it is told from here."""
        name, stamp = _name(seen), seen.stamp
        if stamp is None or not stamp.write or not self._eyes.copy.keeps_records:
            return
        if not self._is_told(name, stamp, objects) and self._waited(name, stamp):
            self._keep(name, [rebuilt(seen.route, stamp, seen.requests, self._eyes.clock.now())])

    def retry(self) -> None:
        """Try again what could not be written, and say why there are no records, if so."""
        self._teller.records(self._eyes.copy.without_records)
        for name in self._again.pop(self._eyes.clock.monotonic()):
            self._submit(name)

    def gone(self, name: Name) -> None:
        """The route is no more. Its records stay, and what was to be told of it still is."""
        self._herald.forget(name)
        for memory in (self._told, self._missed):
            memory.pop(name, None)

    def _is_told(self, name: Name, stamp: Stamp, objects: Objects) -> bool:
        if self._told.get(name) == stamp.write or name in self._untold or name in self._busy:
            return True
        if any(record.told == stamp.write for record in objects.records):
            self._told[name] = stamp.write
            return True
        return False

    def _waited(self, name: Name, stamp: Stamp) -> bool:
        """Whoever stored it has had the time to tell it."""
        now = self._eyes.clock.monotonic()
        write, since = self._missed.get(name, ("", now))
        if write != stamp.write:
            self._missed[name] = (stamp.write, now)
            self._later(name, GRACE)
            return False
        return now - since >= GRACE

    def _keep(self, name: Name, news: Sequence[News]) -> None:
        with self._lock:
            if len(self._untold) < MOST or name in self._untold:
                self._untold[name] = [*self._untold.get(name, ()), *news][-DECISIONS_LIMIT:]
            waits = name in self._pauses
        if not waits:
            self._submit(name)

    def _submit(self, name: Name) -> None:
        with self._lock:
            idle = name in self._untold and name not in self._busy
            if idle:
                self._busy.add(name)
        if idle:
            self._hands.executor.submit(lambda: self._work(name))

    def _work(self, name: Name) -> None:
        with self._lock:
            news, pause = self._untold.pop(name, []), self._pauses.pop(name, FIRST)
        try:
            if news and self._eyes.copy.keeps_records:
                self._write(name, news, pause)
        except Exception:  # noqa: BLE001 - the root of a pool job
            self._teller.bug("record")
        finally:
            with self._lock:
                self._busy.discard(name)
                more = name in self._untold and name not in self._pauses
        if more:
            self._submit(name)

    def _write(self, name: Name, news: list[News], pause: float) -> None:
        policy, _ = self._eyes.policies.find(news[-1].asked.policy)
        try:
            self._archive.tell(news, policy, self._eyes.clock.now())
        except (
            Missing,
            Invalid,
        ) as error:  # not installed, or made unreadable by hand: another try changes nothing
            self._teller.untold("record", error)
        except CanaryError as error:
            self._teller.untold("record", error)
            if not isinstance(error, Stalled) or pause < LONGEST:
                self._put_back(name, news, pause)
                return
        self._told[name] = news[-1].stamp.write
        self._missed.pop(name, None)

    def _put_back(self, name: Name, news: list[News], pause: float) -> None:
        with self._lock:
            self._untold[name] = [*news, *self._untold.get(name, ())][-DECISIONS_LIMIT:]
            self._pauses[name] = min(LONGEST, 2 * pause)
        self._again.push(name, self._eyes.clock.monotonic() + pause)


def _name(seen: Snapshot) -> Name:
    return seen.route.namespace, seen.route.name


def _event(news: News, *, warning: bool) -> Event:
    entry = news.entry
    return Event(TRAFFIC_SPLITS, news.route, entry.write, entry.reason, entry.message, warning, entry.time)
