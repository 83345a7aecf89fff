"""After the end: watched until the mesh obeys, undone, retried, or left in peace."""

from dataclasses import replace

import pytest

from canary.evidence import Verdict
from canary.rollout.rules import decide
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
    a_pin,
    a_policy,
    a_snapshot,
    a_stamp,
    a_start,
    an_ended_stamp,
    asked_again,
    leaves,
    settle,
    stamped,
    written,
)

ENDS = (Phase.PROMOTED, Phase.ROLLED_BACK, Phase.ABORTED, Phase.SUPERSEDED)


@pytest.mark.parametrize("phase", ENDS)
def test_an_end_is_quiet_and_tells_how_it_ended(phase: Phase) -> None:
    seen = a_snapshot(stamp=an_ended_stamp(phase, reason="Because"))
    decision = decide(seen)
    assert (decision.rule, decision.reason, decision.message) == ("ended", "Because", "it is over")
    assert not decision.changes(seen)


@pytest.mark.parametrize("phase", ENDS)
def test_the_mesh_is_watched_until_it_was_seen_to_obey(phase: Phase) -> None:
    seen = a_snapshot(stamp=an_ended_stamp(phase, settled=None, at=NOW), mesh="not reconciling")
    assert (decide(seen).reason, decide(seen).page) == ("Unsettled", False)
    assert not decide(seen).changes(seen)
    assert decide(replace(seen, now=NOW + 120)).page
    obeyed = decide(replace(seen, mesh=""))
    assert stamped(obeyed).settled == NOW + 3
    assert stamped(obeyed).phase is phase


def test_the_mesh_is_watched_after_an_abort_before_the_first_rung_too() -> None:
    waiting = settle(a_start(source_away="away"))
    over = settle(replace(asked_again(waiting, {"abort": ID}), mesh="not reconciling"))
    assert decide(over).reason == "Unsettled"
    assert decide(replace(over, now=NOW + 120)).page


def test_undo_gives_all_traffic_back_to_the_former_stable() -> None:
    asked = {"undo": ID, "requested-by": f"undo={ID} jane"}
    seen = a_snapshot(asked, stamp=an_ended_stamp(Phase.PROMOTED))
    decision = decide(seen)
    stamp = stamped(decision)
    assert decision.weights == {STABLE: 1000, CANARY: 0}
    assert (stamp.phase, stamp.reason, stamp.stable, stamp.canary) == (
        Phase.ROLLED_BACK,
        "Undone",
        STABLE,
        CANARY,
    )
    assert "undone by jane" in decision.message
    assert decide(settle(seen)).reason == "Undone"


def test_undo_gives_nothing_to_a_version_that_nobody_has_judged() -> None:
    """The next release was deployed into the free slot already; another id has to roll it out."""
    promoted = an_ended_stamp(Phase.PROMOTED, replaced=a_pin(STABLE))
    deployed = leaves(stable=a_leaf(STABLE, revision="8", generation=8))
    seen = a_snapshot({"undo": ID}, stamp=promoted, leaves=deployed)
    decision = decide(seen)
    assert (decision.weights, decision.reason, stamped(decision).phase) == (
        None,
        "UndoRefused",
        Phase.PROMOTED,
    )
    assert "is at revision 8, not at revision 7" in decision.message
    assert decide(replace(settle(seen), leaves=leaves())).weights is None, "asked again, it is a new request"


def test_undo_of_what_is_still_there_waits_until_that_is_sure() -> None:
    promoted = an_ended_stamp(Phase.PROMOTED, replaced=a_pin(STABLE))
    unsure = a_snapshot({"undo": ID}, stamp=promoted, leaves=leaves(stable=a_leaf(STABLE, observed=False)))
    assert decide(unsure).weights is None
    assert decide(replace(unsure, leaves=leaves())).weights == {STABLE: 1000, CANARY: 0}


def test_undo_works_while_drifted() -> None:
    seen = a_snapshot(
        {"undo": ID}, {STABLE: 100, CANARY: 900}, stamp=an_ended_stamp(Phase.PROMOTED, drifted="kubectl-edit")
    )
    assert settle(seen).route.weights == {STABLE: 1000, CANARY: 0}


def test_undo_waits_for_endpoints_of_the_former_stable() -> None:
    seen = a_snapshot(
        {"undo": ID}, stamp=an_ended_stamp(Phase.PROMOTED), leaves=leaves(stable=a_leaf(STABLE, 0))
    )
    decision = decide(seen)
    assert (decision.weights, decision.page, decision.reason) == (None, True, "StableNotReady")
    ready = replace(settle(seen), leaves=leaves())
    assert decide(ready).weights == {STABLE: 1000, CANARY: 0}


def test_undo_needs_the_former_stable_as_a_backend() -> None:
    seen = a_snapshot({"undo": ID}, {CANARY: 1000, THIRD: 0}, stamp=an_ended_stamp(Phase.PROMOTED))
    assert decide(seen).rule == "ended"


@pytest.mark.parametrize("phase", ENDS[1:])
def test_undo_is_for_promotions_only(phase: Phase) -> None:
    seen = settle(a_snapshot({"undo": ID}, stamp=an_ended_stamp(phase)))
    assert seen.stamp is not None
    assert (seen.stamp.phase, seen.route.weights) == (phase, {STABLE: 1000, CANARY: 0})


