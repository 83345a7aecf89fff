"""Foreign weights: more than is due is written back, less is kept, and both wait for a person."""

from collections.abc import Mapping
from typing import Any

import pytest

from canary.rollout.rules import decide
from canary.rollout.snapshot import Snapshot
from canary.terms import Phase
from tests.rollout.builders import (
    BAD,
    CANARY,
    GO,
    ID,
    NOW,
    STABLE,
    THIRD,
    a_leaf,
    a_policy,
    a_snapshot,
    a_stamp,
    an_ended_stamp,
    asked_again,
    leaves,
    reweighted,
    settle,
    stamped,
    written,
)

DUE: Mapping[str, object] = {STABLE: 750, CANARY: 250}


def running(weights: Mapping[str, object], **changes: object) -> Snapshot:
    """Step 2 (25 %), after kubectl-edit wrote other weights."""
    facts: dict[str, Any] = changes
    return reweighted(a_snapshot(**facts), weights)


@pytest.mark.parametrize(
    "weights", [{STABLE: 500, CANARY: 500}, {STABLE: 0, CANARY: 1}, {STABLE: 74, CANARY: 26}]
)
def test_more_than_is_due_is_written_back_at_once(weights: Mapping[str, object]) -> None:
    decision = decide(running(weights))
    stamp = stamped(decision)
    assert (decision.weights, decision.page, decision.reason) == (DUE, True, "Drifted")
    assert (stamp.phase, stamp.drifted, stamp.resets) == (Phase.PAUSED, "kubectl-edit", {"kubectl-edit": 1})
    assert "kubectl-edit wrote" in decision.message


@pytest.mark.parametrize(
    "weights",
    [
        {STABLE: 0, CANARY: 0},
        {STABLE: 900, CANARY: -5},
        {STABLE: "500m", CANARY: 0},
        {STABLE: "abc", CANARY: "abc"},
        {STABLE: None, CANARY: 1},
        {STABLE: 0.5, CANARY: 0.5},
    ],
)
def test_weights_nobody_can_read_are_written_back_too(weights: Mapping[str, object]) -> None:
    decision = decide(running(weights))
    assert (decision.rule, decision.weights) == ("raised_by_others", DUE)
    assert "weights nobody can read" in decision.message


def test_a_sum_the_proxies_cannot_hold_is_written_back() -> None:
    assert decide(running({STABLE: 400_000, CANARY: 200_000})).weights == DUE


def test_another_sum_with_the_same_shares_is_as_good() -> None:
    for weights in ({STABLE: 75, CANARY: 25}, {STABLE: 3, CANARY: 1}, {STABLE: "0.75k", CANARY: "250"}):
        assert decide(running(weights)).rule == "baking", weights


def test_a_third_backend_with_a_share_loses_it_to_stable() -> None:
    decision = decide(running({STABLE: 500, CANARY: 250, THIRD: 250}))
    assert decision.weights == {STABLE: 750, CANARY: 250, THIRD: 0}


def test_the_canary_gets_back_no_more_than_was_left_to_it() -> None:
    decision = decide(running({STABLE: 500, CANARY: 0, THIRD: 500}))
    assert decision.weights == {STABLE: 1000, CANARY: 0, THIRD: 0}
    rested = settle(running({STABLE: 500, CANARY: 0, THIRD: 500}))
    assert rested.route.weights == {STABLE: 1000, CANARY: 0, THIRD: 0}


def test_less_than_is_due_is_kept() -> None:
    decision = decide(running({STABLE: 900, CANARY: 100}, verdict=GO))
    assert (decision.rule, decision.weights, decision.page) == ("drifting", None, True)
    assert stamped(decision).drifted == "kubectl-edit"


def test_who_drifted_waits_for_a_person_and_goes_on_paging() -> None:
    for weights in ({STABLE: 500, CANARY: 500}, {STABLE: 900, CANARY: 100}):
        rested = settle(running(weights, verdict=GO))
        decision = decide(rested)
        assert (decision.rule, decision.reason, decision.page) == ("resting", "Drifted", True)


@pytest.mark.parametrize(
    ("live", "step", "weight"), [(240, 1, 100), (100, 1, 100), (249, 1, 100), (250, 2, 250)]
)
def test_resume_goes_on_from_the_highest_rung_the_live_share_reaches(
    live: int, step: int, weight: int
) -> None:
    drifted = settle(reweighted(a_snapshot(stamp=a_stamp(step=3)), {STABLE: 1000 - live, CANARY: live}))
    decision = decide(asked_again(drifted, {"resume": ID}))
    stamp = stamped(decision)
    assert (stamp.phase, stamp.step, stamp.drifted) == (Phase.PROGRESSING, step, "")
    assert decision.weights == {STABLE: 1000 - weight, CANARY: weight}


def test_resume_begins_with_fresh_evidence() -> None:
    drifted = settle(running({STABLE: 500, CANARY: 500}))
    stamp = stamped(decide(asked_again(drifted, {"resume": ID})))
    assert (stamp.since, stamp.settled) == (NOW - 1, None)


