"""What was judged live, through a crash and an outage of Prometheus, is what its data say afterwards."""

import pytest

from canary.metrics.source import Timing
from canary.sim.mesh import Behaviour
from tests.beds.patience import rest
from tests.e2e.rebuilt import Rebuilder, source_of, steps_of
from tests.e2e.story import ask, ended, on_step, wait_for
from tests.e2e.world import CANARY, STABLE, World

pytestmark = [pytest.mark.servers, pytest.mark.full, pytest.mark.timeout(400)]

DEAD, AWAY = 15, 60
"""Seconds: as many intervals. More than twelve are not read at once, but again, behind the live evidence."""

UNEVEN = Behaviour(failure_rate=0.003, slow_rate=0.01, slow_ms=80)


def test_each_checkpoint_is_what_prometheus_data_say(world: World) -> None:
    daemon = world.daemon()
    daemon.start()
    for service in (STABLE, CANARY):
        world.behave(service, UNEVEN)
    rest(10)
    ask(world, policy="careful")
    on_step(world, 1)
    rest(4)
    daemon.kill()
    rest(DEAD)
    daemon.start()
    settled = on_step(world, 2)
    rest(2)
    world.prometheus.stop()
    wait_for(
        world, lambda stamp: stamp.get("reason") == "SourceAway", 20, "the source is away", settled.number
    )
    rest(AWAY)
    world.prometheus.start()
    ended(world, "Promoted", 120)
    steps, again = steps_of(world), Rebuilder(source_of(world, Timing(interval=1, scrape=1)))
    assert [stamp.step for stamp in steps] == [1, 2, 3, 4]
    assert again.start(steps[0]) == steps[0].checkpoint
    unknown = [one for one in again.intervals(steps[1], steps[2].since - 1) if one.strata is None]
    print(f"{len(unknown)} of {steps[2].since - steps[1].since} intervals of step 2 are unknown")
    assert len(unknown) >= AWAY
    for now, stored in again.boundaries(steps):
        assert now == stored
