"""How a rollout begins, and what it waits for before it does."""

from dataclasses import replace

import pytest

from canary.evidence import Evidence
from canary.rollout.past import Past
from canary.rollout.requests import digest
from canary.rollout.rules import decide
from canary.rollout.snapshot import Leaf, Snapshot
from canary.terms import Phase
from tests.rollout.builders import (
    CANARY,
    GO,
    ID,
    NOW,
    STABLE,
    THIRD,
    UNIT,
    a_leaf,
    a_pin,
    a_policy,
    a_snapshot,
    a_start,
    a_waiting_stamp,
    an_ended_stamp,
    asked_again,
    leaves,
    reweighted,
    settle,
    stamped,
    written,
)

NEXT = {"rollout": "a2"}


def test_at_900_100_it_begins_on_the_ten_percent_rung_without_moving_a_weight() -> None:
    decision = decide(a_start())
    stamp = stamped(decision)
    assert decision.weights == {STABLE: 900, CANARY: 100}
    assert (stamp.phase, stamp.step, stamp.total, stamp.attempt) == (Phase.PROGRESSING, 1, 1000, 1)
    assert (stamp.id, stamp.stable, stamp.canary, stamp.reason) == (ID, STABLE, CANARY, "Started")
    assert stamp.apex == "api"
    assert "api-v2 starts at 10.0%, step 1 of 4 of policy quick" in decision.message


@pytest.mark.parametrize(
    ("canary", "step", "weight"),
    [(0, 1, 100), (50, 1, 100), (100, 1, 100), (249, 1, 100), (250, 2, 250), (300, 2, 250), (499, 2, 250)],
)
def test_the_present_share_counts(canary: int, step: int, weight: int) -> None:
    decision = decide(a_start(None, {STABLE: 1000 - canary, CANARY: canary}))
    assert stamped(decision).step == step
    assert decision.weights == {STABLE: 1000 - weight, CANARY: weight}


@pytest.mark.parametrize(
    ("stable", "canary", "shares", "total"),
    [
        (900, 100, (0.1, 0.25, 0.5), 1000),
        (90, 10, (0.1, 0.2, 0.5), 100),
        (90, 10, (0.1, 0.25, 0.333), 1000),
        (9, 1, (0.1, 0.25), 1000),
        (1, 0, (0.1, 0.25), 1000),
        (100_000, 0, (0.001, 0.999), 100_000),
        (1001, 0, (0.1, 0.25), 1000),
    ],
)
def test_the_sum_is_kept_where_every_step_can_be_written_in_it(
    stable: int, canary: int, shares: tuple[float, ...], total: int
) -> None:
    decision = decide(a_start(None, {STABLE: stable, CANARY: canary}, policy=a_policy(*shares)))
    assert decision.weights is not None
    assert sum(decision.weights.values()) == stamped(decision).total == total


def test_stable_is_who_has_most_and_the_canary_the_only_other_one() -> None:
    stamp = stamped(decide(a_start(None, {CANARY: 900, STABLE: 100})))
    assert (stamp.stable, stamp.canary) == (CANARY, STABLE)


def test_of_several_the_canary_is_the_one_that_is_named() -> None:
    decision = decide(a_start({"canary": THIRD}, {STABLE: 1000, CANARY: 0, THIRD: 0}))
    assert decision.weights == {STABLE: 900, CANARY: 0, THIRD: 100}


def test_what_stands_behind_both_is_pinned() -> None:
    stamp = stamped(decide(a_start()))
    assert stamp.pins == {STABLE: a_pin(STABLE), CANARY: a_pin(CANARY)}
    assert stamp.stable_ready == 4


def test_a_policy_may_ask_for_no_pin() -> None:
    seen = a_start(policy=a_policy(pin="none"), leaves=leaves(canary=Leaf(ready=3)))
    decision = decide(seen)
    assert (decision.rule, stamped(decision).pins) == ("begins", {})


def test_the_policy_is_frozen_at_the_start() -> None:
    begun = settle(a_start())
    other = decide(replace(begun, policy=a_policy(0.9), evidence=a_snapshot().evidence, verdict=GO))
    assert other.weights == {STABLE: 750, CANARY: 250}


def test_evidence_counts_from_the_first_interval_after_the_start() -> None:
    stamp = stamped(decide(a_start()))
    policy = a_policy()
    assert (stamp.since, stamp.settled) == (NOW + 1, None)
    assert stamp.checkpoint == Evidence.begin(policy.specs({}, UNIT), policy.confidence(), 0.25).checkpoint()


def test_all_words_that_are_there_at_a_start_are_spent() -> None:
    seen = settle(
        a_start({"pause": ID, "promote": ID, "approve": f"{ID}:2", "abort": "a0", "undo": ID, "retry": ID})
    )
    assert seen.stamp is not None
    assert (seen.stamp.phase, seen.stamp.step, seen.stamp.approved) == (Phase.PROGRESSING, 1, ())


