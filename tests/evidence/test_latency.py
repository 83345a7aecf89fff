"""Slower than stable, slower than promised, and not while warming up."""

from collections.abc import Iterable

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
    LatencyObjective,
    Objective,
    Stratum,
)
from canary.terms import Outcome

BOUNDS, TAILS = (100.0, 300.0, 500.0), (0.3, 0.05, 0.01)
CANARY, STABLE = 100, 900
BAKE = Bake(min_intervals=12, max_intervals=120, min_requests=50, control=True)
ALONE = Bake(min_intervals=12, max_intervals=120, min_requests=50, control=False)


def latencies(warmup: int = 0) -> tuple[Latency, ...]:
    shown = enumerate(zip(BOUNDS, TAILS, strict=True))
    return tuple(
        Latency(bound=at, bound_ms=bound, tail=tail, warmup=warmup, weight=0.5 / len(BOUNDS))
        for at, (bound, tail) in shown
    )


P99 = LatencyObjective(bound=1, bound_ms=300, within_ms=250, margin=0.01)
GATES: tuple[Gate, ...] = (Errors(), Objective(), *latencies())


def an_arm(requests: float, times: float = 1.0) -> Arm:
    """Slower than each bound so many times as often as usual."""
    return Arm(requests, 0, requests, tuple(min(requests, requests * tail * times) for tail in TAILS))


def responded(index: int, canary: float = 1.0, stable: float = 1.0, endpoints: int = 1) -> Interval:
    half = an_arm(STABLE / 2, stable)
    return Interval(
        index, (Stratum(an_arm(CANARY, canary), an_arm(STABLE, stable)),), (half, half), endpoints=endpoints
    )


def fed(evidence: Evidence, canary: Iterable[float], stable: float = 1.0, endpoints: int = 1) -> Evidence:
    """One interval for each number: how many times as slow as usual the canary is."""
    for times in canary:
        index = evidence.through + 1
        evidence = evidence.feed(responded(index, times, stable, endpoints), settled=True)
    return evidence


def begun(*gates: Gate) -> Evidence:
    return Evidence.begin(gates or GATES, Confidence())


def test_a_canary_as_fast_as_stable_advances() -> None:
    assert fed(begun(), [1.0] * 40).judge(BAKE).reason == "WithinMargin"


def test_a_slower_canary_is_rolled_back_and_the_bound_is_named() -> None:
    verdict = fed(begun(), [5.0] * 12).judge(BAKE)
    assert (verdict.outcome, verdict.reason) == (Outcome.ROLLBACK, "WorseThanStable")
    assert verdict.message.startswith(
        "latency 100 ms: 100.00 % of the canary's requests were slower than 100 ms (400 of 400), "
        "30.00 % of stable's (1080 of 3600), up to 37.70 % is tolerated"
    )


def test_slowness_that_both_versions_share_rolls_nothing_back() -> None:
    assert fed(begun(), [3.0] * 100, stable=3.0).judge(BAKE).outcome is not Outcome.ROLLBACK


def test_a_canary_that_is_slow_only_while_it_warms_up_is_let_on() -> None:
    slow_at_first = [*[10.0] * 13, *[1.0] * 40]
    assert fed(begun(*GATES[:2], *latencies(warmup=12)), slow_at_first).judge(BAKE).outcome is Outcome.ADVANCE
    assert fed(begun(), slow_at_first).judge(BAKE).outcome is Outcome.ROLLBACK


def test_warming_up_neither_costs_nor_earns_anything() -> None:
    cold = fed(begun(*latencies(warmup=12)), [0.0] * 13)
    assert cold.odds == 1.0
    assert [account.confidence for account in cold.accounts] == pytest.approx([1.0] * len(BOUNDS))
    assert fed(cold, [0.0]).odds < 1


def test_warming_up_begins_with_the_first_request_to_the_canary() -> None:
    quiet = begun(*latencies(warmup=12))
    for index in range(1, 30):
        stable = an_arm(STABLE)
        quiet = quiet.feed(Interval(index, (Stratum(an_arm(0), stable),), (stable, stable)), settled=True)
    assert fed(quiet, [10.0] * 13).odds == 1.0
    assert fed(quiet, [10.0] * 14).odds > 1


def test_new_endpoints_of_the_canary_warm_up_for_half_as_long() -> None:
    warm = fed(begun(*latencies(warmup=12)), [1.0] * 30)
    assert fed(warm, [10.0] * 7, endpoints=2).odds == warm.odds
    assert fed(warm, [10.0] * 8, endpoints=2).odds > warm.odds
    assert fed(warm, [10.0], endpoints=1).odds > warm.odds
    grown = fed(warm, [1.0] * 10, endpoints=2)
    assert fed(grown, [10.0], endpoints=1).odds > grown.odds
    shrunk = fed(grown, [1.0] * 3, endpoints=1)
    assert fed(shrunk, [10.0], endpoints=2).odds > shrunk.odds


