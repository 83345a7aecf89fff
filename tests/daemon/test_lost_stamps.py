"""
The real daemon in a simulated cluster, whose stamp or records somebody takes away: each case has its one end.

GitOps does most of it: a tool that prunes foreign annotations, a split that is deleted and made anew from Git, a copied
manifest. No case may leave traffic with a canary that nobody judges, or roll out an old version.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy

import pytest

from canary.cluster import records
from canary.demo.lockstep import LockStep
from canary.demo.objects import TRAFFIC_SPLITS
from canary.demo.play import Play
from canary.demo.scene import CANARY, NAMESPACE, ROLLOUT, SPLIT, STABLE
from canary.rollout.memory import remembered
from canary.rollout.record import Record
from canary.rollout.stamp import Stamp
from canary.routes import trafficsplit
from canary.sim.store import How
from canary.terms import Phase, Word
from tests.demo.plays import BY_NAME, a_play, to_the_end, until

RECORDS = "canaryrollouts.canary.delivery"
GITOPS = How(manager="argocd-controller")
LONG_ENOUGH = 30
"""Seconds in which the daemon would have begun anew, had it wanted to."""


class Scenery:
    """One route, what is stored about it, and what others do to it."""

    def __init__(self, play: Play, show: LockStep) -> None:
        self.play, self._show, self.store = play, show, show.stage.store

    def split(self, name: str = SPLIT) -> dict[str, object]:
        return self.store.get(TRAFFIC_SPLITS, NAMESPACE, name)

    def weights(self, name: str = SPLIT) -> dict[str, int | None]:
        return trafficsplit.read(self.split(name)).weights

    def stamp(self, name: str = SPLIT) -> Stamp:
        found = remembered(trafficsplit.read(self.split(name))).stamp
        assert found is not None
        return found

    def records(self) -> list[Record]:
        return [records.read(raw) for raw in self.store.list(RECORDS)]

    def pass_time(self, seconds: float = LONG_ENOUGH) -> None:
        self._show.advance(0.5)
        for _ in range(int(seconds)):
            self._show.advance(1)

    def prune(self, **words: str) -> None:
        """The stamp goes, as whatever is not in Git; words that are in Git are written."""
        annotations = {Word.STATE.key: None, **{Word(word).key: value for word, value in words.items()}}
        self.store.patch(TRAFFIC_SPLITS, NAMESPACE, SPLIT, {"metadata": {"annotations": annotations}}, GITOPS)

    def restore(self) -> None:
        """As it is in Git: 900/100, no stamp."""
        backends = [{"service": STABLE, "weight": 900}, {"service": CANARY, "weight": 100}]
        body = {"metadata": {"annotations": {Word.STATE.key: None}}, "spec": {"backends": backends}}
        self.store.patch(TRAFFIC_SPLITS, NAMESPACE, SPLIT, body, GITOPS)

    def copied(self, name: str, service: str, *, stamp: bool) -> None:
        """The manifest under another name."""
        body = deepcopy(self.split())
        about, spec = body["metadata"], body["spec"]
        assert isinstance(about, dict)
        assert isinstance(spec, dict)
        annotations = {k: v for k, v in about["annotations"].items() if stamp or k != Word.STATE.key}
        body["metadata"] = {"name": name, "namespace": NAMESPACE, "annotations": annotations}
        body["spec"] = {**spec, "service": service}
        self.store.create(TRAFFIC_SPLITS, body, GITOPS)

    def made_anew(self) -> None:
        """Deleted, and created from Git at 900/100."""
        body = deepcopy(self.split())
        about = body["metadata"]
        assert isinstance(about, dict)
        annotations = {k: v for k, v in about["annotations"].items() if k != Word.STATE.key}
        self.store.delete(TRAFFIC_SPLITS, NAMESPACE, SPLIT)
        self.pass_time(2)
        backends = [{"service": STABLE, "weight": 900}, {"service": CANARY, "weight": 100}]
        body["metadata"] = {"name": SPLIT, "namespace": NAMESPACE, "annotations": annotations}
        body["spec"] = {"service": "backend-api", "backends": backends}
        self.store.create(TRAFFIC_SPLITS, body, GITOPS)


Scene = Callable[[str], Scenery]


@pytest.fixture
def scene(request: pytest.FixtureRequest) -> Iterator[Scenery]:
    """A play at its third step (`running`), or at its end."""
    name = {"running": "good", "promoted": "good", "rolled back": "errors"}[request.param]
    with a_play(BY_NAME[name]) as play:
        here = Scenery(play, play.show)
        if request.param == "running":
            until(play, 160)
            assert here.stamp().phase is Phase.PROGRESSING
        else:
            to_the_end(play)
        yield here


def in_the(*states: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("scene", states, indirect=True)


ALL_TO_STABLE = {STABLE: 1000, CANARY: 0}
LOST = (Phase.REJECTED, "StampLost")


def end(here: Scenery) -> tuple[Phase, str]:
    return here.stamp().phase, here.stamp().reason


@in_the("running", "rolled back")
def test_a_pruned_stamp_takes_all_traffic_from_the_canary(scene: Scenery) -> None:
    scene.prune()
    scene.pass_time()
    assert (end(scene), scene.weights()) == (LOST, ALL_TO_STABLE)
    assert {(one.spec.attempt, one.status.phase.ended) for one in scene.records() if one.status} == {
        (1, True),
        (2, True),
    }


@in_the("running", "rolled back")
def test_a_route_made_anew_at_900_100_gives_nothing_to_the_canary(scene: Scenery) -> None:
    scene.made_anew()
    scene.pass_time()
    assert (end(scene), scene.weights()) == (LOST, ALL_TO_STABLE)


@in_the("running", "rolled back")
def test_git_that_restores_900_100_and_prunes_for_ever_never_starts_it_again(scene: Scenery) -> None:
    for _ in range(10):
        scene.restore()
        scene.pass_time(5)
        assert (end(scene), scene.weights()) == (LOST, ALL_TO_STABLE)
    assert len(scene.records()) == 2


@in_the("promoted")
def test_a_promotion_whose_stamp_was_pruned_does_not_roll_out_the_old_version(scene: Scenery) -> None:
    before = scene.weights()
    scene.prune()
    scene.pass_time()
    assert (end(scene), scene.weights()) == (LOST, before)
    scene.prune(rollout="v3")
    scene.pass_time()
    assert (end(scene), scene.weights()) == ((Phase.WAITING, "NothingNew"), before)


@in_the("promoted")
def test_a_promoted_route_made_anew_at_900_100_starts_nothing(scene: Scenery) -> None:
    scene.made_anew()
    scene.pass_time()
    assert (end(scene), scene.weights()) == (LOST, {STABLE: 900, CANARY: 100})


@in_the("running", "promoted")
def test_the_manifest_under_another_name_moves_nothing_there_or_here(scene: Scenery) -> None:
    before = scene.weights()
    scene.copied("copy", "another-api", stamp=True)
    scene.pass_time(2)
    assert (scene.weights("copy"), scene.weights()) == (before, before)
    assert (scene.stamp("copy").phase, scene.stamp("copy").reason) == LOST


@in_the("running", "rolled back", "promoted")
def test_a_record_that_is_deleted_by_hand_moves_nothing(scene: Scenery) -> None:
    before = scene.weights(), scene.stamp().id, scene.stamp().attempt, scene.stamp().phase
    for one in scene.records():
        scene.store.delete(RECORDS, NAMESPACE, one.name)
    scene.pass_time(8)
    assert (scene.weights(), scene.stamp().id, scene.stamp().attempt, scene.stamp().phase) == before


@in_the("running", "rolled back", "promoted")
def test_a_record_that_is_edited_by_hand_moves_nothing(scene: Scenery) -> None:
    before = scene.weights(), scene.stamp().id, scene.stamp().attempt, scene.stamp().phase
    for one in scene.records():
        edited = {"id": "v9", "stable": CANARY, "canary": STABLE}
        scene.store.patch(RECORDS, NAMESPACE, one.name, {"spec": edited})
    scene.pass_time(8)
    assert (scene.weights(), scene.stamp().id, scene.stamp().attempt, scene.stamp().phase) == before


@in_the("running", "rolled back", "promoted")
def test_an_edited_record_and_no_stamp_start_nothing_and_raise_nothing(scene: Scenery) -> None:
    before = scene.weights()
    for one in scene.records():
        spec = {"stable": CANARY, "canary": STABLE}
        scene.store.patch(RECORDS, NAMESPACE, one.name, {"spec": spec})
    scene.prune()
    scene.pass_time()
    assert (end(scene), scene.weights()) == (LOST, before)


@in_the("running")
def test_an_id_that_no_record_knows_may_begin_after_all_was_taken_back(scene: Scenery) -> None:
    scene.prune(rollout="v3")
    scene.pass_time(5)
    assert scene.stamp().id == "v3"
    assert scene.stamp().step <= 1
    assert ROLLOUT in {one.spec.id for one in scene.records()}
