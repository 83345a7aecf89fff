"""One evidence tick of the daemon as a whole: who is looked at when."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from canary.cluster.client import Cluster
from canary.cluster.views import SERVICE_NAME
from canary.daemon.daemon import Daemon, World
from canary.daemon.grid import Grid
from canary.daemon.hands import Executor, Hands
from canary.daemon.policies import Policies
from canary.daemon.readings import NO_METER, Meter
from canary.daemon.teller import Teller
from canary.evidence import Interval, Stratum
from canary.metrics.source import Leaves, Source
from canary.rollout.policy import Policy
from canary.sim.server import ApiServer
from canary.sim.store import Store
from canary.terms import Word
from tests.cluster.clocks import JumpingClock
from tests.daemon.scripted import DEAD, HEALTHY, POLICY, Counters, a_stamp
from tests.daemon.test_starting import Inline
from tests.rollout.builders import UNIT
from tests.sim.apiserver.setup import with_definitions

NAMESPACE, SPLIT, SPLITS = "ns", "split", "trafficsplits.split.smi-spec.io"
SERVICES = "v1-0", "v2-0"
"""As the stamp calls them."""

LONG = 100
"""Intervals that only a question about what was missed is about."""


class Telling(Counters):
    """A source that looks at the cluster whenever it is asked about what was missed."""

    def __init__(self, stratum: Stratum, clock: JumpingClock, look: Callable[[], str]) -> None:
        super().__init__(stratum)
        self._clock, self._look = clock, look
        self.saw: list[str] = []

    def time(self) -> float:
        return self._clock.now().timestamp()

    def increments(
        self, asked: Sequence[Leaves], first: int, last: int
    ) -> Mapping[Leaves, tuple[Interval, ...]]:
        if last - first > LONG:
            self.saw.append(self._look())
        return super().increments(asked, first, last)


class Bed:
    """
    A daemon that was started again, on a cluster with one rollout at 10 %, begun a while ago.

    Attributes:
        policies: what its daemons read; the folder is empty.
    """

    def __init__(
        self, folder: Path, server: ApiServer, store: Store, policy: Policy = POLICY, ago: int = 3 * LONG
    ) -> None:
        """
        Args:
            ago: so many intervals.
        """
        self._store, self._folder = store, folder
        self._policy, self._ago = policy, ago
        self.policies = Policies(folder, lambda _file, _error: None)
        self._cluster = Cluster.connect(str(server.kubeconfig(folder / "kubeconfig", "canary")))
        self._clock = JumpingClock(1)
        self._grid = Grid(self._clock, UNIT)
        for service in SERVICES:
            self._backend(service)
        self._split()

    def _backend(self, service: str) -> None:
        """A Service with an endpoint that is ready."""
        about: dict[str, object] = {"name": service, "namespace": NAMESPACE}
        self._create("services", "v1", "Service", {"metadata": about, "spec": {"ports": [{"port": 80}]}})
        about |= {"labels": {SERVICE_NAME: service}}
        body = {"metadata": about, "addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"]}]}
        self._create("endpointslices.discovery.k8s.io", "discovery.k8s.io/v1", "EndpointSlice", body)

    def _split(self) -> None:
        backends = [
            {"service": name, "weight": weight} for name, weight in zip(SERVICES, (900, 100), strict=True)
        ]
        about = {"name": SPLIT, "namespace": NAMESPACE, "annotations": {Word.ROLLOUT.key: "r1"}}
        body = {"metadata": about, "spec": {"service": "api", "backends": backends}}
        self._create(SPLITS, "split.smi-spec.io/v1alpha1", "TrafficSplit", body)
        uid, now = self._store.get(SPLITS, NAMESPACE, SPLIT)["metadata"]["uid"], self._grid.index()
        begun = now - self._ago
        stamp = a_stamp(uid=uid, since=begun, settled=begun, at=begun, going=begun, policy=self._policy)
        annotations = {Word.STATE.key: stamp.render()}
        self._store.patch(SPLITS, NAMESPACE, SPLIT, {"metadata": {"annotations": annotations}})

    def ticked(self, stratum: Stratum, telling: Executor | None = None) -> list[str]:
        """What was stored when the source was asked about the gap, in the first tick."""
        source = self.source(stratum)
        self.daemon(source, telling=telling).evidence_tick()
        return source.saw

    def source(self, stratum: Stratum) -> Telling:
        """One that says the same in every interval."""
        return Telling(stratum, self._clock, self.stored)

    def daemon(self, source: Source, meter: Meter = NO_METER, telling: Executor | None = None) -> Daemon:
        """One that has listed everything; its jobs run at once."""
        hands = Hands(self._cluster, Inline("", []))
        daemon = Daemon(
            World(
                clock=self._clock,
                source=source,
                grid=self._grid,
                watching=self._cluster,
                usual=hands,
                urgent=hands,
                reading=hands.executor,
                telling=Hands(self._cluster, telling or hands.executor),
                policies=self.policies,
                teller=Teller(),
                meter=meter,
            )
        )
        for reflector in daemon.copy.reflectors:
            reflector.refresh()
        return daemon

    def wait(self) -> None:
        """An interval passes."""
        self._clock.wait(threading.Event(), UNIT.total_seconds())

    def stored(self) -> str:
        """The stamp on the split."""
        return str(self._store.get(SPLITS, NAMESPACE, SPLIT)["metadata"]["annotations"][Word.STATE.key])

    def _create(self, collection: str, version: str, kind: str, body: Mapping[str, object]) -> None:
        self._store.create(collection, {"apiVersion": version, "kind": kind, **body}, namespace=NAMESPACE)


@pytest.fixture
def bed(tmp_path: Path) -> Iterator[Bed]:
    store = with_definitions(Store())
    store.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    with ApiServer(store) as server:
        yield Bed(tmp_path, server, store)


def test_a_dead_canary_is_out_before_the_source_is_asked_about_what_was_missed(bed: Bed) -> None:
    (stored,) = bed.ticked(DEAD)
    assert '"phase":"RolledBack"' in stored


class Stuck:
    """Threads that never come to the next job: the API server answers nobody who writes records."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], None]] = []

    def submit(self, job: Callable[[], None]) -> None:
        self.jobs.append(job)


def test_a_rollback_waits_for_no_record(bed: Bed) -> None:
    stuck = Stuck()
    (stored,) = bed.ticked(DEAD, stuck)
    assert '"phase":"RolledBack"' in stored
    assert len(stuck.jobs) == 2, "the record, with all that is new, and an Event"


def test_a_restart_tells_nothing_that_is_over_at_the_end_of_the_same_tick(bed: Bed) -> None:
    before = bed.stored()
    assert bed.ticked(HEALTHY) == [before]
    assert "Rebuilding" not in bed.stored()
