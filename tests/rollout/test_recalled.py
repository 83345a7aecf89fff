"""A stamp that is gone, and records that still know of it: more care, never less."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.rollout.record.recalled import Recalled
from canary.rollout.requests import digest
from canary.rollout.rules import decide
from canary.rollout.snapshot import Decision, Leaf, Snapshot
from canary.terms import Phase
from tests.rollout.builders import (
    CANARY,
    ID,
    STABLE,
    a_pin,
    a_snapshot,
    a_start,
    an_ended_stamp,
    asked_again,
    leaves,
    reweighted,
    settle,
    stamped,
)

COPIED = "the stamp on the route belongs to another object of that name"
IN_DOUBT = (
    Phase.WAITING,
    Phase.PROGRESSING,
    Phase.FAILED_HELD,
    Phase.ROLLED_BACK,
    Phase.ABORTED,
    Phase.SUPERSEDED,
)


def a_recalled(standing: str = "Progressing", **changes: object) -> Recalled:
    """Attempt 1 of `a1`, between the two backends."""
    known = Recalled(ID, 1, standing, STABLE, CANARY, None, (digest(ID),))
    return replace(known, **changes)  # type: ignore[arg-type]


def a_promotion(**changes: object) -> Recalled:
    """`a1` was promoted: its canary is stable, and what was behind stable is replaced."""
    return a_recalled("Promoted", stable=CANARY, canary="", replaced=a_pin(STABLE), **changes)


def outcome(decision: Decision) -> tuple[object, ...]:
    stamp = stamped(decision)
    return decision.reason, stamp.id, stamp.attempt, stamp.phase, dict(decision.weights or {})


TAKEN = {STABLE: 1000, CANARY: 0}


@pytest.mark.parametrize("lost", ["", COPIED])
@pytest.mark.parametrize("standing", IN_DOUBT)
def test_a_canary_that_a_record_names_gets_nothing_once_the_stamp_is_lost(standing: Phase, lost: str) -> None:
    decision = decide(a_start(recalled=a_recalled(standing), lost=lost))
    assert outcome(decision) == ("StampLost", ID, 2, Phase.REJECTED, TAKEN)
    assert decision.page
    assert f"{ID}@1: {standing}" in decision.message


def test_without_a_share_there_is_nothing_to_take_away() -> None:
    decision = decide(a_start(weights={STABLE: 1000, CANARY: 0}, recalled=a_recalled()))
    assert outcome(decision) == ("StampLost", ID, 2, Phase.REJECTED, {})


def test_nothing_is_taken_back_to_nobody() -> None:
    decision = decide(a_start(recalled=a_recalled(), leaves=leaves(stable=Leaf())))
    assert (decision.reason, decision.weights, decision.stamp, decision.page) == (
        "StableNotReady",
        None,
        None,
        True,
    )


def test_a_share_that_is_restored_afterwards_is_taken_back_again() -> None:
    seen = settle(a_start(recalled=a_recalled()))
    again = decide(reweighted(seen, {STABLE: 900, CANARY: 100}))
    assert (again.rule, again.reason, again.weights) == ("raised_after_the_end", "StampLost", TAKEN)


def test_a_stamp_that_is_pruned_again_and_again_leaves_one_record() -> None:
    known = a_recalled("Rejected", attempt=2, lost=True)
    assert outcome(decide(a_start(recalled=known))) == ("StampLost", ID, 2, Phase.REJECTED, TAKEN)


def test_the_lost_id_never_begins_again_and_an_older_one_is_told() -> None:
    seen = settle(a_start(recalled=a_recalled(seen=(digest("a0"), digest(ID)))))
    assert decide(seen).rule == "ended"
    assert decide(asked_again(seen, {"rollout": "a0"})).reason == "IdReused"
    assert decide(asked_again(seen, {"retry": ID})).reason == "StampLost"


def test_an_id_no_record_has_seen_begins_from_nothing() -> None:
    begun = settle(a_start({"rollout": "a2"}, recalled=a_recalled("RolledBack")))
    assert begun.stamp is not None
    assert (begun.stamp.id, begun.stamp.step, begun.stamp.seed) == ("a2", 1, 0.0)
    assert set(begun.stamp.seen) == {digest(ID), digest("a2")}


def test_beside_a_stamp_of_another_object_even_a_new_id_may_be_the_lost_one() -> None:
    decision = decide(a_start({"rollout": "a2"}, recalled=a_recalled(), lost=COPIED))
    assert outcome(decision) == ("StampLost", "a2", 1, Phase.REJECTED, TAKEN)


def test_after_a_promotion_all_stays_with_what_was_promoted() -> None:
    decision = decide(a_start(weights={STABLE: 0, CANARY: 1000}, recalled=a_promotion()))
    assert outcome(decision) == ("StampLost", ID, 2, Phase.REJECTED, {})
    assert (stamped(decision).stable, stamped(decision).canary) == (CANARY, "")


def test_the_version_that_a_lost_promotion_replaced_is_not_rolled_out_by_mistake() -> None:
    seen = settle(a_start({"rollout": "a2"}, {STABLE: 0, CANARY: 1000}, recalled=a_promotion()))
    assert seen.stamp is not None
    assert (seen.stamp.id, seen.stamp.reason, seen.stamp.canary) == ("a2", "NothingNew", STABLE)
    assert seen.route.weights == {STABLE: 0, CANARY: 1000}


def test_a_route_made_anew_with_old_weights_starts_nothing() -> None:
    seen = settle(a_start({"rollout": "a2"}, recalled=a_promotion()))
    assert seen.stamp is not None
    assert (seen.stamp.phase, seen.stamp.reason) == (Phase.REJECTED, "WeightsDiffer")
    assert seen.route.weights == {STABLE: 900, CANARY: 100}


@pytest.mark.parametrize("rollout", [ID, "a2", None])
def test_a_record_that_was_edited_by_hand_raises_no_weight_and_starts_nothing(rollout: str | None) -> None:
    edited = Recalled(ID, 1, "", "", "", None, (digest(ID),), edited=True)
    seen = settle(a_start({"rollout": rollout}, recalled=edited))
    assert seen.stamp is not None
    assert (seen.stamp.phase, seen.stamp.reason) == (Phase.REJECTED, "StampLost")
    assert seen.route.weights == {STABLE: 900, CANARY: 100}
    assert "changed by hand" in seen.stamp.message


def test_backends_that_are_no_more_are_not_written_to() -> None:
    decision = decide(a_start(recalled=a_recalled(stable="api-v0")))
    assert outcome(decision) == ("StampLost", ID, 2, Phase.REJECTED, {})


def test_a_route_nobody_manages_is_left_alone() -> None:
    assert decide(a_start({"policy": None}, recalled=a_recalled())).reason == "Unmanaged"


NAMES = st.sampled_from([STABLE, CANARY, "api-v3", ""])
ANY = st.builds(
    Recalled,
    id=st.sampled_from([ID, "a2", "", "é" * 90]),
    attempt=st.integers(1, 10**9),
    standing=st.sampled_from([*map(str, Phase), ""]),
    stable=NAMES,
    canary=NAMES,
    replaced=st.sampled_from([None, a_pin(STABLE), a_pin(CANARY)]),
    seen=st.lists(st.sampled_from([digest(ID), digest("a2")]), unique=True).map(tuple),
    lost=st.booleans(),
    edited=st.booleans(),
)
STAMPED = st.sampled_from([a_snapshot(), a_snapshot(stamp=an_ended_stamp()), a_snapshot({"abort": ID})])


@given(known=ANY, seen=STAMPED)
def test_beside_a_stamp_records_decide_nothing(known: Recalled, seen: Snapshot) -> None:
    assert decide(replace(seen, recalled=known)) == decide(seen)


@given(known=ANY)
def test_whatever_records_say_nothing_begins_by_it(known: Recalled) -> None:
    decision = decide(a_start(recalled=known))
    assert decision.rule == "stamp_lost"
    assert decision.weights is None or decision.weights[known.canary] == 0
