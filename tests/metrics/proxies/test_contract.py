"""One past, told by both sources: what a real Prometheus answers about the same pages is what we make of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from canary.evidence.increments import Interval
from canary.metrics.connection import Connection
from canary.metrics.prometheus import Prometheus
from canary.metrics.source import Leaves
from canary.sim.mesh import Behaviour, Mesh, Trouble
from tests.beds.patience import CLOCK
from tests.metrics.backfill import Record, remembering
from tests.metrics.proxies.scene import LEAVES, SECONDS, TIMING, Scene, a_client, a_scene
from tests.sim.scene import APEX, CANARY, CANARY_PODS, FRONTEND, NAMESPACE, STABLE

pytestmark = [pytest.mark.servers, pytest.mark.usefixtures("tools")]

VIEWS = [replace(LEAVES, bounds=(10.0, 50.0)), replace(LEAVES, bounds=(5.0,), view="servers")]
SETTLED = 2
"""Intervals at the end that are provisional."""


@dataclass
class Played:
    """A scene that is over, with a real Prometheus that has read its pages."""

    scene: Scene
    prometheus: Prometheus
    first: int

    def both(self, leaves: Leaves) -> Iterator[tuple[Interval, Interval]]:
        """What each source tells, interval by interval."""
        span = self.first, self.scene.index - SETTLED
        theirs = self.prometheus.increments([leaves], *span)[leaves]
        return zip(self.scene.source.increments([leaves], *span)[leaves], theirs, strict=True)


def much(mesh: Mesh) -> Sequence[Callable[[], None]]:
    """What happens, one after the other."""
    return (
        lambda: None,
        lambda: mesh.behave(NAMESPACE, CANARY, Behaviour(failure_rate=0.3, latency_ms=20)),
        lambda: mesh.client(a_client("batch", rate=50, pods=1)),
        lambda: mesh.service(NAMESPACE, CANARY, []),
        lambda: mesh.service(NAMESPACE, CANARY, CANARY_PODS),
        lambda: mesh.profile(NAMESPACE, APEX, {STABLE: 500, CANARY: 500}),
        lambda: mesh.restart(NAMESPACE, FRONTEND[0]),
        lambda: mesh.behave(NAMESPACE, STABLE, Behaviour(trouble=Trouble.PORT_CLOSED)),
        lambda: mesh.client(a_client(rate=0)),
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Much happens, and every interval ends with a scrape by both."""
    epoch = int(CLOCK.now().timestamp()) // 60 * 60 - 60 * 20
    scene = a_scene(epoch=epoch, before=replace(a_client("old", rate=40, pods=1), busy=True))
    record = Record(scene.mesh, epoch, scrape=SECONDS)
    first = scene.index + 2
    for happens in much(scene.mesh):
        happens()
        for _ in range(3):
            record.run(SECONDS)
            scene.source.scrape(scene.now())
    with remembering(tmp_path_factory.mktemp("past"), record) as server, Connection(server.url) as connection:
        yield Played(scene, Prometheus(connection, TIMING), first)


@pytest.mark.parametrize("leaves", VIEWS, ids=lambda leaves: leaves.view)
def test_both_sources_tell_the_same(played: Played, leaves: Leaves) -> None:
    told = list(played.both(leaves))
    assert len(told) == 24
    assert all(mine.strata for mine, _ in told)
    past = {astray.client for mine, _ in told for astray in mine.astray}
    assert past == ({f"{NAMESPACE}/old"} if leaves.view == "clients" else set())
    for mine, theirs in told:
        assert mine == theirs


@pytest.mark.parametrize("leaves", VIEWS, ids=lambda leaves: leaves.view)
def test_both_sources_know_the_same_bounds(played: Played, leaves: Leaves) -> None:
    mine, theirs = played.scene.source.tails(leaves), played.prometheus.tails(leaves)
    assert mine.keys() == theirs.keys()
    assert mine == pytest.approx(theirs, abs=0.02)
