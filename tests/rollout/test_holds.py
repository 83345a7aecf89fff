"""What keeps a rollout where it is, though the evidence says go."""

from dataclasses import replace

import pytest

from canary.rollout.boundary import boundary
from canary.rollout.rules import decide
from canary.rollout.snapshot import Leaf, Snapshot
from canary.terms import Phase
from tests.rollout.builders import (
    BAKING,
    CANARY,
    GO,
    ID,
    NOW,
    STABLE,
    UNIT,
    a_leaf,
    a_pin,
    a_policy,
    a_snapshot,
    a_stamp,
    asked_again,
    leaves,
    settle,
    stamped,
    written,
)

HELD: tuple[tuple[str, Snapshot, str], ...] = (
    ("paused", a_snapshot(stamp=a_stamp(phase=Phase.PAUSED, paused=True), verdict=GO), "Baking"),
    ("withdrawn", a_snapshot({"rollout": None}, verdict=GO), "Withdrawn"),
    ("emptied", a_snapshot({"rollout": ""}, verdict=GO), "Withdrawn"),
    ("stale read of the canary", a_snapshot(leaves=leaves(canary=a_leaf(CANARY, generation=6, revision="6")), verdict=GO), "WorkloadUnclear"),
    ("canary not observed", a_snapshot(leaves=leaves(canary=a_leaf(CANARY, observed=False)), verdict=GO), "WorkloadUnclear"),
    ("stable without a workload", a_snapshot(leaves=leaves(stable=Leaf(ready=4)), verdict=GO), "WorkloadUnclear"),
    ("stable below its floor", a_snapshot(leaves=leaves(stable=a_leaf(STABLE, 1)), verdict=GO), "StableShrunk"),
    ("mesh does not follow", a_snapshot(mesh="not reconciling", verdict=GO), "Unsettled"),
    ("source is away", a_snapshot(source_away="Prometheus does not answer", verdict=GO), "SourceAway"),
)  # fmt: skip


@pytest.mark.parametrize(("seen", "reason"), [h[1:] for h in HELD], ids=[h[0] for h in HELD])
def test_it_stays_where_it_is_and_says_why(seen: Snapshot, reason: str) -> None:
    decision = decide(seen)
    assert (decision.weights, decision.reason) == (None, reason)
    assert stamped(decision).step == 2
    rested = settle(seen, rounds=2)
    assert (rested.route.weights, decide(rested).reason) == (seen.route.weights, reason)


@pytest.mark.parametrize("seen", [h[1] for h in HELD[1:]], ids=[h[0] for h in HELD[1:]])
def test_it_goes_on_once_the_reason_is_gone(seen: Snapshot) -> None:
    rested = settle(seen)
    healthy = a_snapshot(stamp=rested.stamp, verdict=GO)
    assert settle(healthy).route.weights == {STABLE: 500, CANARY: 500}


def test_a_pause_is_told_with_who_and_why() -> None:
    asked = {"pause": ID, "requested-by": f"pause={ID} jane", "reason": "odd logs"}
    decision = decide(a_snapshot(asked, verdict=GO))
    assert (decision.reason, decision.message) == ("Paused", "paused by jane: odd logs")
    assert stamped(decision).phase is Phase.PAUSED


def test_unknown_evidence_never_advances() -> None:
    assert decide(a_snapshot(evidence=None, verdict=None)).weights is None


def test_a_stable_that_is_another_revision_makes_the_step_begin_afresh() -> None:
    seen = a_snapshot(leaves=leaves(stable=a_leaf(STABLE, revision="8", generation=8)), verdict=GO)
    stamp = stamped(decide(seen))
    assert stamp.pins[STABLE] == a_pin(STABLE, revision="8", generation=8)
    assert (stamp.step, stamp.settled, stamp.reason) == (2, None, "StableChanged")
    assert stamp.since > a_stamp().since


def test_a_stable_that_is_another_revision_is_waited_for_until_it_is_ready() -> None:
    seen = a_snapshot(leaves=leaves(stable=a_leaf(STABLE, 0, revision="8")), verdict=GO)
    assert stamped(decide(seen)).pins[STABLE].revision == "7"
    assert decide(settle(seen)).reason == "StableChanged"


