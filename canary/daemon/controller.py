"""
One tick of one route: look, decide; if that would change anything, observe freshly, decide again, write once.

A look costs no request, so it runs wherever the news arrives: on a reflector's thread, after the evidence, on a timer.
What it finds to do goes to a pool: taking traffic away has one of its own, with its own connections, and waits for
nothing else. What must be read of the time before a start is read on threads of its own, which claim no route.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from canary.clock import Clock
from canary.cluster.client import Cluster
from canary.daemon.assemble import snapshot
from canary.daemon.folds import Folds
from canary.daemon.fresh import observe, reread, survey
from canary.daemon.grid import Grid
from canary.daemon.hands import Hands
from canary.daemon.moves import begins_alike, gives_traffic, is_urgent, on_a_rung, refuses, route_patch
from canary.daemon.objects import Copy, Objects
from canary.daemon.pasts import Pasts
from canary.daemon.policies import Policies
from canary.daemon.readings import Readings
from canary.daemon.shelf import Name
from canary.daemon.voices import Voices
from canary.errors import CanaryError, Conflict, Stalled, Unavailable
from canary.rollout.memory import remembered
from canary.rollout.past import Past
from canary.rollout.rules import decide
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Stamp
from canary.routes import trafficsplit
from canary.terms import Word

TRIES = 4
"""How often one act decides anew after somebody wrote before us, until it leaves the route to the next look."""

AGAIN_SECONDS = {Unavailable: 1.0, Conflict: 1.0, Stalled: 5.0}
"""
When to look again after a failure of that family; changes of the route are looked at when they come.

