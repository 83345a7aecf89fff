"""
The real daemon in a simulated cluster, whose stamp or records somebody takes away: each case has its one end.

GitOps does most of it: a tool that prunes foreign annotations, a split that is deleted and made anew from Git, a copied
manifest. No case may leave traffic with a canary that nobody judges, or roll out an old version.
"""

from collections.abc import Iterator

import pytest

from canary.demo.scene import CANARY, NAMESPACE, ROLLOUT, STABLE
from canary.terms import Phase
from tests.daemon.scenery import ALL_TO_STABLE, LOST, RECORDS, Scenery
from tests.demo.plays import BY_NAME, a_play, to_the_end, until


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


@in_the("running", "rolled back")
def test_a_pruned_stamp_takes_all_traffic_from_the_canary(scene: Scenery) -> None:
    scene.prune()
    scene.pass_time()
    assert (scene.end(), scene.weights()) == (LOST, ALL_TO_STABLE)
    assert {(one.spec.attempt, one.status.phase.ended) for one in scene.records() if one.status} == {
        (1, True),
        (2, True),
    }


@in_the("running", "rolled back")
def test_a_route_made_anew_at_900_100_gives_nothing_to_the_canary(scene: Scenery) -> None:
    scene.made_anew()
    scene.pass_time()
    assert (scene.end(), scene.weights()) == (LOST, ALL_TO_STABLE)


@in_the("running", "rolled back")
def test_git_that_restores_900_100_and_prunes_for_ever_never_starts_it_again(scene: Scenery) -> None:
    for _ in range(10):
        scene.restore()
        scene.pass_time(5)
        assert (scene.end(), scene.weights()) == (LOST, ALL_TO_STABLE)
    assert len(scene.records()) == 2


@in_the("promoted")
def test_a_promotion_whose_stamp_was_pruned_does_not_roll_out_the_old_version(scene: Scenery) -> None:
    before = scene.weights()
    scene.prune()
    scene.pass_time()
    assert (scene.end(), scene.weights()) == (LOST, before)
    scene.prune(rollout="v3")
    scene.pass_time()
    assert (scene.end(), scene.weights()) == ((Phase.WAITING, "NothingNew"), before)


@in_the("promoted")
def test_a_promoted_route_made_anew_at_900_100_starts_nothing(scene: Scenery) -> None:
    scene.made_anew()
    scene.pass_time()
    assert (scene.end(), scene.weights()) == (LOST, {STABLE: 900, CANARY: 100})


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
    assert (scene.end(), scene.weights()) == (LOST, before)


@in_the("running")
def test_an_id_that_no_record_knows_may_begin_after_all_was_taken_back(scene: Scenery) -> None:
    scene.prune(rollout="v3")
    scene.pass_time(5)
    assert scene.stamp().id == "v3"
    assert scene.stamp().step <= 1
    assert ROLLOUT in {one.spec.id for one in scene.records()}