@pytest.mark.parametrize("phase", ENDS[1:])
def test_retry_is_the_next_attempt_from_the_start(phase: Phase) -> None:
    seen = a_snapshot(
        {"retry": ID, "reason": "flaky node"}, stamp=an_ended_stamp(phase, lowered=2, paused=True)
    )
    decision = decide(seen)
    stamp = stamped(decision)
    assert (stamp.phase, stamp.attempt, stamp.step, stamp.lowered) == (Phase.WAITING, 2, 0, 0)
    assert decision.message == "attempt 2: flaky node"
    begun = settle(seen)
    assert begun.stamp is not None
    assert (begun.stamp.attempt, begun.stamp.step, begun.route.weights[CANARY]) == (2, 1, 100)


def test_retry_spends_all_that_was_asked_before() -> None:
    words = {"retry": ID, "promote": f"{ID}/9", "pause": ID, "approve": f"{ID}:2", "resume": ID}
    begun = settle(a_snapshot(words, stamp=an_ended_stamp()))
    assert begun.stamp is not None
    assert (begun.stamp.phase, begun.stamp.step, begun.stamp.approved) == (Phase.PROGRESSING, 1, ())


def test_retry_after_an_abort_that_was_carried_out_begins() -> None:
    aborted = settle(a_snapshot({"abort": ID}))
    begun = settle(asked_again(aborted, {"retry": ID}))
    assert begun.stamp is not None
    assert (begun.stamp.phase, begun.stamp.attempt) == (Phase.PROGRESSING, 2)


@pytest.mark.parametrize("abort", [f"{ID}@2", f"{ID}/new"])
def test_an_abort_of_the_next_attempt_refuses_the_retry(abort: str) -> None:
    over = settle(a_snapshot({"retry": ID, "abort": abort}, stamp=an_ended_stamp()))
    assert over.stamp is not None
    assert (over.stamp.phase, over.stamp.attempt) == (Phase.ABORTED, 2)
    assert over.route.weights == {STABLE: 1000, CANARY: 0}


def test_retry_after_a_promotion_does_nothing() -> None:
    seen = settle(a_snapshot({"retry": ID}, stamp=an_ended_stamp(Phase.PROMOTED)))
    undone = settle(asked_again(seen, {"undo": ID}))
    assert undone.stamp is not None
    assert (undone.stamp.phase, undone.stamp.attempt) == (Phase.ROLLED_BACK, 1)


def test_a_resume_from_before_does_not_undo_what_others_wrote_after_a_promotion() -> None:
    seen = settle(a_snapshot({"resume": ID}, stamp=an_ended_stamp(Phase.PROMOTED)))
    drifted = a_snapshot({"resume": ID}, {STABLE: 100, CANARY: 900}, stamp=seen.stamp)
    assert settle(drifted).route.weights == {STABLE: 100, CANARY: 900}


@pytest.mark.parametrize("phase", ENDS)
@pytest.mark.parametrize("word", ["pause", "resume", "promote", "approve", "abort"])
def test_nothing_else_does_anything_after_the_end(phase: Phase, word: str) -> None:
    value = f"{ID}:3" if word == "approve" else ID
    seen = settle(a_snapshot({word: value}, stamp=an_ended_stamp(phase)))
    assert seen.stamp is not None
    assert (seen.stamp.phase, seen.stamp.step) == (phase, an_ended_stamp(phase).step)


def test_the_next_id_begins_after_every_end() -> None:
    for phase in ENDS:
        seen = a_snapshot({"rollout": "a2"}, stamp=an_ended_stamp(phase))
        assert decide(seen).rule == "begins", phase


def test_without_a_policy_an_ended_rollout_is_left_alone() -> None:
    seen = a_snapshot({"policy": None}, {STABLE: 500, CANARY: 500}, stamp=an_ended_stamp())
    assert decide(seen).rule == "unmanaged"


def test_without_the_annotation_a_running_rollout_goes_on() -> None:
    assert decide(a_snapshot({"policy": None}, policy=None)).rule == "baking"


def test_an_ended_rollout_with_policy_that_is_gone_is_still_watched() -> None:
    seen = a_snapshot(None, {STABLE: 900, CANARY: 100}, stamp=an_ended_stamp(), policy=None)
    assert decide(seen).weights == {STABLE: 1000, CANARY: 0}


def test_a_held_one_that_is_retried_starts_over_at_zero() -> None:
    held = a_stamp(phase=Phase.FAILED_HELD, policy=a_policy(on_failure="hold"))
    seen = a_snapshot({"retry": ID}, stamp=held)
    decision = decide(seen)
    assert decision.weights == {STABLE: 1000, CANARY: 0}
    assert decide(written(seen, decision)).rule == "begins"


@pytest.mark.parametrize(("step", "verdict"), [(2, BAD), (4, GO)])
def test_an_end_remembers_no_evidence(step: int, verdict: Verdict) -> None:
    asked = a_policy(gates=[{"kind": "errors"}, {"kind": "objective", "p99": "300ms"}])
    stamp = a_stamp(step=step, policy=asked, bounds={300.0: None})
    over = stamped(decide(a_snapshot(stamp=stamp, verdict=verdict)))
    assert over.phase.ended
    assert (over.checkpoint, over.bounds) == ("", {})
