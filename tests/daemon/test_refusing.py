"""A refusal ends the wait of a pipeline: it rests on what the server says, not on a copy that has not heard of it yet."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from canary.cluster.client import Cluster
from canary.daemon.controller import Controller, Eyes
from canary.daemon.folds import Folds
from canary.daemon.fresh import survey
from canary.daemon.grid import Grid
from canary.daemon.hands import Hands
from canary.daemon.history import History
from canary.daemon.objects import Copy
from canary.daemon.pasts import Pasts
from canary.daemon.policies import Policies
from canary.daemon.readings import NO_METER, Readings
from canary.daemon.teller import Teller
from canary.daemon.voices import Voices
from canary.sim.server import ApiServer
from canary.sim.store import Store
from tests.cluster.clocks import JumpingClock
from tests.daemon.scripted import Counters, Mute
from tests.daemon.test_starting import NAME, Inline
from tests.rollout.builders import CANARY, STABLE
from tests.sim.apiserver.setup import with_definitions

POLICY = """
apiVersion: canary.delivery/v1alpha1
kind: RolloutPolicy
metadata: {name: mine}
spec: {steps: [{share: 10%}, {share: 50%}], gates: [{kind: errors}]}
"""
NAMESPACE, SPLIT = NAME


class Stage:
    """A controller on an in-memory API server, whose copy of it is brought up to date kind by kind."""

    def __init__(self, folder: Path, server: ApiServer, store: Store) -> None:
        self.store, self.again = store, list[float]()
        self.cluster = Cluster.connect(str(server.kubeconfig(folder / "kubeconfig", "canary")))
        self.copy = Copy(self.cluster, lambda _name: None, "", "cluster.local")
        (folder / "mine.yaml").write_text(POLICY)
        policies = Policies(folder, lambda _file, _error: None)
        policies.reload()
        unit, clock, source = timedelta(seconds=5), JumpingClock(1), Counters()
        grid = Grid(clock, unit)
        pasts = Pasts(History(source), Inline("reader", []), grid, clock)
        eyes = Eyes(
            self.copy, Folds(source, unit), Readings(NO_METER, policies, print), pasts, policies, grid, clock
        )
        usual, urgent = (Hands(self.cluster, Inline(pool, [])) for pool in ("usual", "urgent"))
        self.controller = Controller(
            eyes, usual, urgent, Voices(Teller(), Mute()), lambda _name, seconds: self.again.append(seconds)
        )

    def refresh(self) -> None:
        for reflector in self.copy.reflectors:
            reflector.refresh()

    def split(self) -> None:
        backends = [{"service": STABLE, "weight": 900}, {"service": CANARY, "weight": 100}]
        annotations = {"canary.delivery/policy": "mine", "canary.delivery/rollout": "a1"}
        about = {"name": SPLIT, "namespace": NAMESPACE, "annotations": annotations}
        self._create(
            "split.smi-spec.io/v1alpha1", "TrafficSplit", about, {"service": "api", "backends": backends}
        )

    def behind(self, service: str) -> None:
        labels = {"app": service}
        about = {"name": service, "namespace": NAMESPACE}
        self._create("v1", "Service", about, {"selector": labels, "ports": [{"port": 80}]})
        template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "app", "image": "app"}]}}
        self._create(
            "apps/v1", "Deployment", about, {"selector": {"matchLabels": labels}, "template": template}
        )

    def stored(self) -> str:
        """The stamp on the split."""
        split = self.store.get("trafficsplits.split.smi-spec.io", NAMESPACE, SPLIT)
        return str(split["metadata"].get("annotations", {}).get("canary.delivery/state", ""))

    def _create(
        self, version: str, kind: str, about: Mapping[str, object], spec: Mapping[str, object]
    ) -> None:
        collections = {
            "Service": "services",
            "Deployment": "deployments.apps",
            "TrafficSplit": "trafficsplits.split.smi-spec.io",
        }
        self.store.create(
            collections[kind],
            {"apiVersion": version, "kind": kind, "metadata": about, "spec": spec},
            namespace=NAMESPACE,
        )


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    store = with_definitions(Store())
    store.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    with ApiServer(store) as server:
        yield Stage(tmp_path, server, store)


def test_what_stands_behind_a_backend_is_found_anew(stage: Stage) -> None:
    stage.split()
    stage.refresh()
    stage.behind(CANARY)
    known = stage.copy.read(NAME)
    assert known is not None
    found = survey(stage.cluster, known).leaves
    assert (known.leaves[CANARY].exists, found[CANARY].exists, found[STABLE].exists) == (False, True, False)
    workload = found[CANARY].workload
    assert workload is not None
    assert workload.pin.name == CANARY


def test_a_start_is_not_refused_for_what_the_copy_has_not_heard_of_yet(stage: Stage) -> None:
    stage.split()
    stage.refresh()
    for service in (STABLE, CANARY):
        stage.behind(service)
    stage.controller.look(NAME)
    assert (stage.stored(), stage.again) == ("", [1.0])


def test_what_the_server_does_not_have_either_is_refused(stage: Stage) -> None:
    stage.split()
    stage.refresh()
    stage.controller.look(NAME)
    assert '"phase":"Rejected"' in stage.stored()
