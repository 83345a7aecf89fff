"""
The real daemon in a simulated cluster beside a tool that brings the route back to what is in Git, every five seconds.

With the recipe of docs/gitops.md the tool leaves the backends alone, and everything is as without it. Without the recipe
no case may give traffic to a canary that nobody judges, or roll out an old version; each has its one end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from canary.demo.objects import DEPLOYMENTS, TRAFFIC_SPLITS
from canary.demo.scene import CANARY, NAMESPACE, SPLIT, STABLE, Ready
from canary.sim.store import How
from canary.terms import Phase, Word
from tests.daemon.scenery import ALL_TO_STABLE, GITOPS, Scenery
from tests.demo.plays import BY_NAME, a_play

EVERY = 5
"""Seconds between two looks of the tool."""

SEED = {STABLE: 900, CANARY: 100}
ALL_TO_CANARY = {STABLE: 0, CANARY: 1000}
ENOUGH = 1200
"""Seconds in which every rollout here ends."""


@dataclass
class Git:
    """
    What is in Git, and the tool that writes it whenever the route is otherwise.

    Attributes:
        words: annotations by word; what is not here is left alone.
        recipe: backends are ignored, as docs/gitops.md tells to; else they are 900/100.
    """

    here: Scenery
    words: dict[str, str]
    recipe: bool

    def sync(self) -> None:
        live = self.here.annotations()
        words = {Word(word).key: value for word, value in self.words.items()}
        same = words.items() <= live.items()
        if same and (self.recipe or self.here.weights() == SEED):
            return
        backends = [{"service": name, "weight": weight} for name, weight in SEED.items()]
        spec = {} if self.recipe else {"backends": backends}
        body = {"metadata": {"annotations": words}, "spec": spec}
        self.here.store.patch(TRAFFIC_SPLITS, NAMESPACE, SPLIT, body, GITOPS)

    def pass_time(self, seconds: int = 30) -> None:
        for _ in range(seconds // EVERY):
            self.sync()
            self.here.pass_time(EVERY - 1)
            self.here.pass_time(0)

    def until(self, *phases: Phase, seconds: int = ENOUGH) -> Phase:
        """Time passes until the rollout that is in Git is in one of them."""
        for _ in range(seconds // EVERY):
            self.pass_time(EVERY)
            stamp = self.here.stamp()
            if stamp.id == self.words["rollout"] and stamp.phase in phases:
                return stamp.phase
        raise AssertionError(f"{self.here.end()}, not {phases}: {self.here.stamp().message}")


ENDED = (Phase.PROMOTED, Phase.ROLLED_BACK)


@contextmanager
def a_git(scene: str, *, recipe: bool) -> Iterator[Git]:
    """The split is in Git at 900/100 and asks for a rollout."""
    with a_play(BY_NAME[scene]) as play:
        here = Scenery(play, play.show)
        yield Git(here, {"policy": play.scene.policy, "rollout": "v2"}, recipe)


def deploy(here: Scenery, service: str, revision: int) -> None:
    """Another version for that backend, and its Deployment's controller has seen it."""
    template = {"spec": {"containers": [{"name": "api", "image": f"{service}:{revision}"}]}}
    mark = {"deployment.kubernetes.io/revision": str(revision)}
    body = {"metadata": {"annotations": mark}, "spec": {"template": template}}
    made = here.store.patch(DEPLOYMENTS, NAMESPACE, service, body)
    seen = {"status": {"observedGeneration": made["metadata"]["generation"]}}
    here.store.patch(DEPLOYMENTS, NAMESPACE, service, seen, How(manager="controller", status=True))


@pytest.mark.full
def test_three_releases_through_git_alternate_between_the_slots() -> None:
    with a_git("good", recipe=True) as git:
        for release, (slot, weights) in enumerate(
            [(CANARY, ALL_TO_CANARY), (STABLE, ALL_TO_STABLE), (CANARY, ALL_TO_CANARY)], 2
        ):
            deploy(git.here, slot, release)
            git.words["rollout"] = f"v{release}"
            assert git.until(*ENDED) is Phase.PROMOTED
            assert git.here.stamp().stable == slot
            assert git.here.weights() == weights


