"""What survives a crash: never more evidence than there was, and never anything that cannot be read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.errors import Invalid
from canary.evidence import Arm, Confidence, Errors, Evidence, Gate, Interval, Objective
from canary.terms import Outcome
from tests.evidence.scenes import BAKE, CANARY, GATES, a_stratum, an_arm, begun, fed, known
from tests.evidence.test_laws import Moment, lived, moments


def resumed(evidence: Evidence, gates: tuple[Gate, ...] = GATES) -> Evidence:
    return Evidence.resume(gates, evidence.confidence, evidence.checkpoint())


@given(moments)
def test_resumed_evidence_is_never_above_the_true_one(stream: list[Moment]) -> None:
    boundary = lived(stream).new_step(0.25)
    again = resumed(boundary)
    assert again.odds <= boundary.odds
    assert again.odds == pytest.approx(boundary.odds, rel=2e-3)
    for kept, true in zip(again.accounts, boundary.accounts, strict=True):
        assert kept.purse.kept <= true.purse.kept
        assert all(one <= other for one, other in zip(kept.purse.wealth, true.purse.wealth, strict=True))


@given(moments)
def test_what_was_read_is_written_as_it_was(stream: list[Moment]) -> None:
    again = resumed(lived(stream).new_step(0.25))
    assert resumed(again) == again
    assert again.checkpoint() == resumed(again).checkpoint()


def test_a_checkpoint_keeps_counts_burstiness_and_the_place_in_the_grid() -> None:
    evidence = begun()
    for index in range(1, 30):
        evidence = evidence.feed(known(index, a_stratum(failed=index % 2, stable_failed=2)), settled=True)
    boundary = evidence.new_step(0.5)
    again = resumed(boundary)
    assert again.through == 29
    assert (again.observed, again.requests, again.unknown) == (0, 0, 0)
    for kept, true in zip(again.accounts, boundary.accounts, strict=True):
        assert kept.tally.bad_intervals == true.tally.bad_intervals
        assert kept.tally.bad == true.tally.bad
        assert kept.towards == true.towards
        assert kept.dispersion.factor(30) == pytest.approx(true.dispersion.factor(30), rel=1e-3)
        assert kept.dispersion.long.filled == true.dispersion.long.filled


def test_the_same_intervals_after_a_crash_lead_to_the_same_verdict() -> None:
    boundary = fed(begun(), [a_stratum(stable_failed=1)] * 40).new_step(0.5)
    after = [a_stratum(failed=1)] * 20 + [a_stratum(failed=CANARY)] * 6
    live, rebuilt = fed(boundary, after), fed(resumed(boundary), after)
    assert rebuilt.judge(BAKE).outcome is live.judge(BAKE).outcome is Outcome.ROLLBACK
    assert rebuilt.odds == pytest.approx(live.odds, rel=0.01)


def test_what_was_earned_towards_advancing_is_not_kept() -> None:
    earned = fed(begun(), [a_stratum(canary=250, stable=2250)] * 12)
    assert earned.judge(BAKE).outcome is Outcome.ADVANCE
    assert resumed(earned).judge(BAKE).outcome is Outcome.CONTINUE


def test_rolled_back_stays_rolled_back_over_a_crash() -> None:
    condemned = fed(begun(), [a_stratum(failed=CANARY)] * 3)
    assert resumed(condemned).judge(BAKE) == condemned.judge(BAKE)


@pytest.mark.parametrize("halves", [None, (an_arm(19001, 17), an_arm(19764, 31))])
def test_eight_gates_fit_into_the_stamp(halves: tuple[Arm, Arm] | None) -> None:
    gates: tuple[Gate, ...] = (*[Errors(weight=0.1)] * 7, Objective())
    evidence = Evidence.begin(gates, Confidence())
    for index in range(350_000_000, 350_000_100):
        strata = (a_stratum(canary=4321, failed=index % 11, stable=38765, stable_failed=index % 91),)
        evidence = evidence.feed(Interval(index, strata, halves), settled=True)
    written = evidence.new_step(0.25).checkpoint()
    assert evidence.condemned is None
    assert len(written.encode()) <= 1.2 * 1024
    assert " " not in written


GOOD = json.loads(begun().checkpoint())


def spoiled(**changes: object) -> str:
    return json.dumps({**GOOD, **changes})


ACCOUNT = GOOD["g"][0]


def account_with(position: int, value: object) -> str:
    account = [*ACCOUNT[:position], value, *ACCOUNT[position + 1 :]]
    return spoiled(g=[account, ACCOUNT])


MALFORMED = {
    "empty": "",
    "no JSON": "purse=1",
    "cut off": begun().checkpoint()[:-5],
    "a list": "[]",
    "a number": "7",
    "nothing in it": "{}",
    "a later version": spoiled(v=2),
    "one gate": spoiled(g=[ACCOUNT]),
    "no list of gates": spoiled(g=5),
    "gates that are numbers": spoiled(g=[1, 2]),
    "gates that are words": spoiled(g=["ab", "cd"]),
    "index below zero": spoiled(i=-1),
    "index that is a fraction": spoiled(i=1.5),
    "index that is a truth": spoiled(i=True),
    "index beyond all counting": spoiled(i=10**30),
    "share that is a word": spoiled(n="half"),
    "share below zero": spoiled(n=-0.5),
    "NaN in the purse": account_with(1, [float("nan"), 0, 0, 0, 0]),
    "infinity in the purse": account_with(1, [1, float("inf"), 0, 0, 0]),
    "a number too large for a float": begun().checkpoint().replace("[1,0,0,0,0]", "[1,1e999,0,0,0]"),
    "an integer too large for a float": begun().checkpoint().replace("[1,0,0,0,0]", f"[1,{10**400},0,0,0]"),
    "debt": account_with(1, [1, -0.1, 0, 0, 0]),
    "a wealth too few": account_with(1, [1, 0, 0, 0]),
    "a wealth that is a truth": account_with(1, [1, True, 0, 0, 0]),
    "sums missing": account_with(2, [0, 0]),
    "half an accumulator": account_with(5, [1.0]),
    "a block without its parts": account_with(6, [1.0, 1.0, 3]),
    "deep nesting": "[" * 100_000,
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_checkpoint_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(Invalid, match="checkpoint cannot be read") as raised:
        Evidence.resume(GATES, Confidence(), text)
    assert raised.value.hint


@given(st.text())
def test_no_text_is_mistaken_for_a_checkpoint(text: str) -> None:
    with pytest.raises(Invalid):
        Evidence.resume(GATES, Confidence(), text)