def test_resume_below_the_first_rung_starts_over() -> None:
    drifted = settle(running({STABLE: 1000, CANARY: 0}))
    seen = written(resumed := asked_again(drifted, {"resume": ID}), decide(resumed))
    assert seen.stamp is not None
    assert (seen.stamp.phase, seen.stamp.step, seen.stamp.attempt) == (Phase.WAITING, 0, 1)
    begun = decide(seen)
    assert (begun.rule, begun.weights) == ("begins", {STABLE: 900, CANARY: 100})


def test_a_drift_while_paused_needs_the_same_one_resume() -> None:
    paused = a_snapshot(stamp=a_stamp(phase=Phase.PAUSED, paused=True))
    resumed = settle(asked_again(settle(reweighted(paused, {STABLE: 500, CANARY: 500})), {"resume": ID}))
    assert resumed.stamp is not None
    assert (resumed.stamp.phase, resumed.stamp.paused, resumed.stamp.drifted) == (
        Phase.PROGRESSING,
        False,
        "",
    )


def test_the_third_reset_by_the_same_manager_rolls_back_and_names_it() -> None:
    seen = a_snapshot()
    for number in (1, 2):
        seen = settle(reweighted(seen, {STABLE: 500, CANARY: 500}, "argocd"))
        assert seen.stamp is not None
        assert (seen.stamp.phase, seen.stamp.resets) == (Phase.PAUSED, {"argocd": number})
    third = decide(reweighted(seen, {STABLE: 500, CANARY: 500}, "argocd"))
    assert (stamped(third).phase, third.reason) == (Phase.ROLLED_BACK, "Drifted")
    assert third.weights == {STABLE: 1000, CANARY: 0}
    assert "argocd wrote foreign weights 3 times" in third.message


def test_a_manager_that_lowers_it_again_after_every_resume_rolls_back_at_the_third_time() -> None:
    seen = a_snapshot()
    for number in (1, 2):
        drifted = settle(reweighted(seen, {STABLE: 900, CANARY: 100}, "argocd"))
        assert drifted.stamp is not None
        assert (drifted.stamp.phase, drifted.stamp.resets) == (Phase.PAUSED, {"argocd": number})
        resumed = settle(asked_again(drifted, {"resume": f"{ID}/{number}"}))
        assert resumed.stamp is not None
        seen = a_snapshot(stamp=resumed.stamp.but(step=2))
    third = decide(reweighted(seen, {STABLE: 900, CANARY: 100}, "argocd"))
    assert (stamped(third).phase, third.reason) == (Phase.ROLLED_BACK, "Drifted")
    assert third.weights == {STABLE: 1000, CANARY: 0}
    assert "argocd wrote foreign weights 3 times" in third.message


def test_resets_by_different_managers_are_counted_apart() -> None:
    seen = a_snapshot(stamp=a_stamp(resets={"argocd": 2}))
    decision = decide(reweighted(seen, {STABLE: 500, CANARY: 500}, "helm"))
    assert stamped(decision).resets == {"argocd": 2, "helm": 1}


def test_many_managers_are_counted_as_one_so_that_the_stamp_stays_small() -> None:
    seen = a_snapshot()
    for number in range(6):
        seen = settle(reweighted(seen, {STABLE: 500, CANARY: 500}, f"manager-{number}-" + "x" * 128))
    assert seen.stamp is not None
    assert seen.stamp.resets["others"] == 2
    assert all(len(name) <= 40 for name in (*seen.stamp.resets, seen.stamp.drifted))


def test_a_writer_nobody_knows_is_somebody() -> None:
    decision = decide(a_snapshot(None, {STABLE: 500, CANARY: 500}, route={"manager": ""}))
    assert stamped(decision).drifted == "somebody"


def test_foreign_weights_do_not_hide_a_failed_gate() -> None:
    decision = decide(running({STABLE: 500, CANARY: 500}, verdict=BAD))
    assert stamped(decision).phase is Phase.ROLLED_BACK


def test_a_share_raised_while_the_canary_is_held_is_written_back_and_it_stays_held() -> None:
    held = a_snapshot(stamp=a_stamp(phase=Phase.FAILED_HELD, policy=a_policy(on_failure="hold")), verdict=BAD)
    for weights, kept in (({STABLE: 500, CANARY: 500}, 250), ({STABLE: 900, CANARY: 100}, 100)):
        seen = settle(reweighted(held, weights))
        assert seen.stamp is not None
        assert seen.stamp.phase is Phase.FAILED_HELD
        assert seen.route.weights[CANARY] == kept


def test_a_share_raised_during_a_gap_is_written_back() -> None:
    gap = a_stamp(gap=NOW - 3, gaps=1)
    seen = a_snapshot(None, {STABLE: 750, CANARY: 250}, stamp=gap, leaves=leaves(canary=a_leaf(CANARY, 0)))
    assert decide(seen).weights == {STABLE: 1000, CANARY: 0}
    assert decide(settle(seen)).rule == "canary_not_ready"


