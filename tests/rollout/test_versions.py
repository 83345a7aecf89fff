"""A stamp that a newer program wrote is left alone, and yet an abort gets through."""

import pytest

from canary.rollout.rules import decide
from canary.rollout.snapshot import Snapshot
from canary.rollout.stamp import Head
from tests.rollout.builders import CANARY, ID, STABLE, UID, a_leaf, a_start, leaves, settle

BACK = {STABLE: 1000, CANARY: 0}


def newer(words: dict[str, str | None], **head: object) -> Snapshot:
    """A rollout of a newer version of the program, at 50 %."""
    fields = {"v": 2, "uid": UID, "id": ID, "stable": STABLE, "canary": CANARY, **head}
    return a_start(words, {STABLE: 500, CANARY: 500}, newer=Head.model_validate(fields))


def test_a_newer_stamp_is_left_alone() -> None:
    decision = decide(newer({"pause": ID, "rollout": "a2"}))
    assert (decision.reason, decision.weights, decision.stamp) == ("StampNewer", None, None)


def test_abort_works_across_versions_and_leaves_the_stamp_alone() -> None:
    decision = decide(newer({"abort": ID, "policy": None}))
    assert (decision.reason, decision.weights, decision.stamp) == ("Aborted", BACK, None)
    rested = settle(newer({"abort": ID}))
    assert rested.route.weights == BACK


@pytest.mark.parametrize(
    ("words", "head"),
    [
        ({"abort": "other"}, {}),
        ({"abort": "!!"}, {}),
        ({"abort": ID}, {"stable": "elsewhere"}),
        ({"abort": ID}, {"uid": "another object"}),
    ],
)
def test_an_abort_across_versions_trusts_only_what_is_about_this_route(
    words: dict[str, str | None], head: dict[str, object]
) -> None:
    assert decide(newer(words, **head)).reason == "StampNewer"


def test_an_abort_across_versions_sends_nothing_to_nobody() -> None:
    seen = newer({"abort": ID})
    down = a_start(
        {"abort": ID}, {STABLE: 500, CANARY: 500}, newer=seen.newer, leaves=leaves(stable=a_leaf(STABLE, 0))
    )
    assert (decide(down).weights, decide(down).page) == (None, True)
