"""K: how many failures come at a time, learned from stable alone."""

import random
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.evidence.dispersion import PRIOR, SAFETY, Dispersion, Scale

LIMIT, DILUTION = 30.0, 2.0
Counts = tuple[float, float, float, float]
counts: st.SearchStrategy[Counts] = st.tuples(
    st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000)
).map(lambda four: (float(max(four[:2])), float(min(four[:2])), float(max(four[2:])), float(min(four[2:]))))


def learned(dispersion: Dispersion, intervals: int, even: bool, failures: float) -> Dispersion:
    """Two halves of 500 requests; the failures split evenly or fall on either half in turn."""
    for n in range(intervals):
        one = failures / 2 if even else failures * (n % 2)
        halves = 500.0, one, 500.0, failures - one
        dispersion = dispersion.learn_halves(halves, DILUTION)
    return dispersion


def over_time(dispersion: Dispersion, failures: list[float]) -> Dispersion:
    for bad in failures:
        dispersion = dispersion.learn_over_time(1000.0, bad, DILUTION)
    return dispersion


def test_nothing_seen_yet_is_taken_for_pairs_of_failures() -> None:
    assert Dispersion().factor(LIMIT) == PRIOR * SAFETY


def test_failures_that_hit_one_endpoint_at_a_time_are_bursts_of_their_number() -> None:
    assert learned(Dispersion(), 200, even=False, failures=40).factor(LIMIT) == pytest.approx(
        40 * SAFETY, rel=0.05
    )


def test_an_outage_shared_by_all_endpoints_teaches_nothing_about_bursts() -> None:
    assert learned(Dispersion(), 60, even=True, failures=500).factor(LIMIT) == 1.0


def test_independent_failures_bring_it_down_to_one() -> None:
    draw, dispersion = random.Random(7), Dispersion()
    for _ in range(2000):
        one, other = (float(sum(draw.random() < 0.01 for _ in range(100))) for _ in range(2))
        dispersion = dispersion.learn_halves((100.0, one, 100.0, other), DILUTION)
    assert dispersion.factor(LIMIT) == pytest.approx(SAFETY, rel=0.25)


def test_bursts_that_last_a_minute_show_at_the_long_scale() -> None:
    dispersion = Dispersion()
    for n in range(240):
        bad = 5.0 if n // 12 % 2 else 0.0
        dispersion = dispersion.learn_halves((500.0, bad, 500.0, 5.0 - bad), DILUTION)
    assert dispersion.long.burst > 5 * dispersion.short.burst


def test_where_stable_has_one_endpoint_an_outage_looks_like_a_burst_but_only_up_to_the_limit() -> None:
    dispersion = over_time(Dispersion(), [0.0] * 24 + [500.0] * 12 + [0.0] * 12)
    assert dispersion.long.burst > LIMIT
    assert dispersion.factor(LIMIT) == LIMIT


def test_when_stable_gets_a_second_endpoint_half_filled_blocks_are_dropped_and_the_rest_is_kept() -> None:
    paired = over_time(Dispersion(), [4.0, 0.0] * 12 + [3.0] * 5)
    halved = paired.learn_halves((500.0, 0.0, 500.0, 0.0), DILUTION)
    assert paired.filled == 5
    assert halved.filled == 1
    assert halved.long.excess == paired.long.excess
    assert not halved.paired


def test_what_was_learned_an_hour_ago_weighs_half() -> None:
    scale = Scale().close((500.0, 10.0, 500.0, 0.0), 1, DILUTION)
    later = scale
    for _ in range(720):
        later = later.close((1000.0, 1.0, 0.0, 0.0), 1, DILUTION)
    assert later.excess == pytest.approx(scale.excess / 2, rel=1e-6)


@given(st.lists(counts, max_size=40), st.booleans())
def test_it_never_makes_evidence_stronger(seen: list[Counts], halves: bool) -> None:
    dispersion = Dispersion()
    for one in seen:
        over_time = one[0] + one[2], one[1] + one[3]
        dispersion = (
            dispersion.learn_halves(one, DILUTION)
            if halves
            else dispersion.learn_over_time(*over_time, DILUTION)
        )
    assert dispersion.factor(LIMIT) >= 1.0


def test_a_block_closed_early_counts_as_it_is() -> None:
    dispersion = Dispersion()
    for _ in range(5):
        dispersion = dispersion.learn_halves((100.0, 8.0, 100.0, 0.0), DILUTION)
    closed = dispersion.closed(DILUTION)
    assert closed.long == Scale.of(20.0**2, 10.0, 1.0)
    assert (closed.short, closed.filled) == (dispersion.short, 0)
    assert closed.closed(DILUTION) == closed


def test_a_first_half_of_a_pair_tells_nothing() -> None:
    once = Dispersion().learn_over_time(1000.0, 50.0, DILUTION)
    assert once.closed(DILUTION) == Dispersion(paired=True)


BURSTY = learned(Dispersion(), 120, even=False, failures=40)


@pytest.mark.parametrize("failures", [41.0, 500.0, 5000.0])
def test_an_outage_does_not_wash_away_what_was_learned_of_bursts(failures: float) -> None:
    """Five minutes in which every half fails its part of thousands of requests, as if failures came one by one."""
    diluted = learned(BURSTY, 60, even=True, failures=failures)
    assert diluted.short.burst > BURSTY.short.burst / 2.5
    washed = BURSTY
    for _ in range(60):
        washed = washed.learn_halves((500.0, failures / 2, 500.0, failures / 2), inf)
    assert washed.short.burst <= diluted.short.burst


def test_larger_bursts_than_ever_are_believed_at_once() -> None:
    block = 500.0, 400.0, 500.0, 0.0
    assert BURSTY.short.close(block, 1, DILUTION) == BURSTY.short.close(block, 1, inf)


@given(st.lists(counts, min_size=1, max_size=20), st.sampled_from([0.5, 1.0, 2.0, 10.0]))
def test_no_block_lowers_the_burst_more_than_it_does_in_full(seen: list[Counts], dilution: float) -> None:
    scale = Scale()
    for block in seen:
        limited, full = scale.close(block, 1, dilution), scale.close(block, 1, inf)
        assert limited.burst >= full.burst * (1 - 1e-9)
        scale = limited
