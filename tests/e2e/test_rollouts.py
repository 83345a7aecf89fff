"""The sample app's own files on real servers, from the annotation to the end, with a pipeline waiting."""

import pytest

from canary.sim.mesh import Behaviour
from canary.terms import Exit
from tests.beds.patience import CLOCK, wait_until
from tests.e2e.history import stamp_of
from tests.e2e.story import all_is_told, ask, ended, on_step
from tests.e2e.world import CANARY, NAMESPACE, SPLIT, STABLE, World

pytestmark = pytest.mark.servers

WAIT = ("status", f"split/{SPLIT}", "--wait", "--id", "r1", "--timeout", "100s")
OUT_WITHIN = 4
"""Evidence intervals from the first bad one to the stored rollback."""


def test_a_healthy_canary_goes_from_900_100_to_all_traffic(world: World) -> None:
    world.daemon().start()
    ask(world)
    waiting = world.canary_meanwhile(*WAIT)
    over = ended(world, "Promoted", 90)
    assert over.weights == {STABLE: 0, CANARY: 1000}
    assert waiting.exit_code(10) == Exit.OK, waiting.output
    all_is_told(world)
    waited = ("wait", "cro", "-l", "canary.delivery/id=r1", "--for=condition=Succeeded", "--timeout=5s")
    assert "condition met" in world.plane.kubectl("-n", NAMESPACE, *waited).stdout
    shown = world.plane.kubectl("-n", NAMESPACE, "describe", "trafficsplit", SPLIT).stdout.partition(
        "Events:"
    )[2]
    assert "Started" in shown
    assert "Promoted" in shown


def test_a_failing_canary_is_out_within_four_intervals(world: World) -> None:
    world.behave(CANARY, Behaviour(failure_rate=0.3))
    world.daemon().start()
    ask(world)
    waiting = world.canary_meanwhile(*WAIT)
    over = ended(world, "RolledBack", 60)
    stamp = stamp_of(over) or {}
    assert over.weights == {STABLE: 1000, CANARY: 0}
    assert stamp["reason"] == "GateFailed"
    all_is_told(world)
    first = stamp_of(on_step(world, 1)) or {}
    assert stamp["at"] - first["since"] + 1 <= OUT_WITHIN
    assert waiting.exit_code(10) == Exit.ROLLED_BACK, waiting.output


def test_a_canary_without_endpoints_gets_nothing_within_two_seconds(world: World) -> None:
    world.daemon().start()
    ask(world)
    on_step(world, 1)
    began = CLOCK.monotonic()
    world.kubelet.make_unready(NAMESPACE, CANARY)
    wait_until(lambda: not world.linkerd.endpoints(NAMESPACE, CANARY), 10, "no endpoint of v2 is ready")
    gone = CLOCK.monotonic()
    out = world.history.wait_for(lambda version: version.weights[CANARY] == 0, 5, "v2 gets nothing")
    assert out.seen is not None
    assert out.seen - gone < 2, f"{out.seen - began:.2f} s after the pods became unready"
    assert (stamp_of(ended(world, "RolledBack", 30)) or {})["reason"] == "CanaryNotReady"


def test_an_abort_needs_no_daemon_and_the_waiter_learns_of_it_when_one_is_back(world: World) -> None:
    daemon = world.daemon()
    daemon.start()
    ask(world)
    on_step(world, 1)
    waiting = world.canary_meanwhile(*WAIT)
    daemon.kill()
    done = world.canary("abort", f"split/{SPLIT}", "--reason", "the page is on fire")
    assert done.returncode == Exit.OK, done.stderr
    assert world.weights == {STABLE: 1000, CANARY: 0}
    daemon.start()
    ended(world, "Aborted", 20)
    assert waiting.exit_code(10) == Exit.ABORTED, waiting.output
