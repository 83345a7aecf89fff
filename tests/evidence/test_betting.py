"""Nobody can expect to win these bets while the hypothesis holds: exact, by summing over every outcome."""

import itertools
import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.evidence.betting import BAD_GRID, FURTHEST, GOOD_GRID, Bets, settle
from canary.evidence.purse import HIGHEST, Purse
from canary.evidence.tally import together
from canary.evidence.traffic import Three, Traffic

CAP = 10.0
NOTHING_GAINED = 1 + 1e-12

MARGINS = [(1.5, 0.002), (1.5, 0.01), (1.25, 0.05), (1.0, 0.0), (0.0, 0.01), (0.0, 0.2)]
TRAFFIC = [(1, 1), (1, 9), (4, 3), (3, 12), (9, 1)]
STABLE_RATES = [0.0, 0.003, 0.05, 0.3, 0.6]


def binomial(n: int, rate: float) -> list[float]:
    return [math.comb(n, x) * rate**x * (1 - rate) ** (n - x) for x in range(n + 1)]


Row = tuple[float, float, float, float]
"""Requests and bad responses of the canary, then of stable, for one client workload."""


def outcomes(
    traffic: tuple[int, int], rates: tuple[float, float], burst: int = 1
) -> Iterator[tuple[float, Row]]:
    """Every outcome with its probability; bad responses come `burst` at a time."""
    (canary, stable), (canary_rate, stable_rate) = traffic, rates
    arms = binomial(canary, canary_rate), binomial(stable, stable_rate)
    for bad, stable_bad in itertools.product(range(canary + 1), range(stable + 1)):
        row = canary * burst, bad * burst, stable * burst, stable_bad * burst
        yield arms[0][bad] * arms[1][stable_bad], row


def expected(bet: Bets, dispersion: float, possible: list[tuple[float, list[Row]]]) -> float:
    """E[e] of a bet on a single alternative."""
    gains = [(chance, factors(bet, rows, dispersion)) for chance, rows in possible]
    of_either_kind = sum(chance * by[0] for chance, by in gains), sum(chance * by[-1] for chance, by in gains)
    assert of_either_kind[0] == pytest.approx(of_either_kind[1])
    return of_either_kind[0]


def factors(bets: Bets, rows: list[Row], dispersion: float = 1.0) -> list[float]:
    """By what the interval multiplies the wealth of each bet."""
    purse, towards = settled(bets, rows, OWNED, by=dispersion)
    return [*purse.wealth, *map(math.exp, towards)]


OWNED = Purse(0.0, (1.0, 1.0, 1.0, 1.0), True), (0.0, 0.0, 0.0)


def settled(
    bets: Bets,
    rows: list[Row],
    owned: tuple[Purse, Three] = OWNED,
    *,
    share: float = 0.0,
    by: float = 1.0,
    highest: float = math.log(CAP),
) -> tuple[Purse, Three]:
    split = Traffic([(row[0], row[2]) for row in rows]).split(bets.lines)
    bad = [(row[1], row[3]) for row in rows]
    (won, _), (canary, _) = split.won(bad), together(bad)
    return settle(bets, owned, won, split.paid, canary, share, by, highest, None, True)


def one(k: float, ratio: float, margin: float) -> Bets:
    """The same bet seven times."""
    return Bets.on(((k,) * 4, ratio, margin), ((k,) * 3, ratio, margin))


def alone(*args: tuple[int, int] | tuple[float, float], burst: int = 1) -> list[tuple[float, list[Row]]]:
    traffic, rates = args
    return [
        (p, [row]) for p, row in outcomes((int(traffic[0]), int(traffic[1])), (rates[0], rates[1]), burst)
    ]


@pytest.mark.parametrize(("ratio", "margin"), MARGINS)
@pytest.mark.parametrize("k", [*BAD_GRID, *GOOD_GRID])
def test_no_bet_gains_while_the_canary_is_exactly_at_its_line(k: float, ratio: float, margin: float) -> None:
    bet = one(k, ratio, margin)
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
            assert expected(one(k, ratio, margin), 1.0, alone(traffic, (rate, stable_rate))) <= NOTHING_GAINED