def test_nothing_is_written_back_to_a_stable_that_is_not_there() -> None:
    seen = running({STABLE: 0, CANARY: 1000}, leaves=leaves(stable=a_leaf(STABLE, 0)))
    decision = decide(seen)
    assert (decision.reason, decision.weights, decision.page) == ("StableNotReady", None, True)
    assert stamped(decision).resets == {}
    assert not decide(settle(seen)).weights


@pytest.mark.parametrize("phase", [Phase.ROLLED_BACK, Phase.ABORTED, Phase.SUPERSEDED])
def test_after_the_end_it_is_lowered_three_times_and_then_a_person_is_called(phase: Phase) -> None:
    seen = a_snapshot(stamp=an_ended_stamp(phase))
    for number in (1, 2, 3):
        seen = settle(reweighted(seen, {STABLE: 900, CANARY: 100}))
        assert seen.stamp is not None
        assert (seen.route.weights, seen.stamp.lowered) == ({STABLE: 1000, CANARY: 0}, number)
        assert (seen.stamp.phase, seen.stamp.reason) == (phase, str(phase))
    seen = settle(reweighted(seen, {STABLE: 900, CANARY: 100}))
    decision = decide(seen)
    assert (decision.weights, decision.page, stamped(decision).phase) == (None, True, phase)
    assert seen.route.weights == {STABLE: 900, CANARY: 100}
    assert "kubectl-edit keeps giving traffic" in decision.message


@pytest.mark.parametrize(
    "weights", [{STABLE: 0, CANARY: 0}, {STABLE: 1000, CANARY: -5}, {STABLE: 999, CANARY: 0, THIRD: 1}]
)
def test_after_the_end_weights_that_are_none_are_taken_back_too(weights: Mapping[str, object]) -> None:
    decision = decide(reweighted(a_snapshot(stamp=an_ended_stamp()), weights))
    assert decision.weights == dict.fromkeys(weights, 0) | {STABLE: 1000}


def test_why_it_ended_is_not_forgotten_where_stable_cannot_take_traffic() -> None:
    ended = an_ended_stamp(reason="GateFailed")
    seen = reweighted(a_snapshot(stamp=ended), {STABLE: 900, CANARY: 100})
    decision = decide(
        a_snapshot(None, {STABLE: 900, CANARY: 100}, stamp=ended, leaves=leaves(stable=a_leaf(STABLE, 0)))
    )
    assert decide(seen).weights
    assert (decision.reason, decision.weights) == ("StableNotReady", None)
    assert stamped(decision).reason == "GateFailed"


def test_after_a_promotion_foreign_weights_are_told_and_left_alone() -> None:
    seen = settle(reweighted(a_snapshot(stamp=an_ended_stamp(Phase.PROMOTED)), {STABLE: 100, CANARY: 900}))
    decision = decide(seen)
    assert (decision.reason, decision.weights, decision.page) == ("Drifted", None, True)
    assert seen.route.weights == {STABLE: 100, CANARY: 900}


def test_after_a_promotion_a_drift_starts_nothing_until_resume() -> None:
    drifted = settle(reweighted(a_snapshot(stamp=an_ended_stamp(Phase.PROMOTED)), {STABLE: 100, CANARY: 900}))
    wish = asked_again(drifted, {"rollout": "a2"})
    assert decide(wish).reason == "Drifted"
    put_back = reweighted(wish, {STABLE: 0, CANARY: 1000})
    assert decide(put_back).reason == "Drifted"
    resumed = asked_again(wish, {"resume": ID})
    assert decide(resumed).weights == {STABLE: 0, CANARY: 1000}
    assert decide(written(resumed, decide(resumed))).rule == "begins"


def test_after_a_promotion_a_share_that_goes_to_nobody_goes_back_to_stable_and_only_that() -> None:
    promoted = a_snapshot(stamp=an_ended_stamp(Phase.PROMOTED))
    drifted = reweighted(promoted, {STABLE: 100, CANARY: 800, THIRD: 100})
    seen = a_snapshot(
        None,
        {STABLE: 100, CANARY: 800, THIRD: 100},
        stamp=promoted.stamp,
        leaves={**drifted.leaves, THIRD: a_leaf(THIRD, 0)},
    )
    decision = decide(seen)
    assert (decision.reason, decision.weights) == ("Drifted", {STABLE: 100, CANARY: 900, THIRD: 0})
    assert settle(seen).route.weights == {STABLE: 100, CANARY: 900, THIRD: 0}


def test_after_a_promotion_unreadable_weights_to_nobody_go_to_stable_whole() -> None:
    seen = a_snapshot(
        None,
        {STABLE: 100, CANARY: -5},
        stamp=an_ended_stamp(Phase.PROMOTED),
        leaves=leaves(stable=a_leaf(STABLE, 0)),
    )
    assert decide(seen).weights == {STABLE: 0, CANARY: 100}


def test_after_a_promotion_a_route_with_other_backends_can_be_used_again() -> None:
    seen = a_snapshot(None, {STABLE: 1000, THIRD: 0}, stamp=an_ended_stamp(Phase.PROMOTED))
    assert decide(seen).rule == "ended"
    assert decide(asked_again(seen, {"rollout": "a2"})).reason == "StableGone"
