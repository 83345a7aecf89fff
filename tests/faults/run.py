"""The real daemon, in lock-step with a virtual clock, through one plan: what was stored, and how it ended."""

import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import structlog

from canary.cluster.objects import Event
from canary.cluster.reflector import Reflector
from canary.daemon.daemon import Daemon, World
from canary.daemon.grid import Grid
from canary.daemon.hands import Hands
from canary.daemon.policies import Policies
from canary.daemon.teller import Teller
from canary.demo.clock import VirtualClock
from canary.demo.jobs import Jobs
from canary.demo.objects import TRAFFIC_SPLITS
from canary.demo.scene import NAMESPACE
from canary.errors import CanaryError
from canary.rollout.memory import remembered
from canary.rollout.stamp import Stamp
from canary.routes import trafficsplit
from canary.sim.store import Change
from tests.faults.bed import Bed
from tests.faults.gateway import Gateway
from tests.faults.people import PEOPLE
from tests.faults.plan import Crash, Fault, Plan
from tests.faults.source import Counts
from tests.faults.traces import POLICY, TRACES, Trace

UNIT, RELIST = 5, 12
"""Seconds of a tick, and ticks after which every watch has ended once and everything is listed anew."""

AFTER = 2
"""Ticks."""

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS = ("dropped", "duplicated", "delayed", "reordered", "closed", "gone", "stalled")
GAPS = (*PEOPLE, "clock1", "clock-1", "clock3600", "clock-3600")


class Wall(VirtualClock):
    """A wall clock that may be wrong; durations go on undisturbed."""

    wrong = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.wrong)


class Nobody:
    """Records and Events are behind everything else and decide nothing; without them there are fewer calls to count."""

    def submit(self, job: Callable[[], None]) -> None:
        pass


@dataclass
class Run:
    """
    One plan.

    Attributes:
        fault: it, and what was counted on the way.
        bugs: what the daemon itself called a bug.
        until_end: how many points there were until it had ended.
    """

    plan: Plan
    fault: Fault = field(init=False)
    bugs: float = 0
    until_end: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fault = Fault(self.plan)
        self.trace: Trace = TRACES[self.plan.trace]
        self._clock = Wall(EPOCH)
        self.counts = Counts(self.fault, self._true_time, UNIT)
        self.bed = Bed(self._clock, self.counts.weighed, "quick")
        self._late: deque[tuple[int, Change]] = deque()
        self._mute = 0
        self._tick = 0
        self._daemon: Daemon | None = None
        self._jobs = Jobs()

    @property
    def stamp(self) -> Stamp | None:
        return remembered(trafficsplit.read(self.bed.split())).stamp

    def play(self) -> None:
        """From the first tick to the last."""
        for tick in range(1, self.trace.stop + 1):
            self._tick = tick
            self._clock.seconds += UNIT
            self._meddle()
            for when, act in self.trace.script:
                if when == tick:
                    act(self.bed, self.counts)
            try:
                self._live()
            except Crash:
                self._dies()
                self.fault.crashed()
            except CanaryError:
                continue
            finally:
                self._count()
        self._dies()

    def _count(self) -> None:
        """Until a while after it has ended; later points are all alike."""
        stamp = self.stamp
        if self._tick <= self.trace.last + AFTER or not (stamp and stamp.phase.ended):
            self.until_end = dict(self.fault.counts)

    def _true_time(self) -> float:
        return EPOCH.timestamp() + self._clock.seconds

    def _dies(self) -> None:
        if self._daemon:
            self.bugs += sum(
                sample.value
                for family in self._teller.registry.collect()
                for sample in family.samples
                if sample.name == "canary_bugs_total"
            )
        self._daemon, self._jobs, self._late = None, Jobs(), deque()
        self.bed.changes.clear()

    def _meddle(self) -> None:
        happens = self.fault.at("gap")
        if happens.startswith("clock"):
            self._clock.wrong = float(happens.removeprefix("clock"))
        elif happens:
            PEOPLE[happens](self.bed)

    def _live(self) -> None:
        """What a daemon does in five seconds; a new one where there is none."""
        if self._daemon is None:
            self._daemon = self._begun()
        daemon = self._daemon
        ended = self._tick % RELIST == 0 or self._tick == self._mute
        for reflector in daemon.copy.reflectors:
            if reflector.trouble or ended:
                _listed(reflector)
        self._tell(daemon)
        daemon.due_tick()
        self._work(daemon)
        if self._tick % RELIST == 0:
            daemon.resync()
        daemon.evidence_tick()
        self._work(daemon)

    def _begun(self) -> Daemon:
        gateway: Any = Gateway(self.bed, self.fault)
        self._teller = Teller()
        daemon = Daemon(
            World(
                clock=self._clock,
                source=self.counts,
                grid=Grid(self._clock, timedelta(seconds=UNIT)),
                watching=gateway,
                usual=Hands(gateway, self._jobs),
                urgent=Hands(gateway, self._jobs),
                reading=self._jobs,
                telling=Hands(gateway, Nobody()),
                policies=_policies(),
                teller=self._teller,
                namespace=NAMESPACE,
            )
        )
        self.bed.changes.clear()
        self._mute = 0
        for reflector in daemon.copy.reflectors:
            _listed(reflector)
        return daemon

    def _work(self, daemon: Daemon) -> None:
        while self._jobs.work() or self.bed.changes:
            self._tell(daemon)

    def _tell(self, daemon: Daemon) -> None:
        """What watches tell of what was stored since, each event once unless it is the one that is meant."""
        while self._late and self._late[0][0] <= self._tick:
            self._event(daemon, self._late.popleft()[1])
        while self.bed.changes:
            change = self.bed.changes.popleft()
            if change.key == TRAFFIC_SPLITS and change.after is not None:
                self.bed.adapt(change.after)
            self._told(daemon, change)

    def _told(self, daemon: Daemon, change: Change) -> None:
        reflector = _of(daemon, change)
        if reflector is None:
            return
        happens = self.fault.at("event")
        if happens == "stalled":
            self._mute = self._tick + RELIST
        if happens in ("closed", "gone"):
            _listed(reflector)
        elif happens in ("delayed", "reordered"):
            self._late.append((self._tick + (3 if happens == "delayed" else 1), change))
        elif happens != "dropped" and self._mute <= self._tick:
            self._event(daemon, change)
            if happens == "duplicated":
                self._event(daemon, change)

    def _event(self, daemon: Daemon, change: Change) -> None:
        reflector = _of(daemon, change)
        if reflector is not None:
            reflector._see(Event(change.kind, change.object))


def _of(daemon: Daemon, change: Change) -> Reflector[Any] | None:
    found = (each for each in daemon.copy.reflectors if each.kind.resource == change.key)
    return next(found, None)


def _listed(reflector: Reflector[Any]) -> None:
    """A reflector that cannot list tries again, here on the next tick."""
    reflector.trouble = None
    try:
        reflector.refresh()
    except CanaryError as error:
        reflector.trouble = error


@cache
def _policies() -> Policies:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "quick.yaml").write_text(POLICY)
        policies = Policies(Path(folder), lambda _name, _error: None)
        policies.reload()
    return policies


def silent() -> None:
    """Thousands of daemons tell nobody anything."""
    structlog.configure(processors=[_dropped])


def _dropped(_logger: object, _name: str, _event: object) -> str:
    raise structlog.DropEvent
