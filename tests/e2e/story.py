"""What the end-to-end tests say about a rollout in a world: asked for, on a rung, ended."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from canary.sim.mesh import Client
from canary.terms import DAEMON_MANAGER
from tests.beds.patience import wait_until
from tests.e2e.history import Version, stamp_of
from tests.e2e.world import APEX, FRONTEND, NAMESPACE, SPLIT, STABLE, World

POLICY = "quick"
BUSY = 800.0
"""Requests per second, so that the quick policy's rungs take seconds."""

RUNGS = [750, 500, 250, 50, 0]
"""Weights of stable on the quick policy's rungs; it stands on the first one when it is asked for."""

TOLD_WITHIN = 20
"""Seconds from the end: who comes after a crash gives the one before time to tell."""


def ask(world: World, rollout: str = "r1", *, rate: float = BUSY, **words: str) -> int:
    """Ask for a rollout as CD would, under traffic; the version that did it."""
    world.linkerd.client(Client(NAMESPACE, FRONTEND, (), APEX, rate=rate))
    return world.annotate({"policy": POLICY, "rollout": rollout, **words})


def wait_for(
    world: World, told: Callable[[Mapping[str, Any]], object], within: float, what: str, after: int = 0
) -> Version:
    """The first version whose stamp meets the condition."""
    return world.history.wait_for(lambda version: bool(told(stamp_of(version) or {})), within, what, after)


def ended(world: World, phase: str, within: float, rollout: str = "r1") -> Version:
    """The version in which the rollout ended, which must be in that phase."""
    over = ("Promoted", "RolledBack", "Aborted", "Superseded", "Rejected")
    found = wait_for(
        world,
        lambda stamp: stamp.get("id") == rollout and stamp.get("phase") in over,
        within,
        f"{rollout} ends",
    )
    stamp = stamp_of(found) or {}
    assert stamp["phase"] == phase, stamp.get("message")
    return found


def on_step(world: World, step: int, within: float = 60) -> Version:
    """The version that put the rollout on a step, seen by the mesh."""
    return wait_for(
        world,
        lambda stamp: (
            stamp.get("step") == step
            and stamp.get("settled") is not None
            and stamp.get("phase") != "Promoted"
        ),
        within,
        f"step {step} is settled",
    )


def weight_writes(world: World) -> list[Version]:
    """The daemons' versions in which a weight is another than before."""
    versions = world.history.of(SPLIT)
    return [
        after
        for before, after in pairwise(versions)
        if after.manager == DAEMON_MANAGER and after.weights != before.weights
    ]


def path(world: World) -> list[int]:
    """The weights of stable that the daemons wrote, in order."""
    return [version.weights[STABLE] for version in weight_writes(world)]


def all_is_told(world: World) -> None:
    """The record tells each change at last."""
    wait_until(lambda: not world.untold(), TOLD_WITHIN, "every change is told")
