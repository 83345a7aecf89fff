"""What the gates see on real servers beside failures: slowness, a number of one's own, bursts from before the start."""

import pytest

from canary.evidence import Evidence
from canary.metrics.source import Timing
from canary.rollout.boundary import anew
from canary.sim.mesh import Behaviour
from canary.terms import Exit
from tests.beds.patience import rest
from tests.e2e.history import stamp_of
from tests.e2e.rebuilt import SECOND, Rebuilder, source_of, steps_of
from tests.e2e.story import ask, ended, on_step, wait_for
from tests.e2e.world import CANARY, NAMESPACE, SPLIT, STABLE, World

pytestmark = [pytest.mark.servers, pytest.mark.full, pytest.mark.timeout(300)]

TIMING = Timing(interval=1, scrape=1)
WAIT = ("status", f"split/{SPLIT}", "--wait", "--id", "r1", "--timeout", "100s")
USUAL = Behaviour()
BEFORE = 10
"""Seconds from which it is told how fast stable is."""


def test_a_canary_three_times_slower_is_rolled_back(world: World) -> None:
    world.behave(CANARY, Behaviour(latency_ms=3 * USUAL.latency_ms))
    rest(BEFORE)
    world.daemon().start()
    ask(world, policy="careful")
    waiting = world.canary_meanwhile(*WAIT)
    over = stamp_of(ended(world, "RolledBack", 60)) or {}
    assert waiting.exit_code(10) == Exit.ROLLED_BACK, waiting.output
    print(over["message"])
    assert over["reason"] == "GateFailed"
    assert over["message"].startswith("latency ")
    stamp = steps_of(world)[-1]
    verdict = Rebuilder(source_of(world, TIMING)).folded(stamp, over["at"]).condemned
    assert verdict is not None
    assert verdict.reason == "WorseThanStable"


def test_a_healthy_canary_passes_the_latency_gate(world: World) -> None:
    rest(BEFORE)
    world.daemon().start()
    ask(world, policy="careful")
    waiting = world.canary_meanwhile(*WAIT)
    ended(world, "Promoted", 100)
    assert waiting.exit_code(10) == Exit.OK, waiting.output
    compared = [bound for bound, tail in steps_of(world)[0].bounds.items() if tail is not None]
    print(f"compared at {compared} ms")
    assert len(compared) > 1


def test_a_number_of_ones_own_takes_the_traffic_back_on_the_rung_where_it_is_too_much(world: World) -> None:
    world.daemon().start()
    ask(world, policy="metered")
    waiting = world.canary_meanwhile(*WAIT)
    over = stamp_of(ended(world, "RolledBack", 60)) or {}
    assert waiting.exit_code(10) == Exit.ROLLED_BACK, waiting.output
    print(over["message"])
    assert (over["reason"], over["step"]) == ("MetricFailed", 2)
    assert over["message"].startswith("metric answers: 3 of the last ")
    assert "response_total" not in str(over)


def test_bursts_before_the_start_are_learned_from(world: World) -> None:
    bursts(world)
    world.daemon().start()
    ask(world)
    begun = wait_for(world, lambda told: told.get("reason") == "Started", 20, "it has begun")
    message = (stamp_of(begun) or {})["message"]
    print(message)
    assert "how bursty stable's failures are was learned from " in message
    on_step(world, 1)
    stamp, again = steps_of(world)[0], Rebuilder(source_of(world, TIMING))
    learned, knowing_nothing = again.written(stamp), anew(stamp, SECOND)
    print(f"K is {factor(learned):.1f}, without the time before {factor(knowing_nothing):.1f}")
    assert factor(learned) > 5 * factor(knowing_nothing)
    assert again.start(stamp) == stamp.checkpoint


def factor(evidence: Evidence) -> float:
    """K of the gate for errors: as how many failures one counts."""
    return evidence.accounts[0].dispersion.factor(evidence.confidence.paired_limit)


def bursts(world: World) -> None:
    """One of stable's pods fails half of its requests, two seconds in five."""
    pod = world.linkerd.endpoints(NAMESPACE, STABLE)[0].pod
    for _ in range(4):
        world.behave(STABLE, Behaviour(failure_rate=0.5), pod)
        rest(2)
        world.behave(STABLE, USUAL, pod)
        rest(3)
