"""What survives a crash: never more evidence than there was, and never anything that cannot be read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.errors import Invalid
from canary.evidence import Confidence, Errors, Evidence, Gate, Latency, Objective, Verdict
from canary.evidence.dispersion import Dispersion, Scale
from canary.evidence.purse import Purse
from canary.evidence.tally import Tally
from canary.evidence.warmth import Warmth
from canary.terms import Outcome
from tests.evidence.scenes import BAKE, CANARY, GATES, a_stratum, begun, fed, known
from tests.evidence.test_laws import Moment, lived, moments

DILUTION = Confidence().dilution


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
        assert kept.purse.steady <= true.purse.steady


@given(moments)
def test_what_was_learned_of_bursts_is_rounded_to_the_careful_side(stream: list[Moment]) -> None:
    boundary = lived(stream).new_step(0.25)
    for kept, true in zip(resumed(boundary).accounts, boundary.accounts, strict=True):
        closed = true.dispersion.closed(DILUTION)
        for read, learned in ((kept.dispersion.short, closed.short), (kept.dispersion.long, closed.long)):
            assert learned.burst * (1 - 1e-12) <= read.burst <= learned.burst * (1 + 2e-3)
            assert read.expected <= learned.expected
            assert learned.blocks <= read.blocks < learned.blocks + 1


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
    assert (again.through, again.seen) == (29, 29)
    assert (again.observed, again.requests, again.unknown) == (0, 0, 0)
    for kept, true in zip(again.accounts, boundary.accounts, strict=True):
        assert kept.tally.bad_intervals == true.tally.bad_intervals
        assert kept.tally.bad == true.tally.bad
        assert kept.bets == true.bets
        assert kept.dispersion.short.burst == pytest.approx(true.dispersion.short.burst, rel=1e-3)
        assert kept.dispersion.long.burst == pytest.approx(
            true.dispersion.closed(DILUTION).long.burst, rel=1e-3
        )


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
    before, after = condemned.judge(BAKE), resumed(condemned).judge(BAKE)
    assert (after.outcome, after.reason, after.message) == (before.outcome, before.reason, before.message)
    assert after.evidence == pytest.approx(before.evidence, rel=1e-3)


MANY: tuple[Gate, ...] = (
    Errors(weight=0.3),
    Objective(),
    *(Latency(bound=at, bound_ms=50 * (at + 1), tail=0.05, weight=0.1) for at in range(6)),
)

numbers = (
    st.floats(0, 1e200) | st.floats(0, 1e-200) | st.floats(0, 1e15) | st.sampled_from([1e200, 123456.5, 1e99])
)
sizes = st.floats(0, 1e18) | st.sampled_from([123456789012345678.0, 1234.5e-9])
blocks = st.floats(0, 1040)
"""One after the other, each of which fades: 1 / (1 - 0.5 ** (1 / 720)) of them are never exceeded."""

wholes = st.integers(350_000_000, 999_999_999)


@st.composite
def extreme(draw: st.DrawFn) -> Evidence:
    """Evidence with numbers that take all their digits."""
    begun = Evidence.begin(MANY, Confidence(), draw(st.floats(1e-3, 1)))
    accounts = tuple(
        account._replace(
            purse=Purse.of(
                draw(numbers),
                (draw(numbers), draw(numbers), draw(numbers), draw(numbers)),
                True,
                draw(numbers) * account.steady,
            ),
            tally=Tally(
                draw(sizes), draw(sizes), draw(sizes), draw(sizes), draw(sizes), draw(st.integers(0, 999_999))
            ),
            dispersion=Dispersion(
                draw(st.booleans()),
                Scale.of(draw(sizes), draw(sizes), draw(blocks)),
                Scale.of(draw(sizes), draw(sizes), draw(blocks)),
            ),
        )
        for account in begun.accounts
    )
    warmth = Warmth(draw(wholes), draw(wholes), draw(st.integers(0, 9999)))
    condemned = Verdict(Outcome.ROLLBACK, "ObjectiveMissed", "", draw(st.floats(100, 1e200)))
    return begun._replace(
        accounts=accounts,
        through=draw(wholes),
        warmth=warmth,
        condemned=condemned,
        seen=draw(st.integers(0, 999_999)),
    )


@given(extreme())
def test_two_gates_and_six_bounds_fit_into_the_stamp_whatever_the_numbers(evidence: Evidence) -> None:
    written = evidence.checkpoint()
    assert len(written.encode()) <= 1228
    assert Evidence.resume(MANY, evidence.confidence, written).checkpoint() == written
    for kept, true in zip(resumed(evidence, MANY).accounts, evidence.accounts, strict=True):
        assert kept.purse.kept <= true.purse.kept
        assert all(one <= other for one, other in zip(kept.purse.wealth, true.purse.wealth, strict=True))


def test_the_longest_numbers_fit_into_the_stamp() -> None:
    """All at once, which chance does not bring about."""
    longest = 1.234e-12
    accounts = tuple(
        account._replace(
            purse=Purse.of(longest, (longest, longest, longest, longest), True, longest * account.steady),
            tally=Tally(1.234e18, 1.234e18, 1.234e18, 1.234e18, 1.234e18, 999_999),
            dispersion=Dispersion(
                True, Scale.of(1.234e30, 1.234e30, 1039), Scale.of(1.234e30, 1.234e30, 1039)
            ),
        )
        for account in Evidence.begin(MANY, Confidence()).accounts
    )
    condemned = Verdict(Outcome.ROLLBACK, "WorseThanStable", "", 1.234e150)
    warmth = Warmth(350_000_000, 350_000_000, 9999)
    evidence = Evidence.begin(MANY, Confidence(), 0.3333)
    evidence = evidence._replace(
        accounts=accounts, condemned=condemned, warmth=warmth, through=350_000_000, seen=999_999_999
    )
    assert len(evidence.checkpoint().encode()) <= 1228


GOOD = json.loads(begun().checkpoint())


def spoiled(**changes: object) -> str:
    return json.dumps({**GOOD, **changes})


ACCOUNT = GOOD["g"][0]


def account_with(position: int, *values: object) -> str:
    account = [*ACCOUNT[:position], *values, *ACCOUNT[position + 1 :]]
    return spoiled(g=[account, GOOD["g"][1]])


KEPT, WEALTH, SUMS, EXCESS = 2, 3, 7, 12
"""Where they stand."""

MALFORMED = {
    "empty": "",
    "no JSON": "purse=1",
    "cut off": begun().checkpoint()[:-5],
    "a list": "[]",
    "a number": "7",
    "nothing in it": "{}",
    "a later version": spoiled(v=5),
    "one gate": spoiled(g=[ACCOUNT]),
    "no list of gates": spoiled(g=5),
    "gates that are numbers": spoiled(g=[1, 2]),
    "gates that are words": spoiled(g=["ab", "cd"]),
    "index below zero": spoiled(i=[-1, 0]),
    "index that is a fraction": spoiled(i=[1.5, 0]),
    "index that is a truth": spoiled(i=[True, 0]),
    "index beyond all counting": spoiled(i=[10**30, 0]),
    "an index without what was seen": spoiled(i=7),
    "fewer intervals seen than none": spoiled(i=[7, -1]),
    "share that is a word": spoiled(n="half"),
    "share below zero": spoiled(n=-0.5),
    "NaN in the purse": account_with(KEPT, float("nan")),
    "infinity in the purse": account_with(WEALTH, float("inf")),
    "a number too large for a float": begun().checkpoint().replace("[[0,0,1,", "[[0,0,1e999,"),
    "an integer too large for a float": account_with(KEPT, 10**400),
    "debt": account_with(WEALTH, -0.1),
    "a number too few": account_with(WEALTH),
    "a number too many": account_with(WEALTH, 0, 0),
    "a wealth that is a truth": account_with(WEALTH, True),
    "a list of sums": account_with(SUMS, [0, 0]),
    "a burst of NaN": account_with(EXCESS, float("nan")),
    "flags that are a fraction": account_with(0, 0.5),
    "as many intervals as nobody counts": account_with(1, 10**30),
    "a gate without the bounded bet": spoiled(g=[GOOD["g"][1], GOOD["g"][1]]),
    "a canary that began at no time": spoiled(w=[1.5, 0, 0]),
    "nothing about warmth": spoiled(w=[]),
    "a reason without its evidence": spoiled(r=["WorseThanStable"]),
    "an earlier version": spoiled(v=3),
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
