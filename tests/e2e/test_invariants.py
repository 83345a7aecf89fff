"""The invariants find what they are for: each broken history is told, a sound one is not."""

import json
from typing import Any

import pytest

from tests.e2e.history import Version
from tests.e2e.invariants import ON_SERVERS, violations

LADDER = {"name": "p", "steps": [{"share": 0.1}, {"share": 0.25}, {"share": 0.5}]}
SPLIT = "backend-api-split"


def a_version(
    number: int, weights: dict[str, Any], manager: str = "canary", deleted: bool = False, **stamp: object
) -> Version:
    state = {
        "uid": "u",
        "id": "one",
        "stable": "v1",
        "canary": "v2",
        "phase": "Progressing",
        "policy": LADDER,
        "reason": "WithinMargin",
        "write": f"w{number}",
        **stamp,
    }
    annotations = {"canary.delivery/state": json.dumps(state)} if stamp else {}
    meta = {"name": SPLIT, "uid": "u", "resourceVersion": str(number), "annotations": annotations}
    backends = [{"service": name, "weight": weight} for name, weight in weights.items()]
    return Version(
        {"metadata": meta, "spec": {"service": "api", "backends": backends}}, None, manager, deleted
    )


def at(canary: int) -> dict[str, Any]:
    return {"v1": 1000 - canary, "v2": canary}


CREATED = a_version(1, at(100), manager="kubectl")
EMPTY = a_version(1, at(0), manager="kubectl")
FIRST = a_version(2, at(100), step=1)
SECOND = a_version(3, at(250), step=2)
THIRD = a_version(4, at(500), step=3)
BAKING = a_version(5, at(1000), step=4, phase="Baking")
PROMOTED = a_version(6, at(1000), step=4, phase="Promoted", stable="v2", canary="")
BACK = a_version(4, at(0), step=2, phase="RolledBack")


def test_a_rollout_to_the_top_breaks_nothing() -> None:
    assert violations([CREATED, FIRST, SECOND, THIRD, BAKING, PROMOTED]) == []


def test_a_rollout_taken_back_breaks_nothing() -> None:
    assert violations([CREATED, FIRST, SECOND, BACK]) == []


def test_what_others_write_is_not_ours() -> None:
    theirs = a_version(4, {"v1": -5, "v2": 0.5}, manager="kubectl-edit", step=2)
    assert violations([CREATED, FIRST, SECOND, theirs]) == []


def test_a_return_to_an_earned_rung_is_allowed() -> None:
    gap = a_version(5, at(0), step=3, gap=7)
    assert violations([CREATED, FIRST, SECOND, THIRD, gap, a_version(6, at(500), step=3)]) == []


def test_a_return_or_a_promotion_by_request_while_no_window_is_open_is_allowed() -> None:
    gap = a_version(4, at(0), step=2, gap=7, shut=True)
    full = a_version(6, at(1000), step=4, phase="Baking", acks={"promote": "abc"}, shut=True)
    assert violations([CREATED, FIRST, SECOND, gap, a_version(5, at(250), step=2, shut=True), full]) == []


def test_a_promotion_by_request_skips_rungs() -> None:
    full = a_version(3, at(1000), step=4, phase="Baking", acks={"promote": "abc"})
    assert violations([CREATED, FIRST, full]) == []


def test_a_step_up_with_next_to_no_evidence_is_allowed_where_the_policy_says_so_and_it_is_told() -> None:
    lenient = {**LADDER, "onInconclusive": "advance"}
    first = a_version(2, at(100), step=1, policy=lenient)
    quietly = a_version(3, at(250), step=2, policy=lenient, reason="TooQuietAdvanced")
    assert violations([CREATED, first, quietly]) == []


def test_a_new_attempt_may_rise_after_a_rollback() -> None:
    again = a_version(5, at(100), step=1, attempt=2)
    assert violations([CREATED, FIRST, SECOND, BACK, again]) == []


@pytest.mark.parametrize(
    ("broken", "versions"),
    [
        ("weights_are_whole", [CREATED, a_version(2, {"v1": 1000.0, "v2": 0}, step=1)]),
        ("weights_are_whole", [CREATED, a_version(2, {"v1": 1005, "v2": -5}, step=1)]),
        ("weights_are_whole", [CREATED, a_version(2, {"v1": 0, "v2": 0}, step=1)]),
        ("sum_is_kept", [CREATED, a_version(2, {"v1": 90, "v2": 10}, step=1)]),
        ("sum_is_kept", [CREATED, FIRST, a_version(3, {"v1": 75, "v2": 25}, step=2)]),
        ("backends_are_the_same", [CREATED, a_version(2, {"v1": 900, "v3": 100}, step=1)]),
        ("every_write_has_a_mark", [CREATED, FIRST, a_version(3, at(250), step=2, write="w2")]),
        ("at_most_one_rung_up", [CREATED, FIRST, a_version(3, at(500), step=3)]),
        ("at_most_one_rung_up", [CREATED, FIRST, a_version(3, at(1000), step=4)]),
        ("shares_stand_on_rungs", [CREATED, FIRST, a_version(3, at(200), step=2)]),
        ("a_step_up_says_on_what", [CREATED, FIRST, a_version(3, at(250), step=2, reason="TooQuiet")]),
        (
            "a_step_up_says_on_what",
            [CREATED, FIRST, a_version(3, at(250), step=2, reason="TooQuietAdvanced")],
        ),
        ("nothing_rises_while_shut", [CREATED, FIRST, a_version(3, at(250), step=2, shut=True)]),
        ("nothing_rises_while_shut", [EMPTY, a_version(2, at(100), step=1, shut=True)]),
        (
            "nothing_rises_after_the_end",
            [CREATED, FIRST, SECOND, BACK, a_version(5, at(100), phase="RolledBack")],
        ),
        ("an_end_stays", [CREATED, FIRST, SECOND, BACK, a_version(5, at(0), step=2)]),
        (
            "people_only_lower",
            [CREATED, FIRST, a_version(3, at(250), manager="canary-cli", step=1, write="w2")],
        ),
        ("each_writes_its_own_words", [CREATED, FIRST, a_version(3, at(0), manager="canary-cli", step=1)]),
    ],
)
def test_a_broken_history_is_told(broken: str, versions: list[Version]) -> None:
    assert any(f": {broken}: " in sentence for sentence in violations(versions))


def test_a_changed_label_is_told() -> None:
    after = a_version(3, at(250), step=2)
    after.object["metadata"]["labels"] = {"new": "yes"}
    assert any("rest_is_untouched" in sentence for sentence in violations([CREATED, FIRST, after]))


@pytest.mark.parametrize(("settled", "sound"), [(10, True), (11, False), (None, False)])
def test_a_step_up_before_a_settled_interval_is_final_is_told(settled: int | None, sound: bool) -> None:
    on_first = a_version(2, at(100), step=1, settled=settled)
    told = violations([CREATED, on_first, a_version(3, at(250), step=2, at=12)], ON_SERVERS)
    assert (told == []) is sound
