"""A stamp that is lost starts nothing by itself: nobody knows how far its rollout had got."""

import pytest

from canary.rollout.rules import decide
from canary.terms import Phase
from tests.rollout.builders import ID, a_start, asked_again, settle, stamped


@pytest.mark.parametrize(("word", "lost"), [(ID, ID), ("a" * 5000, "a" * 63), (None, "lost")])
def test_a_lost_stamp_is_rejected_and_stays_rejected(word: str | None, lost: str) -> None:
    decision = decide(a_start({"rollout": word}, lost="the stamp on the route belongs to another object"))
    stamp = stamped(decision)
    assert (stamp.id, stamp.phase, stamp.reason) == (lost, Phase.REJECTED, "StampLost")
    assert (decision.weights, decision.page) == (None, True)
    seen = settle(a_start({"rollout": word}, lost="unreadable"), rounds=2)
    assert decide(seen).rule == "ended"
    assert seen.stamp is not None
    assert seen.stamp.reason == "StampLost"


def test_after_a_lost_stamp_another_id_begins_and_the_lost_one_never() -> None:
    seen = settle(a_start(lost="unreadable"))
    begun = settle(asked_again(seen, {"rollout": "a2"}))
    assert begun.stamp is not None
    assert begun.stamp.id == "a2"
    over = settle(asked_again(begun, {"abort": "a2"}))
    assert decide(asked_again(over, {"rollout": ID})).reason == "IdReused"
