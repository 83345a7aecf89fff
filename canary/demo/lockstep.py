"""
The daemon's own functions, called one after the other as virtual time goes on: no thread of its own, no waiting.

The API server is real HTTP on loopback, so that kubectl and `canary` can talk to it, too. A request and its answer are one
after the other as well, so the same seed gives the same decisions.
"""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from canary.cluster.client import Cluster
from canary.daemon.daemon import Daemon, World
from canary.daemon.grid import Grid
from canary.daemon.hands import Hands
from canary.daemon.judged import Judged
from canary.daemon.policies import Policies
from canary.demo.clock import VirtualClock
from canary.demo.jobs import Jobs
from canary.demo.narrator import Narrator
from canary.demo.place import Place, Setting
from canary.demo.scene import NAMESPACE, SPLIT, Scene
from canary.demo.stage import Stage
from canary.metrics.proxies import Proxies
from canary.metrics.source import Timing
from canary.rollout.memory import remembered
from canary.rollout.stamp import Stamp

UNIT = 5
"""Seconds of an evidence interval."""

RESYNC = 60


class LockStep:
    """
    One scene on its way.

    Attributes:
        policy: the rollout's.
        clock: everybody's.
        stage: cluster and mesh.
        daemon: the real one.
        narrator: what it told.
        judged: what was made of the evidence last; kept when it is over.
        kubeconfig: leads to the API server.
    """

    def __init__(self, scene: Scene, setting: Setting, place: Place) -> None:
        self.policy = setting.policy
        self.clock = VirtualClock(setting.start)
        self.stage = Stage(scene, setting.policy, self.clock, setting.seed)
        self.kubeconfig = place.serve(self.stage.store)
        self.narrator = Narrator(self.clock)
        self.source = Proxies(self.stage.targets, self.stage.page, Timing(UNIT, UNIT), self.clock)
        self.judged: Judged | None = None
        self._jobs = Jobs()
        self._cluster = Cluster.connect(str(self.kubeconfig))
        self._policies = Policies(place.policies(setting), self.narrator.refused)
        self._policies.reload()
        self.daemon = Daemon(self._world())
        for reflector in self.daemon.copy.reflectors:
            reflector.refresh()
        self.stage.follow()

    def _world(self) -> World:
        cluster = self._cluster
        return World(
            clock=self.clock,
            source=self.source,
            grid=Grid(self.clock, timedelta(seconds=UNIT)),
            watching=cluster,
            usual=Hands(cluster, self._jobs),
            urgent=Hands(cluster, self._jobs),
            reading=self._jobs,
            telling=Hands(cluster, self._jobs),
            policies=self._policies,
            teller=self.narrator,
            namespace=NAMESPACE,
        )

    def advance(self, seconds: float) -> None:
        """Let time pass; what was written meanwhile by others is seen at the end of it."""
        before = self.clock.seconds
        self.stage.mesh.advance(seconds)
        self.clock.seconds = round(before + seconds, 6)
        self.settle()
        if self._passed(before, 1):
            self.daemon.due_tick()
        if self._passed(before, RESYNC):
            self.daemon.resync()
        if self._passed(before, UNIT):
            self.source.scrape(self.clock.now())
            self.daemon.evidence_tick()
            self._remember()
        self.settle()

    def settle(self) -> None:
        """Until everybody has seen everything and nobody has anything to do."""
        while True:
            changed = self.stage.follow()
            for reflector in reversed(self.daemon.copy.reflectors):  # the route last, behind its profile
                if reflector.kind.resource in changed:
                    reflector.refresh()
            if not self._jobs.work() and not changed:
                return

    @property
    def stamp(self) -> Stamp | None:
        """What is remembered on the route now."""
        route = self.daemon.copy.routes.get((NAMESPACE, SPLIT))
        return remembered(route).stamp if route else None

    def close(self) -> None:
        self._cluster.close()

    def _remember(self) -> None:
        """Before anything is done about it: once a rollout is over, nobody folds it any more."""
        stamp = self.stamp
        self.judged = (self.daemon.judged(stamp) if stamp else None) or self.judged

    def _passed(self, before: float, every: int) -> bool:
        return int(before // every) != int(self.clock.seconds // every)


@contextmanager
def opened(scene: Scene, setting: Setting) -> Iterator[LockStep]:
    """A scene in its own place, until it is not needed any more."""
    with tempfile.TemporaryDirectory(prefix="canary-demo-") as folder:
        place = Place(Path(folder))
        try:
            with closing(LockStep(scene, setting, place)) as show:
                yield show
        finally:
            place.leave()
