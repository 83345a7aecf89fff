"""Prometheus looks at the proxies only every other second: each request is in exactly one interval all the same."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from canary.daemon.asking import leaves
from canary.metrics.source import Timing
from canary.sim.mesh import Client, Sent
from tests.beds.controlplane import ControlPlane
from tests.beds.kubelet import Kubelet
from tests.beds.patience import wait_until
from tests.beds.prometheus import prometheus_server
from tests.e2e.rebuilt import source_of, steps_of
from tests.e2e.story import ask, ended
from tests.e2e.world import APEX, CANARY, FRONTEND, NAMESPACE, STABLE, World

pytestmark = [pytest.mark.servers, pytest.mark.full, pytest.mark.timeout(300)]

SCRAPE = 2
QUIET = 8
"""Seconds without traffic, in which the last answers arrive and are scraped."""


@pytest.fixture
def seldom(control_plane: ControlPlane, kubelet: Kubelet, tmp_path: Path) -> Iterator[World]:
    """A world with a Prometheus of its own, that scrapes more seldom than an interval would be long."""
    with (
        prometheus_server(tmp_path / "seldom", scrape=f"{SCRAPE}s") as prometheus,
        World(control_plane, kubelet, prometheus, tmp_path) as world,
    ):
        yield world
        assert world.violations() == []


def quiet(world: World, timing: Timing) -> int:
    """Nobody asks any more, and all that was answered is on record; the last interval that is over."""
    world.linkerd.client(Client(NAMESPACE, FRONTEND, (), APEX, rate=0))
    source = source_of(world, timing)
    silence = source.time() + QUIET
    wait_until(lambda: source.time() > silence, 2 * QUIET, "all that was answered is scraped", every=0.5)
    return int(source.time()) // timing.interval


@pytest.mark.parametrize("told", [SCRAPE, 1], ids=["as it is", "more often than it is"])
def test_no_request_is_lost_or_counted_twice(seldom: World, told: int) -> None:
    timing = Timing(interval=told, scrape=told)
    first, before = quiet(seldom, timing), seldom.linkerd.sent
    seldom.daemon("--scrape-interval", f"{told}s").start()
    ask(seldom)
    ended(seldom, "Promoted", 150)
    last, sent = quiet(seldom, timing), seldom.linkerd.sent - before
    counted = requests(seldom, timing, range(first + 1, last + 1))
    print(f"{counted.total()} requests in {last - first} intervals of {told} s")
    assert counted == to_each(sent)


def requests(world: World, timing: Timing, indices: range) -> Counter[str]:
    """Those to each backend that the product's own source tells of; there is no interval that it does not know."""
    asked = leaves(NAMESPACE, steps_of(world)[0])
    counted: Counter[str] = Counter()
    for interval in source_of(world, timing).increments([asked], indices[0], indices[-1])[asked]:
        assert interval.strata is not None, f"{interval.index}: {interval.why}"
        for stratum in interval.strata:
            counted += {STABLE: int(stratum.stable.requests), CANARY: int(stratum.canary.requests)}
    return counted


def to_each(sent: Counter[Sent]) -> Counter[str]:
    """The same by the model's own book."""
    counted: Counter[str] = Counter()
    for key, number in sent.items():
        counted[key.service] += number
    return counted
