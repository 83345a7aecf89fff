"""What takes traffic away: at once, whole, and with the reason."""

from dataclasses import replace

import pytest

from canary.rollout.requests import digest
from canary.rollout.rules import decide
from canary.rollout.snapshot import Leaf, Snapshot
from canary.rollout.stamp import Stamp
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
    a_waiting_stamp,
    asked_again,
    leaves,
    reweighted,
    settle,
    stamped,
    written,
)

BACK = {STABLE: 1000, CANARY: 0}
RUNNING = (
    a_waiting_stamp(),
    a_stamp(step=1),
    a_stamp(step=3, phase=Phase.PAUSED, paused=True),
    a_stamp(phase=Phase.PAUSED, drifted="argocd"),
    a_stamp(phase=Phase.AWAITING_APPROVAL),
    a_stamp(phase=Phase.BAKING, step=4),
    a_stamp(phase=Phase.FAILED_HELD),
)


@pytest.mark.parametrize("stamp", RUNNING, ids=lambda stamp: str(stamp.phase))
def test_abort_ends_it_in_every_phase(stamp: Stamp) -> None:
    decision = decide(a_snapshot({"abort": ID, "requested-by": f"abort={ID} jane"}, stamp=stamp))
    assert (stamped(decision).phase, decision.weights) == (Phase.ABORTED, BACK)
    assert decision.message == "aborted by jane"


def test_abort_takes_the_share_of_a_third_backend_too() -> None:
    decision = decide(a_snapshot({"abort": ID}, {STABLE: 500, CANARY: 250, THIRD: 250}))
    assert decision.weights == {STABLE: 1000, CANARY: 0, THIRD: 0}


def test_abort_of_an_attempt_that_is_over_does_nothing_to_the_next() -> None:
    assert decide(a_snapshot({"abort": f"{ID}@1"}, stamp=a_stamp(attempt=2))).rule == "baking"


def test_an_abort_waits_for_a_stable_that_can_take_the_traffic() -> None:
    seen = settle(a_snapshot({"abort": ID}, leaves=leaves(stable=a_leaf(STABLE, 0))))
    assert decide(seen).page
    over = settle(a_snapshot({"abort": ID}, stamp=seen.stamp, weights=seen.route.weights))
    assert over.stamp is not None
    assert (over.stamp.phase, over.route.weights) == (Phase.ABORTED, BACK)


def test_without_stable_there_is_nowhere_to_go_back_to() -> None:
    seen = a_snapshot(None, {"other": 750, CANARY: 250}, verdict=BAD)
    decision = decide(seen)
    assert (decision.reason, decision.weights, decision.page) == ("StableGone", None, True)
    assert decide(asked_again(seen, {"abort": ID})).weights is None


def test_a_service_that_is_ready_but_no_backend_cannot_take_the_traffic() -> None:
    seen = a_snapshot({"abort": ID}, {"other": 750, CANARY: 250}, leaves=leaves())
    assert (decide(seen).weights, decide(seen).reason) == (None, "StableNotReady")


@pytest.mark.parametrize("stamp", [a_stamp(), a_waiting_stamp()], ids=["on a rung", "waiting"])
def test_a_canary_whose_service_is_gone_is_rolled_back(stamp: Stamp) -> None:
    decision = decide(a_snapshot(stamp=stamp, leaves=leaves(canary=Leaf(exists=False))))
    assert (stamped(decision).phase, decision.reason, decision.weights) == (
        Phase.ROLLED_BACK,
        "CanaryGone",
        BACK,
    )


def test_a_canary_that_is_no_backend_any_more_is_rolled_back() -> None:
    decision = decide(a_snapshot(None, {STABLE: 750, THIRD: 250}))
    assert (decision.reason, decision.weights) == ("CanaryGone", {STABLE: 1000, THIRD: 0})


def test_another_id_supersedes_it_and_begins_by_itself() -> None:
    seen = a_snapshot({"rollout": "a2"}, verdict=GO)
    first = decide(seen)
    assert (stamped(first).phase, stamped(first).id, first.weights) == (Phase.SUPERSEDED, ID, BACK)
    second = decide(written(seen, first))
    assert (second.rule, stamped(second).id, second.weights) == ("begins", "a2", {STABLE: 900, CANARY: 100})


@pytest.mark.parametrize("wish", ["a0", "not well formed", ""])
def test_only_a_good_id_not_seen_before_supersedes(wish: str) -> None:
    seen = a_snapshot({"rollout": wish}, stamp=a_stamp(seen=(digest("a0"), digest(ID))))
    assert decide(seen).rule in ("baking", "withdrawn")


