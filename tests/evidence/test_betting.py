"""Nobody can expect to win these bets while the hypothesis holds: exact, by summing over every outcome."""

import itertools
import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.evidence.betting import BAD_GRID, GOOD_GRID, HIGHEST, LOWEST, Bet, Purse, Row, grow

CAP = 10.0
NOTHING_GAINED = 1 + 1e-12

MARGINS = [(1.5, 0.002), (1.5, 0.01), (1.25, 0.05), (1.0, 0.0), (0.0, 0.01), (0.0, 0.2)]
TRAFFIC = [(1, 1), (1, 9), (4, 3), (3, 12), (9, 1)]
STABLE_RATES = [0.0, 0.003, 0.05, 0.3, 0.6]


def binomial(n: int, rate: float) -> list[float]:
    return [math.comb(n, x) * rate**x * (1 - rate) ** (n - x) for x in range(n + 1)]


def outcomes(
    traffic: tuple[int, int], rates: tuple[float, float], burst: int = 1
) -> Iterator[tuple[float, Row]]:
    """Every outcome with its probability; bad responses come `burst` at a time."""
    (canary, stable), (canary_rate, stable_rate) = traffic, rates
    arms = binomial(canary, canary_rate), binomial(stable, stable_rate)
    for bad, stable_bad in itertools.product(range(canary + 1), range(stable + 1)):
        row = canary * burst, bad * burst, stable * burst, stable_bad * burst
        yield arms[0][bad] * arms[1][stable_bad], row


def expected(bet: Bet, dispersion: float, possible: list[tuple[float, list[Row]]]) -> float:
    """E[e] of a bet on a single alternative."""
    return sum(chance * math.exp(bet.log_factors(rows, dispersion, CAP)[0]) for chance, rows in possible)


def alone(*args: tuple[int, int] | tuple[float, float], burst: int = 1) -> list[tuple[float, list[Row]]]:
    traffic, rates = args
    return [
        (p, [row]) for p, row in outcomes((int(traffic[0]), int(traffic[1])), (rates[0], rates[1]), burst)
    ]


@pytest.mark.parametrize(("ratio", "margin"), MARGINS)
@pytest.mark.parametrize("k", [*BAD_GRID, *GOOD_GRID])
def test_no_bet_gains_while_the_canary_is_exactly_at_its_line(k: float, ratio: float, margin: float) -> None:
    bet = Bet((k,), ratio, margin)
    for traffic, stable_rate, dispersion in itertools.product(TRAFFIC, STABLE_RATES, (1.0, 2.5)):
        rate = ratio * stable_rate + margin
        if rate <= 1:
            assert expected(bet, dispersion, alone(traffic, (rate, stable_rate))) <= NOTHING_GAINED


@pytest.mark.parametrize(("ratio", "margin"), MARGINS)
@pytest.mark.parametrize(("grid", "factor"), [(BAD_GRID, 0.5), (GOOD_GRID, 1.3)])
def test_no_bet_gains_on_the_other_side_of_its_line(
    grid: tuple[float, ...], factor: float, ratio: float, margin: float
) -> None:
    for k, traffic, stable_rate in itertools.product(grid, TRAFFIC, STABLE_RATES):
        rate = factor * (ratio * stable_rate + margin)
        if rate <= 1:
            assert (
                expected(Bet((k,), ratio, margin), 1.0, alone(traffic, (rate, stable_rate))) <= NOTHING_GAINED
            )


@pytest.mark.parametrize("k", [*BAD_GRID, *GOOD_GRID])
def test_callers_with_different_traffic_and_different_rates_are_no_loophole(k: float) -> None:
    """One caller sends most to the canary and has the worse rate: pooled, that would look like a bad canary."""
    bet = Bet((k,), 1.5, 0.01)
    one = list(outcomes((6, 2), (0.46, 0.3)))
    other = list(outcomes((1, 9), (0.0175, 0.005)))
    both = [(p * q, [row, another]) for (p, row), (q, another) in itertools.product(one, other)]
    assert expected(bet, 1.0, both) <= NOTHING_GAINED


@pytest.mark.parametrize("k", [*BAD_GRID, *GOOD_GRID])
def test_bursts_gain_nothing_while_they_are_no_larger_than_the_dispersion(k: float) -> None:
    bet = Bet((k,), 1.5, 0.01)
    for traffic, stable_rate in itertools.product(TRAFFIC, STABLE_RATES):
        rate = 1.5 * stable_rate + 0.01
        if rate <= 1:
            assert expected(bet, 4.0, alone(traffic, (rate, stable_rate), burst=4)) <= NOTHING_GAINED


def test_bursts_do_gain_where_the_dispersion_is_ignored() -> None:
    assert expected(Bet((3.0,), 1.5, 0.01), 1.0, alone((1, 9), (0.085, 0.05), burst=4)) > 1.01


def test_cutting_losses_from_below_would_be_evidence_out_of_nothing() -> None:
    """Why the cap cuts from above only: with a floor a canary exactly at its advance margin would earn on average."""
    bet = Bet((0.1,), 0.0, 0.02)
    possible = alone((100, 1), (0.02, 0.0))
    floored = sum(p * max(1 / CAP, math.exp(bet.log_factors(rows, 1.0, CAP)[0])) for p, rows in possible)
    assert expected(bet, 1.0, possible) <= NOTHING_GAINED
    assert floored > 1.02


def test_one_interval_multiplies_evidence_by_at_most_the_cap() -> None:
    everything_failed: list[Row] = [(5000, 5000, 45000, 0)]
    nothing_failed: list[Row] = [(5000, 0, 45000, 0)]
    against = Bet(BAD_GRID, 1.5, 0.002).log_factors(everything_failed, 1.0, CAP)
    towards = Bet(GOOD_GRID, 1.5, 0.01).log_factors(nothing_failed, 1.0, CAP)
    assert against == [math.log(CAP)] * len(BAD_GRID)
    assert towards == [math.log(CAP)] * len(GOOD_GRID)


@given(st.floats(0, 1), st.integers(1, 20))
def test_releasing_moves_money_and_makes_none(share: float, times: int) -> None:
    purse = Purse()
    for _ in range(times):
        purse = purse.release(share)
    assert purse.evidence == pytest.approx(1.0)
    assert purse.kept >= 0


def test_a_bet_that_pays_nothing_back_costs_only_its_stake() -> None:
    purse = Purse().bet(0.25, [-1e6] * len(BAD_GRID))
    assert purse.evidence == pytest.approx(0.75)
    assert purse.started


def test_wealth_stays_where_floats_are_safe() -> None:
    assert grow((1e199, 1e-199), 0.0, (math.log(CAP) * 9, -1e6)) == (HIGHEST, LOWEST)
