"""Crashes, two daemons, and servers that go away, in the middle of a rollout: the same end, nothing early."""

import random

import pytest

from canary.sim.mesh import Behaviour
from tests.beds.patience import CLOCK, rest, wait_until
from tests.e2e.history import stamp_of
from tests.e2e.story import RUNGS, all_is_told, ask, ended, on_step, path, wait_for, weight_writes
from tests.e2e.world import CANARY, STABLE, World

pytestmark = [pytest.mark.servers, pytest.mark.full, pytest.mark.timeout(400)]

KILLS = 20
SEED = 4

IMPATIENT, PATIENCE = "careful", 15
"""A policy and its `unknownDeadline` in seconds."""


def test_twenty_kills_at_random_moments_change_neither_path_nor_end(world: World) -> None:
    dice, daemon = random.Random(SEED), world.daemon()
    daemon.start()
    ask(world)
    kills = 0
    while kills < KILLS and (stamp_of(world.history.versions[-1]) or {}).get("phase") != "Promoted":
        rest(dice.uniform(0.1, 2.5))
        daemon.kill()
        kills += 1
        daemon.start()
    assert ended(world, "Promoted", 120).weights == {STABLE: 0, CANARY: 1000}
    assert path(world) == RUNGS
    assert kills == KILLS
    all_is_told(world)


def test_two_daemons_without_election_leave_one_valid_history(world: World) -> None:
    for name in ("one", "other"):
        world.daemon(name=name).start()
    ask(world)
    assert ended(world, "Promoted", 120).weights == {STABLE: 0, CANARY: 1000}
    assert path(world) == RUNGS
    all_is_told(world)


def test_without_prometheus_it_holds_and_goes_on_afterwards(world: World) -> None:
    world.daemon().start()
    ask(world)
    settled = on_step(world, 2)
    world.prometheus.stop()
    held = wait_for(
        world, lambda stamp: stamp.get("reason") == "SourceAway", 20, "the source is away", settled.number
    )
    rest(5)
    assert (stamp_of(world.history.versions[-1]) or {})["step"] == (stamp_of(held) or {})["step"]
    world.prometheus.start()
    ended(world, "Promoted", 120)


def test_a_prometheus_that_sees_no_proxy_rolls_nothing_back(world: World) -> None:
    """Its targets are gone for longer than one rollout's own metrics could be before it is rolled back."""
    world.daemon().start()
    ask(world, policy=IMPATIENT)
    settled = on_step(world, 2)
    world.prometheus.set_targets([])
    wait_for(
        world, lambda stamp: stamp.get("reason") == "SourceAway", 20, "the source is away", settled.number
    )
    rest(2 * PATIENCE)
    stamp = stamp_of(world.history.versions[-1]) or {}
    assert (stamp["phase"], stamp["step"], stamp["reason"]) == ("Progressing", 2, "SourceAway")
    world.prometheus.set_targets(world.linkerd.targets())
    ended(world, "Promoted", 120)


def test_a_wiped_prometheus_neither_rolls_back_nor_advances(world: World) -> None:
    world.daemon().start()
    ask(world)
    settled = stamp_of(on_step(world, 3)) or {}
    world.prometheus.wipe()
    wiped = CLOCK.now().timestamp()
    ended(world, "Promoted", 120)
    steps = [stamp_of(version) or {} for version in weight_writes(world)]
    after = next(stamp for stamp in steps if stamp.get("step") == settled["step"] + 1)
    assert after["at"] >= wiped + 3, "the next rung needs bake.min of data from after the wipe"


def test_without_the_api_server_nothing_is_lost(world: World) -> None:
    world.daemon().start()
    ask(world)
    on_step(world, 1)
    world.plane.stop_apiserver()
    world.behave(CANARY, Behaviour(failure_rate=0.5))
    rest(8)
    world.plane.start_apiserver()
    over = ended(world, "RolledBack", 60)
    assert over.weights == {STABLE: 1000, CANARY: 0}
    all_is_told(world)


def test_a_pause_holds_but_a_failing_canary_is_rolled_back_all_the_same(world: World) -> None:
    world.daemon().start()
    ask(world)
    on_step(world, 1)
    world.annotate({"pause": "r1"})
    wait_for(world, lambda stamp: stamp.get("phase") == "Paused", 10, "it is paused")
    world.annotate({"pause": None})
    rest(3)
    assert (stamp_of(world.history.versions[-1]) or {})["phase"] == "Paused"
    world.behave(CANARY, Behaviour(failure_rate=0.5))
    ended(world, "RolledBack", 30)


def test_foreign_weights_are_taken_back_and_a_person_is_waited_for(world: World) -> None:
    world.daemon().start()
    ask(world)
    on_step(world, 1)
    world.set_weights({STABLE: 500, CANARY: 500})
    back = wait_for(world, lambda stamp: stamp.get("reason") == "Drifted", 10, "the drift is told")
    assert back.weights == {STABLE: 900, CANARY: 100}
    world.annotate({"resume": "r1"})
    wait_until(
        lambda: (stamp_of(world.history.versions[-1]) or {}).get("phase") == "Progressing", 10, "it goes on"
    )
    ended(world, "Promoted", 120)