@pytest.mark.parametrize("intervals", [5, 20])
def test_a_crash_does_not_forget_the_warm_up(intervals: int) -> None:
    gates = latencies(warmup=12)
    boundary = fed(begun(*gates), [1.0] * intervals, endpoints=2).new_step(0.5)
    again = Evidence.resume(gates, Confidence(), boundary.checkpoint())
    for slow in (1, 8, 9, 12):
        assert (fed(again, [10.0] * slow).odds > again.odds) == (
            fed(boundary, [10.0] * slow).odds > boundary.odds
        )
        assert (fed(again, [10.0] * slow, endpoints=3).odds > again.odds) == (
            fed(boundary, [10.0] * slow, endpoints=3).odds > boundary.odds
        )


def test_errors_are_judged_from_the_first_response_on() -> None:
    evidence = begun(Errors(), *latencies(warmup=12))
    dead = Arm(CANARY, CANARY)
    for index in range(1, 4):
        evidence = evidence.feed(Interval(index, (Stratum(dead, an_arm(STABLE)),)), settled=True)
    assert evidence.judge(BAKE).outcome is Outcome.ROLLBACK


def test_a_bound_nobody_told_anything_about_speaks_neither_for_nor_against() -> None:
    evidence = begun(*latencies())
    for index in range(1, 100):
        silent = Stratum(Arm(CANARY, 0, CANARY), Arm(STABLE, 0, STABLE))
        evidence = evidence.feed(Interval(index, (silent,)), settled=True)
    assert evidence.odds == 1.0
    assert evidence.judge(BAKE).reason == "Baking"


def test_fewer_bounds_than_gates_make_an_interval_unknown() -> None:
    short = Arm(CANARY, 0, CANARY, (3.0,))
    after = begun().feed(Interval(1, (Stratum(short, an_arm(STABLE)),)), settled=True)
    assert (after.unknown, after.odds) == (1, 1.0)
    assert after.why == "the latency was told for 1 of 3 bounds"


def test_an_objective_missed_by_the_canary_alone_is_missed_where_nothing_can_be_compared() -> None:
    evidence = begun(Objective(), P99)
    for index in range(1, 30):
        evidence = evidence.feed(Interval(index, (Stratum(an_arm(CANARY, 4), Arm()),)), settled=True)
    verdict = evidence.judge(ALONE)
    assert (verdict.outcome, verdict.reason) == (Outcome.ROLLBACK, "ObjectiveMissed")
    assert verdict.message.startswith(
        "objective 99 % within 250 ms: 20.00 % of the canary's requests "
        "were slower than 300 ms, the first bound of the histogram from 250 ms on (80 of 400), the objective allows 1 %"
    )


def test_an_objective_at_a_bound_needs_no_explanation() -> None:
    exact = LatencyObjective(bound=1, bound_ms=300, within_ms=300)
    assert exact.deed == "were slower than 300 ms"


def test_an_objective_that_stable_misses_too_blames_nobody_and_lets_nobody_on() -> None:
    evidence = fed(begun(Errors(), P99), [1.0] * 60)
    (_, objective) = evidence.accounts
    assert objective.tally.requests == 0
    verdict = evidence.judge(BAKE)
    assert (verdict.outcome, verdict.reason) == (Outcome.HOLD, "ObjectiveMissedNow")
    assert "5.00 % of stable's, a shared failure" in verdict.message


@pytest.mark.parametrize(
    ("tail", "ratio", "advance"), [(0.5, 1.25, 0.05), (0.25, 1.5, 0.02), (0.03, 1.5, 0.01), (0.0, 1.5, 0.01)]
)
def test_margins_depend_on_how_common_slowness_is(tail: float, ratio: float, advance: float) -> None:
    gate = Latency(bound=0, bound_ms=100, tail=tail)
    assert (gate.ratio, gate.advance_ratio, gate.advance_margin) == (ratio, ratio, advance)


def test_a_stricter_ratio_stays_as_asked_for() -> None:
    assert Latency(bound=0, bound_ms=100, tail=0.5, ratio=1.1).ratio == 1.1


def test_a_canary_that_is_not_to_be_rolled_back_can_always_advance() -> None:
    lenient = Errors(ratio=4.0, margin=0.1)
    evidence = Evidence.begin((lenient,), Confidence())
    for index in range(1, 60):
        stratum = Stratum(Arm(CANARY, 5), Arm(STABLE, 9))
        evidence = evidence.feed(Interval(index, (stratum,)), settled=True)
    assert evidence.judge(BAKE).outcome is Outcome.ADVANCE
