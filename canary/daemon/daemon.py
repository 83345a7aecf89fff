"""
The daemon as plain functions over a clock and executors: `evidence_tick`, `due_tick`, `resync`, `reload`, `handle`.

Threads and the scheduler only call them, and so can a demo or a test, in lock-step on a virtual clock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from canary.clock import Clock
from canary.cluster.client import Cluster
from canary.daemon.controller import Controller, Eyes
from canary.daemon.due import Due
from canary.daemon.folds import Folds
from canary.daemon.grid import Grid
from canary.daemon.hands import Executor, Hands
from canary.daemon.history import History
from canary.daemon.judged import Judged
from canary.daemon.objects import Copy
from canary.daemon.pasts import Pasts
from canary.daemon.policies import Policies
from canary.daemon.readings import NO_METER, Meter, Readings
from canary.daemon.scribe import Scribe
from canary.daemon.shelf import Name
from canary.daemon.teller import Teller
from canary.daemon.voices import Voices
from canary.daemon.windows import Openings
from canary.errors import CanaryError
from canary.metrics.source import Source
from canary.rollout.stamp import Stamp


@dataclass(frozen=True, slots=True)
class World:
    """
    What a daemon lives in.

    Attributes:
        watching: connections for lists and watches alone.
        usual, urgent: what writes; the urgent ones only take traffic away.
        reading: asks the source about the time before starts.
        meter: asks the queries that policies have of their own.
        telling: writes records and Events.
        namespace, domain: the only namespace to look at ("" = all), the cluster's DNS domain.
    """

    clock: Clock
    source: Source
    grid: Grid
    watching: Cluster
    usual: Hands
    urgent: Hands
    reading: Executor
    telling: Hands
    policies: Policies
    teller: Teller
    meter: Meter = NO_METER
    namespace: str = ""
    domain: str = "cluster.local"


class Daemon:
    """
    Attributes:
        copy: the local copy of the cluster; each of its reflectors wants a thread.
        alive: monotonic moment of the last evidence tick that came to its end.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._due = Due()
        self._openings = Openings(world.clock.now())
        self._folds = Folds(world.source, world.grid.unit)
        self._readings = Readings(world.meter, world.policies, world.teller.bug)
        self.copy = Copy(world.watching, self.handle, world.namespace, world.domain)
        pasts = Pasts(History(world.source), world.reading, world.grid, world.clock)
        eyes = Eyes(self.copy, self._folds, self._readings, pasts, world.policies, world.grid, world.clock)
        self._scribe = Scribe(eyes, world.telling, world.teller, self._later)
        voices = Voices(world.teller, self._scribe)
        self._controller = Controller(eyes, world.usual, world.urgent, voices, self._later)
        self.alive = world.clock.monotonic()
        self._began = (False, False)

    def handle(self, name: Name) -> None:
        """Something about a route has changed, or may have."""
        self._controller.look(name)

    def judged(self, stamp: Stamp) -> Judged | None:
        """What was made of the evidence about the step this stamp is at; immutable."""
        return self._folds.of(stamp)

    def evidence_tick(self) -> None:
        """Read what the proxies counted up to now, and look at every rollout that is on a rung."""
        active = self._controller.active() if self.copy.synced else []
        away, looked = self._folds.away, set[Name]()
        self._read(active, lambda: looked.update(self._look_early(active)))
        if self._folds.away:
            self._readings.forget()
        self._world.teller.active.set(len(active))
        self._world.teller.source(self._folds.away)
        for name, _ in active:
            if name not in looked:
                self.handle(name)
        if bool(away) != bool(self._folds.away):
            self.resync()
        self.alive = self._world.clock.monotonic()

    def due_tick(self) -> None:
        """Look at the routes whose time has come; at all of them once what was listed suffices, or when a window opens."""
        opened = self._openings.passed(self._world.policies.windows(), self._world.clock.now())
        began = self.copy.synced, self.copy.recalls
        if self.copy.synced and (opened or began != self._began):
            self._began = began
            self.resync()
        for name in self._due.pop(self._world.clock.monotonic()):
            self.handle(name)
        self._scribe.retry()

    def resync(self) -> None:
        """Look at everything: a lost event costs no more than the time until here."""
        for name in self.copy.routes.reflector.items():
            self.handle(name)

    def reload(self) -> None:
        """Read policy files that changed; a start that waited for one is judged again."""
        if self._world.policies.reload():
            self.resync()

    def _look_early(self, active: Sequence[tuple[Name, Stamp]]) -> list[Name]:
        """At those of whom no more is to be known in this tick, and at those who are condemned by what is known."""
        names = [name for name, stamp in active if (judged := self._folds.of(stamp)) and judged.is_clear]
        for name in names:
            self.handle(name)
        return names

    def _read(self, active: Sequence[tuple[Name, Stamp]], published: Callable[[], None]) -> None:
        asked = self._world.clock.monotonic()
        try:
            told = self._world.source.time()
        except CanaryError as error:
            self._folds.lost(str(error), self._world.grid.index())
            return
        self._world.grid.correct(asked, told)
        last = self._world.grid.at(told)
        self._readings.tick(active, last)
        self._folds.tick([(name[0], stamp) for name, stamp in active], last, published)

    def _later(self, name: Name, seconds: float) -> None:
        self._due.push(name, self._world.clock.monotonic() + seconds)
