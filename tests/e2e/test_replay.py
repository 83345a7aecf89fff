"""`canary replay` of a rollout that has just run live, on the same servers: the same verdict at the same interval."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from canary.rollout.boundary import FOLLOWED
from canary.sim.mesh import Behaviour
from canary.terms import Exit
from tests.beds.patience import wait_until
from tests.e2e.history import stamp_of
from tests.e2e.rebuilt import steps_of
from tests.e2e.story import POLICY, RUNGS, ask, ended
from tests.e2e.world import CANARY, POLICIES, SPLIT, World

pytestmark = [pytest.mark.servers, pytest.mark.full]


def relived(world: World, over: int) -> dict[str, Any]:
    """What it says about the time from the last interval before the rollout, a second each, until after its end."""
    wait_until(lambda: (world.prometheus.value("vector(time())") or 0) > over + 3, 20, "the end is final")
    began = steps_of(world)[0].since - 1
    said = world.canary(
        "replay", SPLIT, "--policy", POLICY, "--policies", str(POLICIES), "--prometheus", world.prometheus.url,
        "--from", datetime.fromtimestamp(began, UTC).isoformat(), "-o", "json",
    )  # fmt: skip
    assert said.returncode == Exit.OK, said.stderr
    told: dict[str, Any] = json.loads(said.stdout)
    return told


def late(world: World) -> int:
    """By how many intervals the mesh was seen later than at once to follow, over all steps: no replay can know of it."""
    first, *rest = steps_of(world)
    usual = [(first, first.since - 1), *((step, step.since + 1) for step in rest)]
    return sum((stamp.settled or 0) - (newest + FOLLOWED) for stamp, newest in usual)


def test_a_failing_rollout_is_taken_back_at_the_same_interval_and_for_the_same_reason(world: World) -> None:
    world.behave(CANARY, Behaviour(failure_rate=0.3))
    world.daemon().start()
    ask(world)
    over = stamp_of(ended(world, "RolledBack", 60)) or {}
    told = relived(world, over["at"])
    assert (told["verdict"], told["step"], told["at"]) == ("Rollback", 1, over["at"])
    assert told["message"].startswith(over["message"])


def test_a_healthy_rollout_is_promoted_at_the_same_interval(world: World) -> None:
    world.daemon().start()
    ask(world)
    over = stamp_of(ended(world, "Promoted", 90)) or {}
    told = relived(world, over["at"])
    assert (told["verdict"], told["step"]) == ("Promoted", len(RUNGS) + 1)
    assert 0 <= over["at"] - told["at"] <= late(world), (told, over)
