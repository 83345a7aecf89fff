"""Whatever the counts are, nothing is let on for want of data, and nothing is rolled back for it."""

import math

import pytest

from canary.evidence import (
    Arm,
    Bake,
    Confidence,
    Errors,
    Evidence,
    Gate,
    Interval,
    Latency,
    Objective,
    Stratum,
)
from canary.terms import Outcome

GATES: tuple[Gate, ...] = (
    Errors(),
    Objective(),
    Latency(bound=0, bound_ms=100, tail=0.3, warmup=2, weight=0.5),
)
BAKE = Bake(min_intervals=12, max_intervals=120, min_requests=50, control=True)
GOOD, MANY = Arm(50, 0, 50, (15,)), Arm(450, 0, 450, (135,))
NOBODY = Arm()

ODD: dict[str, tuple[Stratum, ...] | None] = {
    "unknown": None,
    "no client asked": (),
    "zero traffic": (Stratum(NOBODY, NOBODY),),
    "zero traffic to the canary": (Stratum(NOBODY, MANY),),
    "zero traffic to stable": (Stratum(GOOD, NOBODY),),
    "callers of one version each": (Stratum(GOOD, NOBODY), Stratum(NOBODY, MANY)),
    "frozen counters": (Stratum(Arm(0, 0, 0, (0,)), Arm(0, 0, 0, (0,))),),
    "NaN requests": (Stratum(Arm(math.nan), MANY),),
    "NaN failures": (Stratum(Arm(50, math.nan), MANY),),
    "NaN slow": (Stratum(Arm(50, 0, 50, (math.nan,)), MANY),),
    "infinitely many": (Stratum(Arm(math.inf, math.inf, math.inf, (math.inf,)), MANY),),
    "minus infinity": (Stratum(GOOD, Arm(-math.inf)),),
    "negative": (Stratum(Arm(-50, 0, 50, (15,)), MANY),),
    "negative failures": (Stratum(Arm(50, -1, 50, (15,)), MANY),),
    "more slow than timed": (Stratum(Arm(50, 0, 10, (11,)), MANY),),
    "more failures than requests": (Stratum(Arm(50, 51, 50, (15,)), MANY),),
    "timed without requests": (Stratum(Arm(0, 0, 50, (0,)), Arm(0, 0, 450, (0,))),),
}


@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize("strata", ODD.values(), ids=ODD)
def test_odd_data_neither_advance_nor_roll_back(strata: tuple[Stratum, ...] | None, settled: bool) -> None:
    evidence = Evidence.begin(GATES, Confidence(), next_share=0.05)
    for index in range(1, 200):
        evidence = evidence.feed(Interval(index, strata), settled)
        verdict = evidence.judge(BAKE)
        untested = verdict.outcome is Outcome.ADVANCE and evidence.requests < BAKE.min_requests
        assert verdict.outcome is not Outcome.ROLLBACK
        assert verdict.reason != "WithinMargin"
        assert not untested


@pytest.mark.parametrize("strata", ODD.values(), ids=ODD)
def test_odd_data_after_good_ones_change_no_verdict_for_the_worse(strata: tuple[Stratum, ...] | None) -> None:
    evidence = Evidence.begin(GATES, Confidence())
    for index in range(1, 30):
        evidence = evidence.feed(Interval(index, (Stratum(GOOD, MANY),), (MANY, MANY)), settled=True)
    before = evidence.odds
    for index in range(30, 60):
        evidence = evidence.feed(Interval(index, strata), settled=True)
    assert evidence.odds <= before
    assert evidence.judge(BAKE).outcome is not Outcome.ROLLBACK


@pytest.mark.parametrize("share", [0.005, 0.001, 1e-9])
def test_a_tiny_next_share_does_not_let_a_failing_canary_on(share: float) -> None:
    """The budget alone would tolerate that every request fails."""
    evidence = Evidence.begin((Errors(margin=0.04),), Confidence(), next_share=share)
    for index in range(1, 100):
        failing = Stratum(Arm(50, 3 + index % 2, 50, (15,)), MANY)
        evidence = evidence.feed(Interval(index, (failing,), (MANY, MANY)), settled=True)
        assert evidence.judge(BAKE).outcome is not Outcome.ADVANCE