@pytest.mark.parametrize(
    ("floor", "ready", "fine"), [(0.5, 2, True), (0.5, 1, False), (0.0, 0, True), (1.0, 3, False)]
)
def test_the_floor_is_a_part_of_what_was_ready_at_the_start(floor: float, ready: int, fine: bool) -> None:
    seen = a_snapshot(
        stamp=a_stamp(policy=a_policy(stable_floor=floor)),
        leaves=leaves(stable=a_leaf(STABLE, ready)),
        verdict=GO,
    )
    assert (decide(seen).rule == "advance") is fine


def test_it_is_settled_three_intervals_after_the_mesh_was_seen_to_follow() -> None:
    decision = decide(a_snapshot(stamp=a_stamp(settled=None), verdict=GO))
    assert (decision.rule, stamped(decision).settled) == ("unsettled", NOW + 3)


def test_propagation_takes_a_moment_before_it_is_told() -> None:
    just_now = a_snapshot(stamp=a_stamp(settled=None, at=NOW - 3), mesh="not reconciling", verdict=GO)
    assert not decide(just_now).changes(just_now)
    assert decide(replace(just_now, now=NOW + 7)).reason == "Unsettled"


def test_a_mesh_that_does_not_follow_calls_a_person_after_the_deadline() -> None:
    seen = settle(a_snapshot(mesh="not reconciling", verdict=GO))
    assert not decide(seen).page
    assert decide(replace(seen, now=NOW + 120)).page


def test_what_the_mesh_did_before_it_stopped_following_does_not_count_as_settled() -> None:
    seen = settle(a_snapshot(mesh="not reconciling"))
    assert seen.stamp is not None
    assert seen.stamp.settled is None
    back = replace(seen, mesh="", now=NOW + 20)
    assert stamped(decide(back)).settled == NOW + 23


def test_a_source_that_is_away_calls_a_person() -> None:
    assert decide(settle(a_snapshot(source_away="away", verdict=BAKING))).page


def test_a_quiet_rollout_writes_nothing_whatever_the_figures_in_the_sentence() -> None:
    seen = a_snapshot(verdict=replace(BAKING, message="13 of 30 s"))
    assert not decide(seen).changes(seen)
    assert not decide(replace(seen, now=NOW + 500)).changes(replace(seen, now=NOW + 500))


def test_after_a_restart_it_waits_until_the_evidence_was_read() -> None:
    restarted = a_snapshot(evidence=None, verdict=None)
    assert not decide(restarted).changes(restarted)


def test_resume_without_evidence_begins_from_the_checkpoint() -> None:
    drifted = a_stamp(phase=Phase.PAUSED, drifted="x")
    seen = a_snapshot({"resume": ID}, stamp=drifted, evidence=None, verdict=None)
    stamp = stamped(decide(seen))
    assert (stamp.since, stamp.settled) == (NOW + 1, None)
    assert stamp.checkpoint == boundary(drifted, UNIT).new_step(0.5).checkpoint()


def test_the_first_interval_after_a_settled_write_is_never_before_it() -> None:
    seen = a_snapshot(verdict=GO)
    risen = written(seen, decide(seen))
    assert risen.stamp is not None
    assert (risen.stamp.settled, risen.stamp.step) == (None, 3)
    assert stamped(decide(risen)).settled == NOW + 3
    assert decide(asked_again(risen, {"approve": f"{ID}:4"})).rule == "unsettled"


def test_what_begins_afresh_before_anything_was_folded_begins_no_sooner() -> None:
    """A failed gate was overruled, its evidence has not begun yet, and somebody promotes."""
    seen = a_snapshot({"resume": ID}, stamp=a_stamp(phase=Phase.FAILED_HELD))
    overruled = stamped(decide(seen)).but(settled=NOW + 3)
    evidence = boundary(overruled, UNIT)
    assert evidence.through == 0
    promoted = a_snapshot({"promote": ID}, stamp=overruled, evidence=evidence)
    assert stamped(decide(promoted)).since == overruled.since == NOW + 1
