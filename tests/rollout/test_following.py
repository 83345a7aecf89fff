"""Clients that do not follow the weights: waited for, then told to a person with the remedy."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from canary.rollout.rules import decide
from canary.rollout.rules.following import CALM
from canary.rollout.snapshot import Snapshot
from canary.rollout.stamp import Stamp
from canary.terms import Phase
from tests.rollout.builders import (
    BAD,
    CANARY,
    GO,
    ID,
    NOW,
    STABLE,
    a_policy,
    a_snapshot,
    a_stamp,
    a_start,
    asked_again,
    reweighted,
    settle,
    stamped,
    written,
)
from tests.rollout.invariants import violations
from tests.rollout.walk import Walk

WEB = ("shop/web",)
SETTLE, UNKNOWN = 120, 600
"""Deadlines of the policy, in intervals."""


def first(seed: float = 0.1, step: int = 1) -> Stamp:
    """On the rung it began on."""
    return a_stamp(step=step, seed=seed)


def unfollowed(stamp: Stamp, after: int) -> Snapshot:
    """So many intervals after it was first seen."""
    seen = settle(a_snapshot(stamp=stamp, strangers=WEB, verdict=GO))
    return replace(seen, now=seen.now + after)


@pytest.mark.parametrize("stamp", [first(), a_stamp(step=2), a_stamp(step=3)])
def test_nothing_advances_while_a_client_does_not_follow(stamp: Stamp) -> None:
    decision = decide(unfollowed(stamp, 60))
    assert (decision.weights, decision.reason, decision.page) == (None, "Unsettled", False)
    assert "shop/web did not follow the weights" in decision.message
    assert stamped(decision).settled == stamp.settled


def test_it_goes_on_once_they_follow() -> None:
    seen = replace(unfollowed(first(), 60), strangers=(), following_for=CALM)
    assert decide(seen).rule == "advance"


@pytest.mark.parametrize("step", [1, 2])
def test_who_follows_now_and_then_neither_lets_it_go_on_nor_resets_a_deadline(step: int) -> None:
    seen, writes, decisions = a_snapshot(stamp=a_stamp(step=step, seed=0.1), verdict=GO), 0, []
    for n in range(SETTLE + 4):
        strange = WEB if n % 3 == 0 else ()
        seen = replace(seen, now=NOW + n, strangers=strange, following_for=0 if strange else n % 3)
        decisions.append(decide(seen))
        if decisions[-1].changes(seen):
            seen, writes = written(seen, decisions[-1]), writes + 1
    assert {decision.reason for decision in decisions[:SETTLE]} == {"Unsettled"}
    assert decisions[-1].page
    assert writes == (2 if step == 1 else 1)
    assert stamped(decisions[-1]).phase is (Phase.WAITING if step == 1 else Phase.PROGRESSING)


def test_while_the_source_is_away_that_is_told_and_not_who_did_not_follow() -> None:
    seen = replace(unfollowed(first(), 60), strangers=(), source_away="no answer")
    assert decide(seen).reason == "SourceAway"


def test_a_single_look_is_no_reason_to_go_back() -> None:
    seen = a_snapshot(stamp=first(), strangers=WEB, verdict=GO, now=NOW + 500)
    assert stamped(decide(seen)).phase is Phase.PROGRESSING


def test_on_the_first_rung_it_goes_back_and_waits_for_a_person_with_the_remedy() -> None:
    decision = decide(unfollowed(first(seed=0.04), SETTLE))
    stamp = stamped(decision)
    assert (stamp.phase, stamp.reason, stamp.paused) == (Phase.WAITING, "ClientsNotFollowing", True)
    assert decision.weights == {STABLE: 960, CANARY: 40}
    assert decision.page
    assert "`kubectl -n shop rollout restart deployment/web`, then `canary resume api-split`" in stamp.message


def test_a_client_without_a_deployment_is_restarted_by_hand() -> None:
    seen = replace(unfollowed(first(), SETTLE), strangers=("shop/web", "shop", "", "d/four", "e/five"))
    message = decide(seen).message
    assert message.endswith("; what calls api-v1 itself has to call api instead")
    assert "shop/web, shop, clients without a name and 2 more did not follow" in message
    assert "restart their pods, then `canary resume api-split`" in message


def test_it_keeps_waiting_and_telling_until_somebody_resumes() -> None:
    back = settle(unfollowed(first(), SETTLE))
    later = replace(back, strangers=(), now=back.now + 5000)
    decision = decide(later)
    assert (decision.reason, decision.page, decision.changes(later)) == ("ClientsNotFollowing", True, False)
    begun = settle(asked_again(later, {"resume": ID}))
    assert begun.stamp is not None
    assert (begun.stamp.phase, begun.stamp.step, begun.stamp.seed) == (Phase.PROGRESSING, 1, 0.1)


def test_where_stable_is_what_clients_call_nobody_is_told_to_call_something_else() -> None:
    seen = unfollowed(first(), SETTLE)
    message = decide(replace(seen, route=replace(seen.route, apex=STABLE))).message
    assert message.endswith("then `canary resume api-split`")


def withdrawn(seen: Snapshot) -> Snapshot:
    """The wish is taken away, and put back."""
    return asked_again(settle(asked_again(seen, {"rollout": None})), {"rollout": ID})


def rejected(seen: Snapshot) -> Snapshot:
    """Its policy is broken, and mended."""
    broken = settle(replace(seen, policy=None, policy_problem="no such policy"))
    assert broken.stamp is not None
    assert broken.stamp.phase is Phase.REJECTED
    return replace(broken, policy=seen.policy, policy_problem="")


def without_stable(seen: Snapshot) -> Snapshot:
    """Stable is taken off the route, and put back."""
    return reweighted(settle(reweighted(seen, {CANARY: 1})), {STABLE: 1000, CANARY: 0})


@pytest.mark.parametrize("happens", [withdrawn, rejected, without_stable])
def test_what_else_was_told_meanwhile_does_not_make_it_forget_the_remedy(
    happens: Callable[[Snapshot], Snapshot],
) -> None:
    back = replace(settle(unfollowed(first(seed=0), SETTLE)), strangers=())
    assert back.stamp is not None
    again = happens(back)
    assert again.stamp is not None
    assert again.stamp.reason != "ClientsNotFollowing"
    decision = decide(again)
    assert (decision.reason, decision.message) == ("ClientsNotFollowing", back.stamp.message)
    assert decision.page


def test_foreign_weights_are_told_with_the_remedy_and_one_resume_is_for_both() -> None:
    back = settle(unfollowed(first(seed=0), SETTLE))
    drifted = settle(reweighted(replace(back, strangers=()), {STABLE: 500, CANARY: 500}))
    decision = decide(drifted)
    assert decision.reason == "Drifted"
    assert "rollout restart deployment/web" in decision.message
    begun = settle(asked_again(drifted, {"resume": ID}))
    assert begun.stamp is not None
    assert (begun.stamp.phase, begun.stamp.unfollowed) == (Phase.PROGRESSING, "")


@pytest.mark.parametrize(("seed", "step"), [(0.3, 2), (0.25, 2), (0.7, 3)])
def test_the_first_rung_is_the_one_it_began_on(seed: float, step: int) -> None:
    assert stamped(decide(unfollowed(first(seed, step), SETTLE))).phase is Phase.WAITING
    assert stamped(decide(unfollowed(first(seed, step + 1), SETTLE))).phase is not Phase.WAITING


def test_going_back_never_raises_what_the_canary_has() -> None:
    seen = unfollowed(first(seed=0.3, step=2), SETTLE)
    decision = decide(seen)
    assert decision.weights == {STABLE: 750, CANARY: 250}
    assert stamped(decision).seed == 0.25


def test_on_a_later_rung_it_is_held_a_person_is_called_then_it_counts_as_unknown() -> None:
    held = unfollowed(a_stamp(step=2, seed=0.1), SETTLE)
    assert (decide(held).reason, decide(held).page) == ("Unsettled", True)
    early = replace(held, now=held.now + UNKNOWN - 1)
    assert decide(early).reason == "Unsettled"
    decision = decide(replace(held, now=held.now + UNKNOWN))
    assert (decision.reason, decision.weights) == ("UnknownTooLong", {STABLE: 1000, CANARY: 0})
    assert "shop/web" in decision.message


def test_a_deadline_that_was_running_is_forgotten_when_they_follow() -> None:
    held = unfollowed(a_stamp(step=2, seed=0.1), SETTLE)
    following = replace(held, strangers=(), following_for=CALM, now=held.now + UNKNOWN)
    assert decide(following).rule == "advance"


def test_a_failing_canary_is_taken_out_whoever_follows() -> None:
    assert decide(replace(unfollowed(first(), SETTLE), verdict=BAD)).reason == "GateFailed"


def test_an_adaptor_that_does_not_reconcile_is_told_before_its_clients() -> None:
    seen = a_snapshot(stamp=first(), strangers=WEB, mesh="not reconciling", verdict=GO)
    assert "not reconciling" in decide(seen).message


def test_where_it_waits_a_share_given_by_others_is_taken_back() -> None:
    back = settle(unfollowed(first(seed=0.04), SETTLE))
    decision = decide(reweighted(back, {STABLE: 500, CANARY: 500}))
    assert decision.weights == {STABLE: 960, CANARY: 40}


def test_the_whole_way_back_and_forth_breaks_no_invariant() -> None:
    walk = Walk(a_start(None, {STABLE: 1000, CANARY: 0}, policy=a_policy(settle_deadline="10s")))
    for _ in range(4):
        walk.tick()
    walk.seen = replace(walk.seen, strangers=WEB)
    for _ in range(14):
        walk.tick()
    assert (walk.stamp.reason, walk.shares) == ("ClientsNotFollowing", [0, 100, 0])
    walk.seen = replace(walk.seen, strangers=())
    walk.ask({"resume": ID})
    for _ in range(60):
        walk.tick()
    assert (walk.stamp.phase, walk.shares) == (Phase.PROMOTED, [0, 100, 0, 100, 250, 500, 1000])
    assert violations(walk.versions) == []