def test_while_it_bakes_at_100_percent_the_next_one_waits_for_the_end() -> None:
    baking = a_stamp(phase=Phase.BAKING, step=4)
    assert decide(a_snapshot({"rollout": "a2"}, stamp=baking)).rule == "baking"
    over = a_snapshot(
        {"rollout": "a2"}, stamp=baking, verdict=GO, leaves=leaves(stable=a_leaf(STABLE, revision="7"))
    )
    promoted = written(over, decide(over))
    assert promoted.stamp is not None
    assert (promoted.stamp.id, promoted.stamp.phase) == (ID, Phase.PROMOTED)
    assert decide(promoted).reason == "NothingNew"


def test_another_revision_of_the_canary_is_the_next_attempt_from_the_start() -> None:
    decision = decide(
        a_snapshot(leaves=leaves(canary=a_leaf(CANARY, revision="8", generation=8)), verdict=BAD)
    )
    stamp = stamped(decision)
    assert (stamp.phase, stamp.attempt, stamp.step, stamp.id) == (Phase.WAITING, 2, 0, ID)
    assert (decision.weights, decision.reason) == (BACK, "CanaryChanged")
    assert "from revision 7 to 8" in decision.message


def test_where_the_policy_says_so_another_revision_ends_the_rollout() -> None:
    stamp = a_stamp(policy=a_policy(on_new_revision="rollback"))
    other = leaves(canary=a_leaf(CANARY, revision="8", generation=8))
    decision = decide(a_snapshot(stamp=stamp, leaves=other, verdict=GO))
    assert (decision.weights, decision.reason) == (BACK, "CanaryChanged")
    assert (stamped(decision).phase, stamped(decision).attempt) == (Phase.ROLLED_BACK, 1)
    assert "from revision 7 to 8 on the way" in decision.message
    after = settle(a_snapshot(stamp=stamp, leaves=other, verdict=GO))
    assert decide(after).rule == "ended"


@pytest.mark.parametrize(
    "leaf",
    [
        a_leaf(CANARY, generation=9),
        a_leaf(CANARY, revision="6", generation=6),
        a_leaf(CANARY, revision="8", observed=False),
        Leaf(ready=4),
        Leaf(ready=4, workloads=a_leaf("x").workloads + a_leaf("y").workloads),
    ],
    ids=["scaled", "stale read", "not observed yet", "no workload", "two workloads"],
)
def test_what_is_not_surely_another_revision_is_none(leaf: Leaf) -> None:
    seen = a_snapshot(leaves=leaves(canary=leaf), verdict=GO)
    assert decide(seen).rule in ("advance", "workload_unclear")
    assert stamped(decide(seen)).attempt == 1


def test_a_workload_made_anew_is_another_revision_whatever_its_generation() -> None:
    seen = a_snapshot(leaves=leaves(canary=a_leaf(CANARY, uid="new", generation=1)))
    assert decide(seen).reason == "CanaryChanged"


def test_without_a_pin_no_revision_matters() -> None:
    seen = a_snapshot(
        stamp=a_stamp(pins={}, policy=a_policy(pin="none")),
        leaves=leaves(canary=a_leaf(CANARY, revision="8")),
    )
    assert decide(seen).rule == "baking"


def test_a_canary_that_the_mesh_cannot_reach_is_rolled_back_and_no_client_is_blamed() -> None:
    seen = a_snapshot(
        stamp=a_stamp(settled=NOW - 50), missing=600.0, strangers=("shop/web",), following_for=0
    )
    over = decide(seen)
    assert (over.weights, over.reason, stamped(over).phase) == (BACK, "CanaryUnreachable", Phase.ROLLED_BACK)
    assert "got none of some 600 requests" in over.message


def test_who_was_given_nothing_is_not_unreachable() -> None:
    seen = a_snapshot(stamp=a_stamp(settled=NOW - 50), missing=600.0)
    others = (
        replace(seen, mesh="smi-adaptor is not reconciling"),
        reweighted(seen, {STABLE: 1000, CANARY: 0}),
        replace(seen, stamp=a_stamp(settled=NOW - 50, gap=NOW - 2)),
    )
    assert "CanaryUnreachable" not in {decide(other).reason for other in others}


def test_a_failed_gate_does_not_wait_for_the_bake_to_end() -> None:
    decision = decide(a_snapshot(verdict=BAD))
    stamp = stamped(decision)
    assert (stamp.phase, stamp.reason, stamp.message) == (Phase.ROLLED_BACK, "GateFailed", BAD.message)
    assert (stamp.settled, stamp.checkpoint) == (None, "")


def held() -> Snapshot:
    """A failed gate, by a policy that wants a person to decide."""
    return a_snapshot(stamp=a_stamp(policy=a_policy(on_failure="hold")), verdict=BAD)


