"""A canary that loses its ready endpoints gets no traffic, at once, and may come back twice."""

from dataclasses import replace

from canary.rollout.rules import decide
from canary.rollout.snapshot import Snapshot
from canary.terms import Phase
from tests.rollout.builders import (
    BAKING,
    CANARY,
    GO,
    ID,
    NOW,
    STABLE,
    a_leaf,
    a_snapshot,
    a_stamp,
    asked_again,
    leaves,
    settle,
    stamped,
    written,
)

GONE = leaves(canary=a_leaf(CANARY, 0))
GRACE = 30


def later(seen: Snapshot, intervals: int, **changes: object) -> Snapshot:
    """The same, so many intervals later, with the evidence read."""
    fields = {"evidence": a_snapshot().evidence, "verdict": BAKING, **changes}
    return replace(seen, now=seen.now + intervals, **fields)  # type: ignore[arg-type]


def a_gap(**stamp: object) -> Snapshot:
    """In it, since just now."""
    return settle(a_snapshot(stamp=a_stamp(**stamp), leaves=GONE))


def test_without_an_endpoint_it_gets_nothing_at_once() -> None:
    decision = decide(a_snapshot(leaves=GONE, verdict=GO))
    stamp = stamped(decision)
    assert decision.weights == {STABLE: 1000, CANARY: 0}
    assert (stamp.gap, stamp.gaps, stamp.step, stamp.phase) == (NOW, 1, 2, Phase.PROGRESSING)


def test_it_is_waited_for_as_long_as_the_policy_says() -> None:
    seen = a_gap()
    assert decide(later(seen, GRACE - 1, leaves=GONE)).reason == "CanaryNotReady"
    over = decide(later(seen, GRACE, leaves=GONE))
    assert (stamped(over).phase, over.reason) == (Phase.ROLLED_BACK, "CanaryNotReady")
    assert "none returned in time" in over.message


def test_it_comes_back_to_the_rung_it_had_earned_with_evidence_afresh() -> None:
    seen = later(a_gap(), 5, leaves=leaves())
    decision = decide(seen)
    stamp = stamped(decision)
    assert (decision.rule, decision.weights) == ("returned", {STABLE: 750, CANARY: 250})
    assert (stamp.gap, stamp.gaps, stamp.step, stamp.settled) == (None, 1, 2, None)
    assert stamp.since > a_stamp().since


def test_it_comes_back_twice_at_most() -> None:
    seen = a_snapshot()
    for number in (1, 2):
        seen = settle(replace(seen, leaves=GONE))
        assert seen.stamp is not None
        assert (seen.stamp.gaps, seen.route.weights[CANARY]) == (number, 0)
        seen = settle(later(seen, 1, leaves=leaves()))
        assert seen.route.weights[CANARY] == 250
    over = decide(replace(seen, leaves=GONE))
    assert (stamped(over).phase, over.weights) == (Phase.ROLLED_BACK, {STABLE: 1000, CANARY: 0})
    assert "after 2 earlier gaps" in over.message


def test_it_comes_back_to_all_traffic_if_it_had_earned_that() -> None:
    seen = later(a_gap(step=4, phase=Phase.BAKING), 5, leaves=leaves())
    decision = decide(seen)
    assert (decision.weights, stamped(decision).phase) == ({STABLE: 0, CANARY: 1000}, Phase.BAKING)


def test_nothing_comes_back_while_it_is_paused() -> None:
    paused = settle(asked_again(a_gap(), {"pause": ID}))
    back = later(paused, 5, leaves=leaves())
    assert decide(back).rule == "resting"
    resumed = settle(asked_again(back, {"resume": ID}))
    assert decide(later(resumed, 1)).rule == "baking"
    assert resumed.route.weights[CANARY] == 250


def test_a_pause_does_not_stretch_the_wait() -> None:
    paused = settle(asked_again(a_gap(), {"pause": ID}))
    assert stamped(decide(later(paused, GRACE, leaves=GONE))).phase is Phase.ROLLED_BACK


def test_nothing_comes_back_while_the_source_is_away_or_nothing_is_known() -> None:
    for unknown in ({"source_away": "away"}, {"evidence": None, "verdict": None}, {"unknown_for": 4}):
        decision = decide(later(a_gap(), 5, leaves=leaves(), **unknown))
        assert decision.weights is None, unknown


def test_another_revision_that_comes_back_is_another_attempt() -> None:
    seen = later(a_gap(), 5, leaves=leaves(canary=a_leaf(CANARY, revision="8")))
    stamp = stamped(decide(seen))
    assert (stamp.phase, stamp.attempt, stamp.gap, stamp.gaps) == (Phase.WAITING, 2, None, 0)


def test_a_gap_of_both_keeps_everything_where_it_is() -> None:
    seen = settle(a_snapshot(leaves=leaves(canary=a_leaf(CANARY, 0), stable=a_leaf(STABLE, 0))))
    decision = decide(seen)
    assert (seen.route.weights, decision.reason, decision.page) == (
        {STABLE: 750, CANARY: 250},
        "StableNotReady",
        True,
    )
    assert written(seen, decision).route.weights == {STABLE: 750, CANARY: 250}
