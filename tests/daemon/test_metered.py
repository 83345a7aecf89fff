"""A daemon and a rollout whose policy asks for a number of its own, from the tick to what is stored."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from canary.daemon.hands import Executor
from canary.daemon.readings import NO_METER, Meter
from canary.errors import Unavailable
from canary.evidence import Stratum
from canary.metrics.source import Points
from canary.rollout.policyfile import read
from canary.sim import adaptor
from canary.sim.server import ApiServer
from canary.sim.store import Store
from tests.daemon.scripted import DEAD, HEALTHY
from tests.daemon.test_readings import FILE
from tests.daemon.test_ticking import NAMESPACE, SPLIT, SPLITS, Bed
from tests.sim.apiserver.setup import with_definitions

AGO, DEADLINE = 20, 4
POLICY = f"{FILE}  unknownDeadline: {DEADLINE}s\n"


class Depth:
    """Answers the same number at every point; None = not at all."""

    def __init__(self, value: float | None) -> None:
        self._value = value
        self.asked: list[str] = []

    def points(self, query: str, first: int, last: int) -> Points:
        self.asked.append(query)
        if self._value is None:
            raise Unavailable("it answers nothing")
        return Points((self._value,) * (last - first + 1))


@pytest.fixture
def bed(tmp_path: Path) -> Iterator[Bed]:
    store = with_definitions(Store())
    store.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    (tmp_path / "p.yaml").write_text(FILE)
    with ApiServer(store) as server:
        made = Bed(tmp_path, server, store, read(POLICY, "p.yaml"), AGO)
        profile = adaptor.reconcile(store.get(SPLITS, NAMESPACE, SPLIT), None)
        store.create("serviceprofiles.linkerd.io", profile or {}, namespace=NAMESPACE)
        yield made


def ticked(bed: Bed, depth: Depth, stratum: Stratum = HEALTHY, executor: Executor = NO_METER.executor) -> str:
    """What is stored after two ticks of a daemon that was started a moment ago."""
    daemon = bed.daemon(bed.source(stratum), Meter(depth, executor))
    bed.policies.reload()
    for _ in range(2):
        daemon.evidence_tick()
        bed.wait()
    return bed.stored()


def test_a_failing_metric_is_rolled_back_in_the_first_tick(bed: Bed) -> None:
    stored = ticked(bed, Depth(10))
    assert '"phase":"RolledBack"' in stored
    assert '"reason":"MetricFailed"' in stored
    assert "metric depth: 4 of the last 4 points are above 9" in stored


def test_an_unknown_metric_holds(bed: Bed) -> None:
    stored = ticked(bed, Depth(None))
    assert '"reason":"MetricUnknown"' in stored
    assert "metric depth: it answers nothing" in stored
    assert '"phase":"RolledBack"' not in stored


def test_a_good_metric_is_not_in_the_way(bed: Bed) -> None:
    depth = Depth(1)
    assert '"reason":"Baking"' in ticked(bed, depth)
    assert depth.asked[0] == 'depth{app="v2-0", ns="ns", r="split"}'


def test_after_a_restart_with_another_query_in_the_file_it_is_unknown(bed: Bed, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(FILE.replace("depth{", "height{"))
    depth = Depth(10)
    stored = ticked(bed, depth)
    assert '"reason":"MetricUnknown"' in stored
    assert "is in no policy file that was read since the daemon started" in stored
    assert depth.asked == []


def test_an_outage_of_the_source_is_not_held_against_a_metric_that_was_unknown_before(bed: Bed) -> None:
    source = bed.source(HEALTHY)
    daemon = bed.daemon(source, Meter(Depth(None), NO_METER.executor))
    bed.policies.reload()
    for away in (False, True, True, True, True, True, False):
        source.away = away
        daemon.evidence_tick()
        bed.wait()
    assert '"phase":"Progressing"' in bed.stored()
    for _ in range(DEADLINE):
        daemon.evidence_tick()
        bed.wait()
    assert '"reason":"UnknownTooLong"' in bed.stored()


class Stuck:
    """Threads that never come to it."""

    def submit(self, job: Callable[[], None]) -> None:
        pass


def test_queries_that_hang_do_not_keep_a_dead_canary(bed: Bed) -> None:
    assert '"reason":"GateFailed"' in ticked(bed, Depth(1), DEAD, Stuck())