An API server that has just started says 403 to everybody for a moment, so even that is tried again soon.
"""

BEHIND_SECONDS = 1.0
"""How long the copy may take to see our own write, before the route is read from the server instead."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """What a look needs."""

    copy: Copy
    folds: Folds
    readings: Readings
    pasts: Pasts
    policies: Policies
    grid: Grid
    clock: Clock


class Controller:
    """Looks and acts; safe for any number of threads, at most one act per route at a time."""

    def __init__(
        self, eyes: Eyes, usual: Hands, urgent: Hands, voices: Voices, later: Callable[[Name, float], None]
    ) -> None:
        """
        Args:
            later: look at a route again after so many seconds.
        """
        self._eyes, self._usual, self._urgent = eyes, usual, urgent
        self._teller, self._scribe, self._later = voices.teller, voices.scribe, later
        self._busy: dict[Name, bool] = {}
        self._outdated: dict[Name, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def look(self, name: Name) -> None:
        """Decide on what is known here; hand on what there is to do. A route that breaks us breaks no other."""
        try:
            self._look(name)
        except Exception:  # noqa: BLE001 - the root of whatever brought the news
            self._teller.bug("look")
            self._later(name, 30.0)

    def _look(self, name: Name) -> None:
        if not self._eyes.copy.synced:
            return
        objects = self._eyes.copy.read(name)
        if objects is None:
            self._teller.gone(name)
            self._scribe.gone(name)
            self._eyes.pasts.forget(name)
            return
        if not objects.complete or (self._is_outdated(name, objects) and not self._overdue(name)):
            return
        seen = self._snapshot(objects)
        decision = decide(seen)
        if decision.rule == "begins":
            past = self._past(name, decision)
            if past is None:
                return
            seen = replace(seen, past=past)
            decision = decide(seen)
        self._teller.decided(name, seen.stamp, decision)
        if not decision.changes(seen):
            self._scribe.looked(seen, objects)
        elif self._claim(name):
            hands = self._urgent if is_urgent(decision, seen) else self._usual
            hands.executor.submit(lambda: self._act(name, hands))

    def active(self) -> list[tuple[Name, Stamp]]:
        """All rollouts whose evidence is needed."""
        routes = self._eyes.copy.routes.reflector.items()
        stamps = ((name, remembered(route).stamp) for name, route in routes.items())
        return [(name, stamp) for name, stamp in stamps if stamp is not None and on_a_rung(stamp)]

    def _act(self, name: Name, hands: Hands) -> None:
        try:
            self._try(name, hands)
        except CanaryError as error:
            self._teller.failed(name, error)
            self._later(name, AGAIN_SECONDS.get(type(error), 30.0))
        except Exception:  # noqa: BLE001 - the root of a pool job: one broken route must not stop the others
            self._teller.bug("act")
            self._later(name, 30.0)
        finally:
            again = self._release(name)
        if again:
            self.look(name)

    def _try(self, name: Name, hands: Hands) -> None:
        objects = self._eyes.copy.read(name)
        if objects and self._is_outdated(name, objects):
            objects = reread(hands.cluster, self._eyes.copy, name)
        for _ in range(TRIES):
            if objects is None or self._goes_through(name, objects, hands):
                return
            objects = reread(hands.cluster, self._eyes.copy, name)
        raise Conflict(f"somebody else keeps writing to {name[0]}/{name[1]}")

    def _goes_through(self, name: Name, objects: Objects, hands: Hands) -> bool:
        if not objects.complete:
            self._later(name, BEHIND_SECONDS)
            return True
        try:
            self._decide_and_write(name, objects, hands)
        except Conflict:
            return False
        return True

    def _decide_and_write(self, name: Name, objects: Objects, hands: Hands) -> None:
        seen = self._snapshot(objects)
        decision = decide(seen)
        if decision.rule == "begins" and hands is self._urgent:
            self._later(name, 0.0)  # a start is tried and observed first, and these threads wait for nothing
            return
        if refuses(decision, seen):
            seen = self._snapshot(survey(hands.cluster, objects))
            decision = decide(seen)
            if not refuses(decision, seen):
                self._later(name, BEHIND_SECONDS)  # what the copy lacks is on its way
                return
        if decision.changes(seen) and decision.weights is not None:
            cached, past = decision, self._past(name, decision)
            if cached.rule == "begins" and past is None:
                return
            gives = gives_traffic(cached)
            fresh = observe(hands.cluster, objects, workloads=gives)
            seen = replace(self._snapshot(fresh), past=past)
            decision = decide(seen)
            if gives_traffic(decision) and not (gives and begins_alike(cached, decision)):
                raise Conflict("what was observed freshly calls for another look")
        if decision.changes(seen):
            self._write(name, seen, decision, hands.cluster)

    def _past(self, name: Name, decision: Decision) -> Past | None:
        """Before the first step: what the source knows of the time before. None: it is being read, which ends in a look."""
        if decision.rule != "begins" or decision.stamp is None:
            return None
        past = self._eyes.pasts.known(name, decision.stamp)
        if past is None:
            self._eyes.pasts.order(name, decision.stamp, lambda read: self._look_after(name, read))
        return past

    def _look_after(self, name: Name, read: Callable[[], float]) -> None:
        """Read, and find out what that changes; where nothing can begin yet, again as soon as the source may be asked."""
        try:
            pause = read()
        except Exception:  # noqa: BLE001 - the root of a pool job
            self._teller.bug("past")
            self._later(name, 30.0)
            return
        if pause:
            self._later(name, pause)
        self.look(name)

    def _write(self, name: Name, seen: Snapshot, decision: Decision, cluster: Cluster) -> None:
        if decision.rule == "begins":
            self._prove_the_way_back(seen, decision, cluster)
        stamp = decision.stamp.but(write=secrets.token_hex(4)) if decision.stamp else None
        annotations = {Word.STATE.key: stamp.render()} if stamp else {}
        patch = route_patch(seen, trafficsplit.patch(seen.route, decision.weights, annotations))
        try:
            cluster.patch_route(patch)
        except Unavailable:
            if not self._was_stored(name, stamp, cluster):
                raise
        with self._lock:
            self._outdated[name] = (seen.route.version, self._eyes.clock.monotonic())
        if decision.rule == "begins":
            self._eyes.pasts.forget(name)
        self._teller.written(name, decision, decision.weights or seen.route.weights)
        if stamp:
            self._scribe.stored(seen, decision, stamp)

    def _prove_the_way_back(self, seen: Snapshot, decision: Decision, cluster: Cluster) -> None:
        """Before the first step: would the server let us take all traffic back? Admission and rights can say no."""
        stable = decision.stamp.stable if decision.stamp else ""
        weights = dict.fromkeys(seen.services, 0) | {stable: decision.stamp.total if decision.stamp else 0}
        cluster.patch_route(route_patch(seen, trafficsplit.patch(seen.route, weights, {}), dry_run=True))

    def _was_stored(self, name: Name, stamp: Stamp | None, cluster: Cluster) -> bool:
        """The answer to a write was lost: the write's own random mark tells whether it arrived."""
        objects = reread(cluster, self._eyes.copy, name)
        found = remembered(objects.route).stamp if objects else None
        return bool(stamp and found and found.write == stamp.write)

    def _snapshot(self, objects: Objects) -> Snapshot:
        eyes = self._eyes
        seen = snapshot(objects, eyes.folds, eyes.policies, eyes.grid, eyes.clock.now())
        return replace(seen, metrics=eyes.readings.of(seen.stamp)) if seen.stamp else seen

    def _is_outdated(self, name: Name, objects: Objects) -> bool:
        """Whether the copy still shows the version that we replaced."""
        with self._lock:
            version, _ = self._outdated.get(name, ("", 0.0))
            if version and version != objects.route.version:
                del self._outdated[name]
        return version == objects.route.version

    def _overdue(self, name: Name) -> bool:
        with self._lock:
            _, written = self._outdated.get(name, ("", 0.0))
        return self._eyes.clock.monotonic() - written > BEHIND_SECONDS

    def _claim(self, name: Name) -> bool:
        with self._lock:
            free = name not in self._busy
            self._busy[name] = not free
        return free

    def _release(self, name: Name) -> bool:
        with self._lock:
            return self._busy.pop(name, False)