@pytest.mark.parametrize("value", [ID, f"{ID}@1", f"{ID}@2", f"{ID}/again"])
def test_an_abort_of_that_very_id_refuses_it_and_writes_no_weight(value: str) -> None:
    decision = decide(a_start({"abort": value, "reason": "no, wait"}))
    stamp = stamped(decision)
    assert (stamp.phase, stamp.reason, decision.weights) == (Phase.ABORTED, "Aborted", None)
    assert "no, wait" in decision.message
    rested = settle(a_start({"abort": value}))
    assert decide(rested).rule == "ended"
    assert decide(asked_again(rested, {"abort": None})).rule == "ended"


@pytest.mark.parametrize(
    "words", [{"retry": ID}, {"retry": ID, "abort": None}, {"retry": f"{ID}@1/k", "pause": ID}]
)
def test_a_refused_start_may_be_retried_as_the_next_attempt(words: dict[str, str | None]) -> None:
    refused = settle(a_start({"abort": ID}))
    begun = decide(asked_again(refused, words))
    stamp = stamped(begun)
    assert (begun.rule, stamp.attempt, stamp.step, begun.weights) == (
        "begins",
        2,
        1,
        {STABLE: 900, CANARY: 100},
    )
    assert stamp.acks.keys() >= {"retry"}


def test_a_retry_that_is_aborted_at_once_is_refused_again() -> None:
    refused = settle(a_start({"abort": ID}))
    again = settle(asked_again(refused, {"retry": ID, "abort": f"{ID}@2"}))
    assert again.stamp is not None
    assert (again.stamp.phase, again.stamp.attempt) == (Phase.ABORTED, 2)


def test_a_retry_of_a_refused_start_that_is_wrong_is_rejected() -> None:
    refused = settle(a_start({"abort": ID}, policy=None))
    decision = decide(asked_again(refused, {"retry": ID}))
    assert (decision.reason, stamped(decision).attempt) == ("PolicyMissing", 2)


def test_after_a_promotion_a_refused_start_may_be_retried_too() -> None:
    refused = settle(a_snapshot({"rollout": "a2", "abort": "a2"}, stamp=an_ended_stamp(Phase.PROMOTED)))
    begun = decide(asked_again(refused, {"retry": "a2"}))
    assert (begun.rule, stamped(begun).canary, begun.weights) == (
        "begins",
        STABLE,
        {STABLE: 100, CANARY: 900},
    )


def test_after_a_refused_start_the_next_one_begins_as_on_a_route_never_stamped() -> None:
    rested = settle(a_start({"abort": ID}))
    assert decide(asked_again(rested, NEXT)).rule == "begins"


def test_an_abort_refuses_a_start_even_where_something_is_wrong_with_it() -> None:
    decision = decide(a_start({"abort": ID}, {STABLE: 500, CANARY: 500}, policy=None))
    assert stamped(decision).phase is Phase.ABORTED
    assert settle(a_start({"abort": ID}, {STABLE: 500, CANARY: 500})).route.weights == {
        STABLE: 500,
        CANARY: 500,
    }


WAITS: tuple[tuple[str, Snapshot], ...] = (
    ("CanaryNotReady", a_start(leaves=leaves(canary=a_leaf(CANARY, 0)))),
    ("StableNotReady", a_start(leaves=leaves(stable=a_leaf(STABLE, 0)))),
    ("NotObserved", a_start(leaves=leaves(canary=a_leaf(CANARY, observed=False)))),
    ("NotObserved", a_start(leaves=leaves(stable=a_leaf(STABLE, observed=False)))),
    ("SourceAway", a_start(source_away="Prometheus does not answer")),
    ("SourceAway", a_start(past=Past(away="Prometheus does not answer"))),
    ("NothingNew", a_snapshot(NEXT, stamp=an_ended_stamp(Phase.PROMOTED, replaced=a_pin(STABLE)))),
    ("Paused", a_snapshot(stamp=a_waiting_stamp(paused=True))),
    ("Drifted", a_snapshot(stamp=a_waiting_stamp(drifted="kubectl-edit"))),
    ("Withdrawn", a_snapshot({"rollout": None}, stamp=a_waiting_stamp())),
)  # fmt: skip


@pytest.mark.parametrize(("reason", "seen"), WAITS, ids=[reason for reason, _ in WAITS])
def test_what_is_not_ready_is_waited_for(reason: str, seen: Snapshot) -> None:
    decision = decide(seen)
    assert (decision.rule, decision.reason) == ("waiting_to_start", reason)
    assert stamped(decision).phase is Phase.WAITING
    assert decide(settle(seen)).reason == reason


@pytest.mark.parametrize(("reason", "seen"), WAITS[:6], ids=[reason for reason, _ in WAITS[:6]])
def test_it_begins_once_it_is_ready(reason: str, seen: Snapshot) -> None:
    rested = settle(seen)
    begun = decide(replace(rested, leaves=leaves(), source_away="", past=None))
    assert (begun.rule, begun.weights) == ("begins", {STABLE: 900, CANARY: 100}), reason