def test_a_release_in_the_slot_that_has_the_traffic_begins_no_rollout_of_the_old_version() -> None:
    with a_git("good", recipe=True) as git:
        git.until(*ENDED)
        deploy(git.here, CANARY, 3)
        git.words["rollout"] = "v3"
        git.until(Phase.WAITING)
        git.pass_time(60)
        assert git.here.end() == (Phase.WAITING, "NothingNew")
        assert git.here.weights() == ALL_TO_CANARY


@pytest.mark.full
def test_a_commit_that_is_reverted_asks_for_a_used_id_and_starts_nothing() -> None:
    with a_git("good", recipe=True) as git:
        git.until(*ENDED)
        deploy(git.here, STABLE, 3)
        git.words["rollout"] = "v3"
        git.until(*ENDED)
        git.words["rollout"] = "v2"
        git.pass_time(60)
        assert git.here.told()[-1].reason == "IdReused"
        assert git.here.stamp().id == "v3"
        assert git.here.weights() == ALL_TO_STABLE


def test_without_the_recipe_a_rollout_stops_at_what_is_in_git_and_waits_for_a_person() -> None:
    with a_git("good", recipe=False) as git:
        git.until(Phase.PAUSED)
        git.pass_time(120)
        stamp = git.here.stamp()
        assert (git.here.end(), stamp.drifted) == ((Phase.PAUSED, "Drifted"), "argocd-controller")
        assert git.here.weights() == SEED


def test_without_the_recipe_who_resumes_twice_has_it_rolled_back_with_the_name_of_the_tool() -> None:
    with a_git("good", recipe=False) as git:
        for times in (1, 2):
            git.until(Phase.PAUSED)
            git.words["resume"] = f"v2/{times}"
        assert git.until(*ENDED) is Phase.ROLLED_BACK
        assert git.here.end() == (Phase.ROLLED_BACK, "Drifted")
        assert "argocd-controller wrote foreign weights 3 times" in git.here.stamp().message


def test_without_the_recipe_a_promoted_rollout_is_drifted_and_nothing_starts() -> None:
    with a_git("good", recipe=True) as git:
        git.until(*ENDED)
        git.recipe = False
        git.pass_time(60)
        stamp = git.here.stamp()
        assert (stamp.id, stamp.phase, stamp.drifted) == ("v2", Phase.PROMOTED, "argocd-controller")
        assert git.here.told()[-1].reason == "Drifted"
        assert git.here.weights() == SEED
        git.words["rollout"] = "v3"
        git.pass_time(60)
        assert git.here.stamp().id == "v2"


def test_without_the_recipe_what_git_gives_to_nobody_goes_to_the_promoted_version() -> None:
    with a_git("good", recipe=True) as git:
        git.until(*ENDED)
        git.here.play.show.stage.act(Ready(STABLE, 0))
        git.recipe = False
        for _ in range(5):
            git.sync()
            git.here.pass_time(2)
            assert git.here.weights() == ALL_TO_CANARY


def test_without_the_recipe_a_rolled_back_canary_is_lowered_three_times_and_then_a_person_is_called() -> None:
    with a_git("errors", recipe=True) as git:
        git.until(*ENDED)
        git.recipe = False
        for times in (1, 2, 3):
            git.sync()
            git.here.pass_time(4)
            assert (git.here.weights(), git.here.stamp().lowered) == (ALL_TO_STABLE, times)
        git.pass_time(60)
        stamp = git.here.stamp()
        assert (stamp.phase, stamp.reason, stamp.drifted) == (
            Phase.ROLLED_BACK,
            "GateFailed",
            "argocd-controller",
        )
        assert "3 times it was taken back" in stamp.message
