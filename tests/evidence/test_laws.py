"""What holds for every stream of intervals."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.errors import Invalid
from canary.evidence import Arm, Confidence, Errors, Evidence, Interval, Objective, Stratum
from canary.terms import Outcome
from tests.evidence.scenes import BAKE, GATES, a_stratum, begun, fed, known, unknown


@st.composite
def arms(draw: st.DrawFn, most: int = 2000) -> Arm:
    requests = draw(st.integers(0, most))
    return Arm(requests, draw(st.integers(0, requests)), requests)


strata = st.lists(st.builds(Stratum, arms(), arms()), max_size=3).map(tuple)
halves = st.none() | st.tuples(arms(), arms())
moments = st.lists(st.tuples(strata | st.none(), halves, st.booleans(), st.booleans()), max_size=30)
Moment = tuple[tuple[Stratum, ...] | None, tuple[Arm, Arm] | None, bool, bool]


def lived(stream: list[Moment]) -> Evidence:
    evidence = begun()
    for happened, split, settled, stepped in stream:
        evidence = evidence.new_step(0.25) if stepped else evidence
        evidence = evidence.feed(Interval(evidence.through + 1, happened, split), settled)
    return evidence


@given(moments)
def test_evidence_is_always_a_finite_number_of_at_least_zero(stream: list[Moment]) -> None:
    evidence = lived(stream)
    assert 0 <= evidence.odds < math.inf
    assert evidence.judge(BAKE).message


@given(moments)
def test_an_unknown_interval_changes_nothing_but_that_it_is_unknown(stream: list[Moment]) -> None:
    before = lived(stream)
    after = before.feed(unknown(before.through + 1, "no answer"), settled=True)
    assert after == before._replace(through=before.through + 1, unknown=before.unknown + 1, why="no answer")


@given(moments)
def test_nothing_advances_and_no_bake_ends_while_the_newest_interval_is_unknown(stream: list[Moment]) -> None:
    evidence = fed(lived(stream), [None])
    assert evidence.judge(BAKE).outcome not in {Outcome.ADVANCE, Outcome.TOO_QUIET}


@given(moments)
def test_however_little_was_asked_no_step_is_left_untested_or_after_a_failure(stream: list[Moment]) -> None:
    evidence = lived(stream)
    verdict = evidence.judge(replace(BAKE, min_intervals=1, max_intervals=1, min_requests=5000, lenient=True))
    if verdict.reason == "TooQuietAdvanced":
        assert evidence.requests >= 1
        assert (evidence.step.failures, evidence.unknown) == (0, 0)


@given(moments, strata)
def test_an_unsettled_interval_speaks_against_and_never_for(
    stream: list[Moment], happened: tuple[Stratum, ...]
) -> None:
    before = lived(stream)
    interval = known(before.through + 1, *happened)
    provisional, final = before.feed(interval, settled=False), before.feed(interval, settled=True)
    assert provisional.odds == final.odds
    assert [a.advance for a in provisional.accounts] == [a.advance for a in before.accounts]
    assert (provisional.observed, provisional.requests) == (before.observed, before.requests)


@given(moments, strata)
def test_folding_ahead_leaves_the_original_as_it_was(
    stream: list[Moment], happened: tuple[Stratum, ...]
) -> None:
    before, again = lived(stream), lived(stream)
    before.feed(known(before.through + 1, *happened), settled=False).judge(BAKE)
    before.new_step(0.5)
    assert before == again


@given(moments)
def test_one_interval_multiplies_the_evidence_by_at_most_the_cap(stream: list[Moment]) -> None:
    before = lived(stream)
    after = fed(before, [a_stratum(canary=10**6, failed=10**6, stable=10**7)])
    assert after.odds <= before.odds * Confidence().cap


@given(moments)
def test_a_new_step_moves_money_and_makes_none(stream: list[Moment]) -> None:
    evidence = lived(stream)
    stepped = evidence.new_step(0.5)
    after = sum(a.share for a in stepped.accounts)
    assert after == pytest.approx(sum(a.share for a in evidence.accounts))
    assert (stepped.observed, stepped.requests) == (0, 0)


@given(st.permutations([a_stratum(), a_stratum(failed=3), a_stratum(canary=3, stable=900, stable_failed=2)]))
def test_the_order_of_the_callers_does_not_matter(order: list[Stratum]) -> None:
    assert begun().feed(known(1, *order), settled=True).odds == pytest.approx(
        begun().feed(known(1, *reversed(order)), settled=True).odds
    )


@pytest.mark.parametrize("index", [7, 6, 0, -1])
def test_an_interval_is_never_counted_twice(index: int) -> None:
    evidence = begun().feed(known(7, a_stratum()), settled=True)
    with pytest.raises(ValueError, match="interval"):
        evidence.feed(known(index, a_stratum()), settled=True)


def an_odd_arm(counts: list[float]) -> Arm:
    requests, failures, timed, slow = counts
    return Arm(requests, failures, timed, (slow,))


IMPOSSIBLE = [math.nan, math.inf, -math.inf, -1.0, 2.0**60]


@pytest.mark.parametrize("value", IMPOSSIBLE)
@pytest.mark.parametrize("field", range(4), ids=["requests", "failures", "timed", "slow"])
@pytest.mark.parametrize("where", ["canary", "stable", "half"])
def test_an_interval_with_impossible_counts_is_unknown(where: str, field: int, value: float) -> None:
    counts = [10.0, 1.0, 10.0, 1.0]
    good, bad = an_odd_arm(counts), an_odd_arm([*counts[:field], value, *counts[field + 1 :]])
    canary, stable, half = (bad if where == name else good for name in ("canary", "stable", "half"))
    interval = Interval(1, (Stratum(good, good), Stratum(canary, stable)), (good, half))
    after = begun().feed(interval, settled=True)
    assert (after.unknown, after.odds, after.observed) == (1, 1.0, 0)
    assert "not counts" in after.why


def test_more_failures_than_requests_are_impossible() -> None:
    assert begun().feed(known(1, a_stratum(canary=10, failed=11)), settled=True).unknown == 1


def test_a_known_interval_ends_the_unknown_ones() -> None:
    evidence = fed(begun(), [None, None])
    assert (evidence.unknown, evidence.through) == (2, 2)
    assert (fed(evidence, [a_stratum()]).unknown, fed(evidence, [a_stratum()]).why) == (0, "")


def test_evidence_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        begun().through = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    "gates",
    [(), (Errors(weight=0.6), Objective(weight=0.5)), (Errors(weight=-0.1),), (Errors(weight=math.nan),)],
)
def test_weights_that_would_break_the_promise_are_refused(gates: tuple[Errors | Objective, ...]) -> None:
    with pytest.raises(Invalid):
        Evidence.begin(gates, Confidence())


def test_weight_that_no_gate_has_neither_helps_nor_harms() -> None:
    assert Evidence.begin((Errors(weight=0.1),), Confidence()).odds == 1.0
    assert Evidence.begin(GATES, Confidence()).odds == 1.0