def test_a_policy_may_want_a_person_to_decide_about_a_failed_gate() -> None:
    decision = decide(held())
    assert (stamped(decision).phase, decision.weights, decision.page) == (Phase.FAILED_HELD, None, True)
    rested = settle(held())
    assert (decide(rested).page, decide(rested).reason) == (True, "GateFailed")


def test_resume_goes_on_in_spite_of_a_failed_gate_and_with_fresh_evidence() -> None:
    resumed = asked_again(settle(held()), {"resume": ID})
    decision = decide(resumed)
    stamp = stamped(decision)
    assert (decision.rule, stamp.phase, stamp.step, decision.weights) == (
        "resumed",
        Phase.PROGRESSING,
        2,
        {STABLE: 750, CANARY: 250},
    )
    assert (stamp.since, stamp.settled) == (NOW + 1, None)
    assert stamp.checkpoint == a_stamp().checkpoint


def test_retry_and_abort_and_pause_work_on_a_held_one() -> None:
    rested = settle(held())
    retried = decide(asked_again(rested, {"retry": ID}))
    assert (stamped(retried).attempt, stamped(retried).phase, retried.weights) == (2, Phase.WAITING, BACK)
    assert stamped(decide(asked_again(rested, {"abort": ID}))).phase is Phase.ABORTED
    paused = stamped(decide(asked_again(rested, {"pause": ID})))
    assert (paused.phase, paused.paused) == (Phase.FAILED_HELD, True)


def test_promote_does_not_overrule_a_failed_gate_by_itself() -> None:
    assert decide(asked_again(settle(held()), {"promote": ID})).weights is None


DAY = 24 * 3600


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (a_snapshot(unknown_for=600), "UnknownTooLong"),
        (
            a_snapshot(
                source_away="away", away_for=600, stamp=a_stamp(policy=a_policy(source_down="rollback"))
            ),
            "UnknownTooLong",
        ),
        (a_snapshot(stamp=a_stamp(spent=6 * 3600)), "DeadlineExceeded"),
        (a_snapshot(stamp=a_stamp(at=NOW - 6 * 3600)), "DeadlineExceeded"),
        (
            a_snapshot({"rollout": None}, stamp=a_stamp(at=NOW - 6 * 3600, reason="Withdrawn")),
            "DeadlineExceeded",
        ),
        (a_snapshot(stamp=a_stamp(phase=Phase.BAKING, step=4, spent=6 * 3600)), "DeadlineExceeded"),
    ],
)
def test_what_takes_too_long_is_rolled_back(seen: Snapshot, reason: str) -> None:
    decision = decide(seen)
    assert (stamped(decision).phase, decision.reason, decision.weights) == (Phase.ROLLED_BACK, reason, BACK)


@pytest.mark.parametrize(
    "seen",
    [
        a_snapshot(unknown_for=599),
        a_snapshot(source_away="away", away_for=DAY),
        a_snapshot(stamp=a_stamp(spent=6 * 3600 - 96)),
        a_snapshot(stamp=a_stamp(phase=Phase.PAUSED, paused=True, at=NOW - DAY), unknown_for=DAY),
        a_snapshot(stamp=a_stamp(phase=Phase.AWAITING_APPROVAL, at=NOW - DAY)),
        a_snapshot(stamp=a_stamp(phase=Phase.PAUSED, drifted="x", at=NOW - DAY)),
        a_snapshot(stamp=a_stamp(reason="SourceAway", at=NOW - DAY), source_away="away", away_for=DAY),
        a_snapshot(stamp=a_waiting_stamp(at=NOW - DAY)),
    ],
    ids=[
        "not yet unknown",
        "source away",
        "not yet over",
        "paused",
        "approval",
        "drifted",
        "away for a day",
        "waiting",
    ],
)
def test_deadlines_count_only_time_in_which_it_was_allowed_to_advance(seen: Snapshot) -> None:
    assert decide(seen).rule != "overdue"


def test_what_was_unknown_during_a_pause_is_not_held_against_it_afterwards() -> None:
    paused = a_stamp(phase=Phase.PAUSED, paused=True, at=NOW - DAY)
    resumed = settle(a_snapshot({"resume": ID}, stamp=paused, unknown_for=DAY))
    assert resumed.stamp is not None
    assert (resumed.stamp.phase, resumed.stamp.going, resumed.stamp.spent) == (Phase.PROGRESSING, NOW, 0)
    assert decide(resumed).rule == "baking"


def test_a_pin_that_promotion_left_behind_is_the_replaced_revision() -> None:
    over = decide(a_snapshot(stamp=a_stamp(phase=Phase.BAKING, step=4), verdict=GO))
    assert stamped(over).replaced == a_pin(STABLE)
