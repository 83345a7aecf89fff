"""What adds traffic: a rung at a time, on evidence, an approval where one is wanted, or because somebody says so."""

import pytest

from canary.evidence import Evidence
from canary.rollout.boundary import boundary
from canary.rollout.rules import decide
from canary.terms import Phase
from tests.rollout.builders import (
    BAKING,
    CANARY,
    GO,
    ID,
    NOW,
    QUIET,
    STABLE,
    UNIT,
    a_pin,
    a_policy,
    a_snapshot,
    a_stamp,
    asked_again,
    settle,
    stamped,
    with_approval,
    written,
)


@pytest.mark.parametrize(("step", "weight"), [(1, 250), (2, 500), (3, 1000)])
def test_evidence_that_says_go_is_one_rung_up(step: int, weight: int) -> None:
    decision = decide(a_snapshot(stamp=a_stamp(step=step), verdict=GO))
    stamp = stamped(decision)
    assert decision.weights == {STABLE: 1000 - weight, CANARY: weight}
    assert (stamp.step, stamp.settled, stamp.reason) == (step + 1, None, "WithinMargin")
    assert stamp.phase is (Phase.BAKING if step == 3 else Phase.PROGRESSING)
    assert GO.message in decision.message


def test_a_new_rung_keeps_what_speaks_against_and_folds_every_interval_once() -> None:
    seen = a_snapshot(verdict=GO)
    assert seen.evidence is not None
    stamp = stamped(decide(seen))
    assert stamp.since == seen.evidence.through + 1 == NOW - 1
    assert boundary(stamp, UNIT).checkpoint() == seen.evidence.new_step(1.0).checkpoint()


def test_baking_stays_and_tells_how_far_it_is() -> None:
    decision = decide(a_snapshot())
    assert (decision.weights, decision.reason, decision.message) == (None, "Baking", BAKING.message)


def test_too_quiet_holds_or_rolls_back_as_the_policy_says() -> None:
    held = decide(a_snapshot(verdict=QUIET))
    assert (held.reason, held.weights) == ("TooQuiet", None)
    back = decide(a_snapshot(verdict=QUIET, stamp=a_stamp(policy=a_policy(on_inconclusive="rollback"))))
    assert (back.reason, stamped(back).phase, back.weights) == (
        "TooQuiet",
        Phase.ROLLED_BACK,
        {STABLE: 1000, CANARY: 0},
    )


def test_a_rung_that_wants_an_approval_waits_for_it() -> None:
    waiting = settle(a_snapshot(stamp=a_stamp(policy=with_approval(0.5)), verdict=GO))
    assert waiting.stamp is not None
    assert (waiting.stamp.phase, waiting.stamp.step) == (Phase.AWAITING_APPROVAL, 2)
    assert "canary approve api-split -n ns --id a1 --step 3" in waiting.stamp.message
    for other in (f"{ID}:2", f"{ID}:4", f"{ID}@2:3", "other:3"):
        assert settle(asked_again(waiting, {"approve": other})).route.weights == waiting.route.weights, other
    approved = settle(asked_again(waiting, {"approve": f"{ID}:3"}))
    assert approved.route.weights == {STABLE: 500, CANARY: 500}


def test_an_approval_may_come_early_and_is_kept() -> None:
    early = settle(a_snapshot({"approve": f"{ID}:3"}, stamp=a_stamp(policy=with_approval(0.5))))
    gone = asked_again(early, {"approve": None})
    assert decide(a_snapshot(stamp=gone.stamp, verdict=GO)).rule == "advance"


def test_an_approval_does_not_stand_in_for_evidence() -> None:
    seen = settle(a_snapshot({"approve": f"{ID}:3"}, stamp=a_stamp(policy=with_approval(0.5))))
    assert seen.route.weights == {STABLE: 750, CANARY: 250}


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_promote_gives_all_traffic_now_and_bakes_there(step: int) -> None:
    seen = a_snapshot({"promote": ID, "requested-by": f"promote={ID} jane"}, stamp=a_stamp(step=step))
    decision = decide(seen)
    stamp = stamped(decision)
    assert decision.weights == {STABLE: 0, CANARY: 1000}
    assert (stamp.phase, stamp.step, stamp.settled) == (Phase.BAKING, 4, None)
    assert (decision.reason, decision.message) == ("PromoteRequested", "promoted by jane")


def test_promote_needs_no_approval() -> None:
    policy = with_approval(0.5)
    assert decide(a_snapshot({"promote": ID}, stamp=a_stamp(policy=policy))).weights == {
        STABLE: 0,
        CANARY: 1000,
    }


def test_promote_waits_while_nothing_is_known_and_is_then_carried_out() -> None:
    blind = settle(a_snapshot({"promote": ID}, unknown_for=3))
    assert blind.route.weights == {STABLE: 750, CANARY: 250}
    assert decide(a_snapshot({"promote": ID}, stamp=blind.stamp)).rule == "promoted_by_request"


def test_promote_while_paused_waits_for_resume() -> None:
    paused = settle(a_snapshot({"promote": ID, "pause": ID}))
    assert paused.route.weights == {STABLE: 750, CANARY: 250}
    assert settle(asked_again(paused, {"resume": ID})).route.weights == {STABLE: 0, CANARY: 1000}


def test_after_the_final_bake_the_canary_is_stable() -> None:
    seen = a_snapshot(stamp=a_stamp(phase=Phase.BAKING, step=4), verdict=GO)
    decision = decide(seen)
    stamp = stamped(decision)
    assert (stamp.phase, stamp.stable, stamp.canary) == (Phase.PROMOTED, CANARY, STABLE)
    assert (stamp.replaced, stamp.checkpoint) == (a_pin(STABLE), "")
    assert decision.weights == {STABLE: 0, CANARY: 1000}
    assert decide(settle(seen)).rule == "ended"


def test_a_stamp_whose_checkpoint_is_not_readable_begins_its_evidence_again() -> None:
    policy = a_policy()
    evidence = boundary(a_stamp(checkpoint="{"), UNIT)
    assert evidence == Evidence.begin(policy.specs({}, UNIT), policy.confidence(), 0.5)


def test_a_rung_is_asked_for_once() -> None:
    seen = a_snapshot(verdict=GO)
    assert settle(written(seen, decide(seen))).route.weights == {STABLE: 500, CANARY: 500}
