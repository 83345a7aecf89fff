"""The bounded bet: nothing to win within the margin, something to win from a canary that fails steadily."""

import itertools
from math import exp, factorial, log

import pytest

from canary.evidence import Confidence, Errors, Evidence, Latency, Objective
from canary.evidence.bounded import LONGER, SHORTEST, duration, log_gain
from canary.terms import Outcome
from tests.evidence.scenes import BAKE, a_stratum, an_arm, fed, known

CAP = 10.0
EXACT = 1 + 1e-9


def poisson(mean: float, most: int = 60) -> list[float]:
    return [exp(-mean) * mean**x / factorial(x) for x in range(most)]


def expected(
    traffic: tuple[int, int], rates: tuple[float, float], line: tuple[float, float], burst: int
) -> float:
    """E[e] of one interval whose failures come `burst` at a time in both arms."""
    canary, stable = (poisson(n * rate / burst) for n, rate in zip(traffic, rates, strict=True))
    return sum(
        p * q * exp(log_gain(*line, [traffic], [(x * burst, y * burst)]))
        for (x, p), (y, q) in itertools.product(enumerate(canary), enumerate(stable))
    )


@pytest.mark.parametrize("line", [(1.5, 0.002), (1.5, 0.01), (1.25, 0.05), (1.0, 0.0)])
@pytest.mark.parametrize("traffic", [(10, 90), (50, 50), (2, 198), (90, 10)])
@pytest.mark.parametrize("burst", [1, 5, 40])
def test_a_canary_at_the_margin_wins_nothing_whatever_the_size_of_bursts(
    line: tuple[float, float], traffic: tuple[int, int], burst: int
) -> None:
    for stable in (0.0, 0.001, 0.02, 0.1):
        rates = line[0] * stable + line[1], stable
        assert expected(traffic, rates, line, burst) <= EXACT


def test_a_burst_wins_no_more_than_the_split_of_traffic_allows() -> None:
    for failures in (10, 1000, 100_000):
        assert log_gain(1.5, 0.002, [(100, 900)], [(failures, 0)]) <= log((1 + 1 / 6) / (1 / 6))


def test_a_canary_that_fails_steadily_wins_every_interval() -> None:
    assert log_gain(1.5, 0.002, [(500, 4500)], [(25, 5)]) > 1.0


def test_silence_costs_what_failures_were_expected_to_win() -> None:
    assert log_gain(1.5, 0.002, [(500, 4500)], [(0, 0)]) < 0
    assert log_gain(1.0, 0.0, [(500, 4500)], [(0, 0)]) == 0


def test_callers_weigh_by_what_they_sent_to_the_canary() -> None:
    alone = log_gain(1.5, 0.002, [(500, 4500)], [(25, 5)])
    with_a_small_one = log_gain(1.5, 0.002, [(500, 4500), (1, 9)], [(25, 5), (0, 0)])
    assert alone - 0.02 < with_a_small_one < alone


def test_bursts_that_grow_with_the_block_last_long() -> None:
    assert duration(2.0, 2.0) == SHORTEST
    assert duration(100.0, 600.0) == LONGER * 6


BURSTS = [
    known(
        index,
        a_stratum(0, 0, 1000, 400),
        halves=(an_arm(500, 400 * (index % 2)), an_arm(500, 400 * (1 - index % 2))),
    )
    for index in range(1, 361)
]
"""Half an hour in which one endpoint after the other loses 400 requests at once."""

FAILING = a_stratum(canary=100, failed=10, stable=900, stable_failed=2)


def after_half_an_hour(gate: Errors) -> Evidence:
    evidence = Evidence.begin((gate,), Confidence(), past=BURSTS)
    assert evidence.accounts[0].dispersion.factor(30) > 400
    return fed(evidence, [FAILING] * 120)


def test_a_canary_that_fails_steadily_is_found_where_bursts_are_large() -> None:
    hidden, found = (after_half_an_hour(Errors(steady=steady)).judge(BAKE) for steady in (False, True))
    assert (hidden.outcome, found.outcome) == (Outcome.TOO_QUIET, Outcome.ROLLBACK)
    assert found.message.endswith(", 100:1 rolls it back")
    assert "so what is weighed is the canary's part of them" in found.message


def test_it_gets_a_twelfth_of_the_stakes_and_only_where_failures_are_compared() -> None:
    evidence = Evidence.begin((Errors(), Objective()), Confidence()).new_step(0.5)
    errors, objective = (account.purse for account in evidence.accounts)
    assert (errors.kept, *errors.wealth, errors.steady) == pytest.approx(
        (0.75, *[0.25 * 11 / 48] * 4, 0.25 / 12)
    )
    assert (objective.kept, *objective.wealth, objective.steady) == pytest.approx((0.75, *[0.0625] * 4, 0))


@pytest.mark.parametrize("gate", [Objective(), Latency(bound=0, bound_ms=100, tail=0.1)])
def test_no_other_gate_places_it(gate: Objective | Latency) -> None:
    assert not gate.steady


def test_one_interval_wins_it_no_more_than_the_root_of_the_cap() -> None:
    before = after_half_an_hour(Errors()).accounts[0].purse
    flood = fed(after_half_an_hour(Errors()), [a_stratum(canary=10**4, failed=10**4, stable=10**6)])
    most = (before.steady + before.kept / 360 / 12) * CAP ** (1 / SHORTEST)
    assert before.steady < flood.accounts[0].purse.steady <= most * EXACT
