"""The canary's share rises only where it has the endpoints for it."""

from dataclasses import replace

import pytest

from canary.rollout.rules import decide
from canary.terms import Phase
from tests.rollout.builders import (
    BAD,
    CANARY,
    GO,
    ID,
    NOW,
    STABLE,
    a_leaf,
    a_policy,
    a_snapshot,
    a_stamp,
    a_start,
    leaves,
    settle,
    stamped,
)

FULL = a_policy(capacity="100%")


@pytest.mark.parametrize(("ready", "rule"), [(1, "too_little_capacity"), (2, "advance")])
def test_the_next_share_needs_its_part_of_what_served_all_traffic(ready: int, rule: str) -> None:
    seen = a_snapshot(stamp=a_stamp(policy=FULL), verdict=GO, leaves=leaves(canary=a_leaf(CANARY, ready)))
    assert decide(seen).rule == rule


def test_who_has_too_few_stays_where_it_is_and_is_told_how_many_it_needs() -> None:
    seen = settle(a_snapshot(stamp=a_stamp(policy=FULL), verdict=GO, leaves=leaves(canary=a_leaf(CANARY, 1))))
    assert seen.stamp is not None
    assert (seen.stamp.phase, seen.stamp.reason, seen.stamp.step) == (Phase.PROGRESSING, "CanaryTooSmall", 2)
    assert seen.stamp.message == (
        "api-v2 has 1 ready endpoints and needs 2 for 50.0% of the traffic: "
        "100% of that part of the 4 that carried all of it at the start"
    )


def test_without_a_word_about_it_one_pod_is_enough_for_everything() -> None:
    for step in (1, 2, 3):
        seen = a_snapshot(stamp=a_stamp(step=step), verdict=GO, leaves=leaves(canary=a_leaf(CANARY, 1)))
        assert decide(seen).rule == "advance"


@pytest.mark.parametrize(("seed", "needed"), [(0.0, 9), (0.1, 10)])
def test_what_served_all_traffic_is_reckoned_from_what_stable_carried_at_the_start(
    seed: float, needed: int
) -> None:
    stamp = a_stamp(policy=FULL, step=3, stable_ready=9, seed=seed)
    few, enough = (
        a_snapshot(
            stamp=stamp, verdict=GO, leaves=leaves(stable=a_leaf(STABLE, 9), canary=a_leaf(CANARY, ready))
        )
        for ready in (needed - 1, needed)
    )
    assert (decide(few).rule, decide(enough).rule) == ("too_little_capacity", "advance")


def test_at_100_percent_nothing_more_is_needed() -> None:
    top = a_stamp(policy=FULL, step=4, phase=Phase.BAKING)
    seen = a_snapshot(stamp=top, verdict=GO, leaves=leaves(canary=a_leaf(CANARY, 1)))
    assert decide(seen).reason == "Promoted"


def test_a_promotion_by_request_waits_for_the_endpoints_of_all_traffic() -> None:
    stamp = a_stamp(policy=FULL, step=1)
    few = a_snapshot({"promote": ID}, stamp=stamp, leaves=leaves(canary=a_leaf(CANARY, 3)))
    assert decide(few).reason == "CanaryTooSmall"
    assert decide(a_snapshot({"promote": ID}, stamp=settle(few).stamp)).reason == "PromoteRequested"


def test_a_canary_that_was_away_comes_back_with_the_endpoints_of_its_rung() -> None:
    away = a_stamp(policy=FULL, step=3, gap=NOW - 20, gaps=1, reason="CanaryNotReady")
    one, two = (a_snapshot(stamp=away, leaves=leaves(canary=a_leaf(CANARY, ready))) for ready in (1, 2))
    assert (decide(one).reason, decide(two).rule) == ("CanaryTooSmall", "returned")


def test_the_first_rung_needs_its_endpoints_too() -> None:
    policy = a_policy(0.5, capacity="100%")
    few = settle(
        a_start(policy=policy, leaves=leaves(canary=a_leaf(CANARY, 1)), weights={STABLE: 1000, CANARY: 0})
    )
    assert few.stamp is not None
    assert (few.stamp.phase, few.stamp.reason) == (Phase.WAITING, "CanaryTooSmall")
    assert decide(a_start(policy=policy, stamp=few.stamp)).rule == "begins"


def test_a_first_rung_that_is_there_already_needs_no_more() -> None:
    pods = leaves(stable=a_leaf(STABLE, 40), canary=a_leaf(CANARY, 1))
    assert decide(a_start(policy=FULL, leaves=pods)).rule == "begins"
    assert (
        decide(a_start(policy=FULL, leaves=pods, weights={STABLE: 901, CANARY: 99})).reason
        == "CanaryTooSmall"
    )


def test_a_failing_canary_is_taken_back_however_small_it_is() -> None:
    seen = a_snapshot(stamp=a_stamp(policy=FULL), verdict=BAD, leaves=leaves(canary=a_leaf(CANARY, 1)))
    assert decide(seen).rule == "gate_failed"


def test_too_few_that_came_back_and_are_lost_again_are_a_second_gap_with_a_grace_of_its_own() -> None:
    small = a_stamp(policy=FULL, step=3, gap=NOW - 600, gaps=1, reason="CanaryTooSmall")
    gone = leaves(canary=a_leaf(CANARY, 0))
    seen = a_snapshot(stamp=small, weights={STABLE: 1000, CANARY: 0}, leaves=gone)
    stamp = stamped(decide(seen))
    assert (stamp.phase, stamp.gap, stamp.gaps, stamp.share) == (Phase.PROGRESSING, NOW, 2, 0)
    late = replace(seen, stamp=stamp, now=NOW + 30)
    assert stamped(decide(late)).phase is Phase.ROLLED_BACK