def test_a_canary_that_is_not_ready_loses_the_share_it_had() -> None:
    seen = settle(a_start(leaves=leaves(canary=a_leaf(CANARY, 0))))
    assert seen.route.weights == {STABLE: 1000, CANARY: 0}


def test_a_canary_that_is_not_ready_loses_it_while_paused_too() -> None:
    waiting = a_waiting_stamp(paused=True, seed=0.1)
    seen = settle(
        a_snapshot(None, {STABLE: 900, CANARY: 100}, stamp=waiting, leaves=leaves(canary=a_leaf(CANARY, 0)))
    )
    assert seen.route.weights == {STABLE: 1000, CANARY: 0}


@pytest.mark.parametrize(("reason", "seen"), WAITS[2:6], ids=[reason for reason, _ in WAITS[2:6]])
def test_a_ready_canary_keeps_the_share_it_had(reason: str, seen: Snapshot) -> None:
    assert settle(seen).route.weights == {STABLE: 900, CANARY: 100}, reason


def test_a_share_given_while_it_waits_is_taken_back_and_not_begun_from() -> None:
    waiting = settle(a_start(None, {STABLE: 1000, CANARY: 0}, leaves=leaves(canary=a_leaf(CANARY, 0))))
    raised = reweighted(replace(waiting, leaves=leaves()), {STABLE: 500, CANARY: 500})
    decision = decide(raised)
    assert (decision.rule, decision.weights) == ("raised_by_others", {STABLE: 1000, CANARY: 0})
    assert stamped(decision).phase is Phase.WAITING
    drifted = settle(raised)
    assert decide(drifted).reason == "Drifted"
    resumed = settle(asked_again(drifted, {"resume": ID}))
    assert resumed.route.weights == {STABLE: 900, CANARY: 100}


def test_a_share_from_before_may_not_be_raised_while_it_waits_either() -> None:
    waiting = settle(a_start(source_away="away"))
    raised = reweighted(waiting, {STABLE: 550, CANARY: 450})
    assert decide(raised).weights == {STABLE: 900, CANARY: 100}


def test_a_wish_that_is_withdrawn_while_it_waits_does_not_begin() -> None:
    waiting = settle(a_start(leaves=leaves(canary=a_leaf(CANARY, 0))))
    ready = asked_again(replace(waiting, leaves=leaves()), {"rollout": None})
    assert decide(ready).reason == "Withdrawn"
    assert decide(asked_again(settle(ready), {"rollout": ID})).rule == "begins"


def test_a_pause_while_it_waits_holds_it_there() -> None:
    waiting = settle(a_start(leaves=leaves(canary=a_leaf(CANARY, 0))))
    paused = settle(asked_again(waiting, {"pause": ID}))
    ready = replace(asked_again(paused, {"pause": None}), leaves=leaves())
    assert decide(ready).reason == "Paused"
    resumed = decide(asked_again(ready, {"resume": ID}))
    assert resumed.rule == "resumed"


def test_an_abort_while_it_waits_ends_it() -> None:
    waiting = settle(a_start(source_away="away"))
    over = settle(asked_again(waiting, {"abort": ID}))
    assert over.stamp is not None
    assert (over.stamp.phase, over.route.weights) == (Phase.ABORTED, {STABLE: 1000, CANARY: 0})


def test_after_a_promotion_the_other_slot_is_the_canary() -> None:
    seen = a_snapshot(
        NEXT, stamp=an_ended_stamp(Phase.PROMOTED), leaves=leaves(stable=a_leaf(STABLE, revision="8"))
    )
    stamp = stamped(decide(seen))
    assert (stamp.stable, stamp.canary, stamp.step) == (CANARY, STABLE, 1)


def test_the_replaced_revision_is_not_rolled_out_by_mistake_even_after_another_end() -> None:
    promoted = an_ended_stamp(Phase.PROMOTED, replaced=a_pin(STABLE))
    waiting = settle(a_snapshot(NEXT, stamp=promoted))
    aborted = settle(asked_again(waiting, {"abort": "a2"}))
    third = settle(asked_again(aborted, {"rollout": "a3"}))
    assert third.stamp is not None
    assert (third.stamp.id, third.stamp.reason) == ("a3", "NothingNew")


def test_ids_are_remembered_32_rollouts_long() -> None:
    many = tuple(digest(f"b{number}") for number in range(32))
    stamp = stamped(decide(a_snapshot(NEXT, stamp=an_ended_stamp(seen=many))))
    assert (len(stamp.seen), stamp.seen[-1], stamp.seen[0]) == (32, digest("a2"), many[1])


def test_a_start_is_one_write() -> None:
    seen = a_start()
    begun = written(seen, decide(seen))
    assert decide(begun).rule == "unsettled"
