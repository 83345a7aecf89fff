"""K: how many failures come at a time, learned from stable alone."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.evidence.dispersion import PRIOR, SAFETY, Dispersion, Scale

LIMIT = 30.0
counts = st.tuples(
    st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000)
).map(lambda four: (float(max(four[:2])), float(min(four[:2])), float(max(four[2:])), float(min(four[2:]))))


def learned(dispersion: Dispersion, intervals: int, even: bool, failures: float) -> Dispersion:
    """Two halves of 500 requests; the failures split evenly or fall on either half in turn."""
    for n in range(intervals):
        one = failures / 2 if even else failures * (n % 2)
        halves = 500.0, one, 500.0, failures - one
        dispersion = dispersion.learn((1000.0, failures), halves)
    return dispersion


def over_time(dispersion: Dispersion, failures: list[float]) -> Dispersion:
    for bad in failures:
        dispersion = dispersion.learn((1000.0, bad), None)
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
        dispersion = dispersion.learn((200.0, one + other), (100.0, one, 100.0, other))
    assert dispersion.factor(LIMIT) == pytest.approx(SAFETY, rel=0.25)


def test_bursts_that_last_a_minute_show_at_the_long_scale() -> None:
    dispersion = Dispersion()
    for n in range(240):
        bad = 5.0 if n // 12 % 2 else 0.0
        dispersion = dispersion.learn((1000.0, 5.0), (500.0, bad, 500.0, 5.0 - bad))
    assert dispersion.long.burst > 5 * dispersion.short.burst


def test_where_stable_has_one_endpoint_an_outage_looks_like_a_burst_but_only_up_to_the_limit() -> None:
    dispersion = over_time(Dispersion(), [0.0] * 24 + [500.0] * 12 + [0.0] * 12)
    assert dispersion.long.burst > LIMIT
    assert dispersion.factor(LIMIT) == LIMIT


def test_when_stable_gets_a_second_endpoint_half_filled_blocks_are_dropped_and_the_rest_is_kept() -> None:
    paired = over_time(Dispersion(), [4.0, 0.0] * 12 + [3.0] * 5)
    halved = paired.learn((1000.0, 0.0), (500.0, 0.0, 500.0, 0.0))
    assert paired.long.filled == 5
    assert halved.long.filled == 1
    assert halved.long.excess == paired.long.excess
    assert not halved.paired


def test_what_was_learned_an_hour_ago_weighs_half() -> None:
    scale = Scale(1).learn((500.0, 10.0, 500.0, 0.0))
    later = scale
    for _ in range(720):
        later = later.learn((1000.0, 1.0, 0.0, 0.0))
    assert later.excess == pytest.approx(scale.excess / 2, rel=1e-6)


@given(st.lists(counts, max_size=40), st.booleans())
def test_it_never_makes_evidence_stronger(
    seen: list[tuple[float, float, float, float]], halves: bool
) -> None:
    dispersion = Dispersion()
    for one in seen:
        dispersion = dispersion.learn((one[0] + one[2], one[1] + one[3]), one if halves else None)
    assert dispersion.factor(LIMIT) >= 1.0
