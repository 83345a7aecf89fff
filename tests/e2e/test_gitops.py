"""
Argo CD and Flux, as far as their writes go, beside a rollout on a real API server: with the recipes of docs/gitops.md
nobody notices the other; without, the rollout comes to rest at what is in Git, and the tool is named.
"""

from collections.abc import Callable
from functools import partial

import pytest
import yaml

from canary.sim.mesh import Behaviour, Client
from canary.terms import Exit
from tests.beds.patience import rest, wait_until
from tests.e2e import gitops
from tests.e2e.gitops import ARGO, FLUX, Git, argo, flux, healing
from tests.e2e.history import stamp_of
from tests.e2e.story import BUSY, POLICY, RUNGS, all_is_told, ended, on_step, path, wait_for
from tests.e2e.world import APEX, CANARY, FRONTEND, NAMESPACE, SPLIT, STABLE, World

pytestmark = [pytest.mark.servers, pytest.mark.full, pytest.mark.timeout(400)]

SEED = {STABLE: 900, CANARY: 100}
LOOKS = 4
"""Seconds in which every tool has looked several times."""

Tool = Callable[[World, Git], None]

WITH_RECIPE: dict[str, Tool] = {
    "argo": partial(argo, ignored=gitops.ignored_by_argo()),
    "argo on the server": partial(
        argo, apply=gitops.argo_applies_on_the_server, ignored=gitops.ignored_by_argo()
    ),
    "flux": partial(flux, ignored=gitops.ignored_by_flux()),
}
WITHOUT: dict[str, tuple[Tool, str]] = {
    "argo": (argo, ARGO),
    "argo on the server": (partial(argo, apply=gitops.argo_applies_on_the_server), ARGO),
    "flux": (flux, FLUX),
}


def commit(git: Git, world: World, rollout: str = "r1") -> None:
    """A rollout is asked for in Git, under traffic."""
    world.linkerd.client(Client(NAMESPACE, FRONTEND, (), APEX, rate=BUSY))
    git.words = {"policy": POLICY, "rollout": rollout}


def newest(world: World) -> dict[str, object]:
    return dict(stamp_of(world.history.versions[-1]) or {})


@pytest.mark.parametrize("tool", WITH_RECIPE.values(), ids=WITH_RECIPE)
def test_with_the_recipe_a_rollout_that_git_asked_for_reaches_all_traffic(world: World, tool: Tool) -> None:
    git = Git()
    world.daemon().start()
    with healing(lambda: tool(world, git)):
        commit(git, world)
        ended(world, "Promoted", 120)
        rest(LOOKS)
    assert world.weights == {STABLE: 0, CANARY: 1000}
    assert path(world) == RUNGS
    assert newest(world).get("drifted", "") == ""
    all_is_told(world)


def test_flux_that_takes_back_a_pause_by_kubectl_resumes_nothing(world: World) -> None:
    git = Git()
    world.daemon().start()
    with healing(lambda: WITH_RECIPE["flux"](world, git)):
        commit(git, world)
        on_step(world, 1)
        world.annotate({"pause": "r1"})
        wait_for(world, lambda stamp: stamp.get("phase") == "Paused", 10, "it is paused")
        wait_until(
            lambda: "canary.delivery/pause" not in world.split()["metadata"]["annotations"],
            10,
            "it is pruned",
        )
        rest(LOOKS)
        assert newest(world)["phase"] == "Paused"
        assert world.canary("resume", SPLIT).returncode == Exit.OK
        ended(world, "Promoted", 120)
    assert "canary.delivery/resume" in world.split()["metadata"]["annotations"], "canary-cli's own stays"
    all_is_told(world)


def test_a_split_that_flux_makes_once_is_never_written_again(world: World) -> None:
    git = Git(foreign=gitops.created_once())
    world.daemon().start()
    with healing(lambda: flux(world, git)):
        commit(git, world)
        world.canary("start", SPLIT, "--id", "r1", "--policy", POLICY)
        ended(world, "Promoted", 120)
    assert {version.manager for version in world.history.of(SPLIT)}.isdisjoint({FLUX})


def test_who_applies_weights_on_the_server_without_force_is_told_whose_they_are(world: World) -> None:
    world.daemon().start()
    commit(git := Git(), world)
    world.canary("start", SPLIT, "--id", "r1", "--policy", POLICY)
    on_step(world, 2)
    manifest = yaml.safe_dump(git.manifest())
    refused = world.plane.kubectl("apply", "--server-side", "-f", "-", stdin=manifest, check=False)
    assert refused.returncode == 1
    assert 'conflict with "canary"' in refused.stderr
    assert ".spec.backends" in refused.stderr
    ended(world, "Promoted", 120)


@pytest.mark.parametrize(("tool", "manager"), WITHOUT.values(), ids=WITHOUT)
def test_without_the_recipe_a_rollout_rests_at_what_is_in_git_and_names_the_tool(
    world: World, tool: Tool, manager: str
) -> None:
    git = Git()
    world.daemon().start()
    with healing(lambda: tool(world, git)):
        commit(git, world)
        waiting = world.canary_meanwhile("status", SPLIT, "--wait", "--id", "r1", "--fail-on-hold")
        drifted = wait_for(world, lambda stamp: stamp.get("reason") == "Drifted", 60, "it has drifted")
        assert waiting.exit_code(10) == Exit.NEEDS_PERSON, waiting.output
        rest(LOOKS)
    assert world.weights == SEED
    assert (newest(world)["phase"], newest(world)["drifted"]) == ("Paused", manager)
    assert max(version.weights[CANARY] for version in world.history.of(SPLIT)) == 250, drifted
    all_is_told(world)


def test_without_the_recipe_flux_makes_a_promoted_rollout_drift_and_starts_nothing(world: World) -> None:
    git = Git()
    world.daemon().start()
    with healing(lambda: WITH_RECIPE["flux"](world, git)):
        commit(git, world)
        over = ended(world, "Promoted", 120)
    with healing(lambda: flux(world, git)):
        wait_for(world, lambda stamp: stamp.get("drifted") == FLUX, 20, "it has drifted", over.number)
        rest(LOOKS)
    assert (newest(world)["phase"], newest(world)["id"]) == ("Promoted", "r1")
    assert world.weights == SEED


def test_without_the_recipe_flux_gives_a_failed_canary_traffic_three_times_and_then_a_person_is_called(
    world: World,
) -> None:
    world.behave(CANARY, Behaviour(failure_rate=0.3))
    git = Git()
    world.daemon().start()
    with healing(lambda: WITH_RECIPE["flux"](world, git)):
        commit(git, world)
        over = ended(world, "RolledBack", 60)
    with healing(lambda: flux(world, git)):
        wait_for(world, lambda stamp: stamp.get("drifted") == FLUX, 30, "a person is called", over.number)
    assert (newest(world)["reason"], newest(world)["lowered"]) == ("GateFailed", 3)


def test_a_sync_that_replaces_the_split_loses_the_stamp_and_takes_all_traffic_from_the_canary(
    world: World,
) -> None:
    git = Git()
    world.daemon().start()
    replaced = partial(argo, apply=gitops.argo_replaces)
    with healing(lambda: WITH_RECIPE["argo"](world, git)):
        commit(git, world)
        on_step(world, 2)
        all_is_told(world)
    before = world.history.versions[-1].number
    replaced(world, git)
    wait_for(world, lambda stamp: stamp.get("reason") == "StampLost", 20, "the stamp is lost", before)
    rest(LOOKS)
    assert (newest(world)["phase"], newest(world)["reason"]) == ("Rejected", "StampLost")
    assert world.weights == {STABLE: 1000, CANARY: 0}
