"""
The canary's endpoints are ready for Kubernetes and dead for the mesh: its share hangs, and no response is counted.

After 3 s the proxies pass it over, so there is little to judge by, and then nothing: clients get all their answers from
stable. How long that takes, and that stable gets the rest, is what the model of Linkerd says, as it was measured.
"""

import pytest

from canary.sim.mesh import Behaviour, Trouble
from tests.beds.patience import rest
from tests.e2e.history import stamp_of
from tests.e2e.story import ask, ended, on_step, wait_for
from tests.e2e.world import CANARY, NAMESPACE, World

pytestmark = [pytest.mark.servers, pytest.mark.full, pytest.mark.timeout(300)]

DEAD = Behaviour(trouble=Trouble.POD_DEAD)
HANGS, ANSWERS = 5, 3
"""Seconds of each, in turn."""

COUNTED = f'sum(response_total{{dst_namespace="{NAMESPACE}",classification="failure"}})'


def test_what_nobody_answers_is_evidence_against_the_canary(world: World) -> None:
    """Dead in turns: each time it fails what it was sent."""
    world.daemon().start()
    ask(world)
    on_step(world, 1)
    for _ in range(3):
        world.behave(CANARY, DEAD)
        rest(HANGS)
        world.behave(CANARY, Behaviour())
        rest(ANSWERS)
    over = stamp_of(ended(world, "RolledBack", 20)) or {}
    print(over["message"])
    assert over["reason"] == "GateFailed"
    assert "of the canary's requests failed" in over["message"]
    assert not world.prometheus.value(COUNTED)


def test_a_canary_that_is_passed_over_never_advances(world: World) -> None:
    world.daemon().start()
    ask(world, policy="careful")
    settled = on_step(world, 2)
    world.behave(CANARY, DEAD)
    missed = wait_for(
        world,
        lambda stamp: stamp.get("reason") == "ObjectiveMissedNow",
        20,
        "its failures show",
        settled.number,
    )
    print((stamp_of(missed) or {})["message"])
    over = stamp_of(ended(world, "RolledBack", 60)) or {}
    print(over["reason"], over["message"])
    assert over["step"] == 2
    assert over["reason"] in {"GateFailed", "UnknownTooLong"}
    assert not world.prometheus.value(COUNTED)