@pytest.mark.parametrize("k", [*BAD_GRID, *GOOD_GRID])
def test_callers_with_different_traffic_and_different_rates_are_no_loophole(k: float) -> None:
    """One caller sends most to the canary and has the worse rate: pooled, that would look like a bad canary."""
    bet = one(k, 1.5, 0.01)
    first = list(outcomes((6, 2), (0.46, 0.3)))
    other = list(outcomes((1, 9), (0.0175, 0.005)))
    both = [(p * q, [row, another]) for (p, row), (q, another) in itertools.product(first, other)]
    assert expected(bet, 1.0, both) <= NOTHING_GAINED


@pytest.mark.parametrize("k", [*BAD_GRID, *GOOD_GRID])
def test_bursts_gain_nothing_while_they_are_no_larger_than_the_dispersion(k: float) -> None:
    bet = one(k, 1.5, 0.01)
    for traffic, stable_rate in itertools.product(TRAFFIC, STABLE_RATES):
        rate = 1.5 * stable_rate + 0.01
        if rate <= 1:
            assert expected(bet, 4.0, alone(traffic, (rate, stable_rate), burst=4)) <= NOTHING_GAINED


def test_bursts_do_gain_where_the_dispersion_is_ignored() -> None:
    assert expected(one(3.0, 1.5, 0.01), 1.0, alone((1, 9), (0.085, 0.05), burst=4)) > 1.01


def test_cutting_losses_from_below_would_be_evidence_out_of_nothing() -> None:
    """Why the cap cuts from above only: with a floor a canary exactly at its advance margin would earn on average."""
    bet = one(0.1, 0.0, 0.02)
    possible = alone((100, 1), (0.02, 0.0))
    floored = sum(p * max(1 / CAP, factors(bet, rows)[0]) for p, rows in possible)
    assert expected(bet, 1.0, possible) <= NOTHING_GAINED
    assert floored > 1.02


def test_one_interval_multiplies_evidence_by_at_most_the_cap() -> None:
    everything_failed: list[Row] = [(5000, 5000, 45000, 0)]
    nothing_failed: list[Row] = [(5000, 0, 45000, 0)]
    bets = Bets.on((BAD_GRID, 1.5, 0.002), (GOOD_GRID, 1.5, 0.01))
    against, towards = factors(bets, everything_failed)[:4], factors(bets, nothing_failed)[4:]
    assert against == pytest.approx([CAP] * len(BAD_GRID), rel=1e-15)
    assert towards == pytest.approx([CAP] * len(GOOD_GRID), rel=1e-15)


@given(st.floats(0, 1), st.integers(1, 20))
def test_releasing_moves_money_and_makes_none(share: float, times: int) -> None:
    purse = Purse()
    for _ in range(times):
        purse = purse.release(share)
    assert purse.evidence == pytest.approx(1.0)
    assert purse.kept >= 0


ALL_FAIL: list[Row] = [(10**6, 10**6, 10**7, 0)]
NONE_FAILS: list[Row] = [(10**6, 0, 10**7, 0)]
DEFAULT = Bets.on((BAD_GRID, 1.5, 0.002), (GOOD_GRID, 1.5, 0.01))


def test_a_bet_that_pays_nothing_back_costs_only_its_stake() -> None:
    purse, _ = settled(DEFAULT, NONE_FAILS, (Purse(), OWNED[1]), share=0.25)
    assert purse.evidence == pytest.approx(0.75)
    assert purse.started


def test_wealth_stays_where_floats_are_safe() -> None:
    owned = Purse(), OWNED[1]
    for _ in range(300):
        owned = settled(DEFAULT, ALL_FAIL, owned, share=0.5)
    assert max(owned[0].wealth) == HIGHEST
    assert owned[0].evidence < math.inf


def test_a_bet_on_good_that_lost_everything_can_recover() -> None:
    _, ruined = settled(DEFAULT, ALL_FAIL)
    assert ruined == (-FURTHEST,) * 3
    assert min(settled(DEFAULT, NONE_FAILS, (Purse(), ruined))[1]) > -FURTHEST
    assert settled(DEFAULT, NONE_FAILS, (Purse(0.0), ruined), highest=2 * FURTHEST)[1] == (FURTHEST,) * 3
