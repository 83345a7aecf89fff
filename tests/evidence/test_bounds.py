"""Which bounds of the histogram are watched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.evidence.bounds import DEFAULT, HIGHEST, LANDMARKS, LOWEST, MOST, choose

LINKERD = [1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 100, 200, 300, 400, 500, 1000, 2000, 3000, 4000, 5000, 10000]
falling = st.lists(st.floats(0, 1), min_size=len(LINKERD), max_size=len(LINKERD)).map(
    lambda tails: dict(zip(map(float, LINKERD), sorted(tails, reverse=True), strict=True))
)

SERVICE = {1.0: 1.0, 5.0: 0.99, 10.0: 0.76, 20.0: 0.5, 30.0: 0.34, 40.0: 0.25, 50.0: 0.18, 100.0: 0.054, 200.0: 0.011,
           300.0: 0.0034, 400.0: 0.0014, 1000.0: 0.0}  # fmt: skip


def test_the_chosen_bounds_are_spread_over_the_tail() -> None:
    assert choose(SERVICE) == (20.0, 30.0, 50.0, 100.0, 200.0, 300.0)


def test_with_few_places_median_p95_and_p99_come_first() -> None:
    assert choose(SERVICE, most=3) == (20.0, 100.0, 200.0)
    assert choose(SERVICE, most=1) == (20.0,)


@given(falling)
def test_bounds_are_few_ascending_and_telling(tails: dict[float, float]) -> None:
    chosen = choose(tails)
    assert len(chosen) <= MOST
    assert list(chosen) == sorted(set(chosen))
    assert all(LOWEST < tails[bound] < HIGHEST for bound in chosen)


@given(falling)
def test_no_place_is_left_empty_while_there_are_telling_bounds(tails: dict[float, float]) -> None:
    telling = [tail for tail in tails.values() if LOWEST < tail < HIGHEST]
    assert len(choose(tails)) == min(MOST, len(telling))


@given(falling)
def test_the_bounds_nearest_to_the_landmarks_are_among_them(tails: dict[float, float]) -> None:
    chosen = {tails[bound] for bound in choose(tails)}
    telling = [tail for tail in tails.values() if LOWEST < tail < HIGHEST]
    for mark in LANDMARKS if telling else ():
        nearest = min(max(tail / mark, mark / tail) for tail in telling)
        assert any(max(tail / mark, mark / tail) == nearest for tail in chosen)


@pytest.mark.parametrize("tails", [{}, {100.0: 0.0}, {100.0: 1.0}, {100.0: float("nan")}])
def test_without_a_telling_bound_none_is_watched(tails: dict[float, float]) -> None:
    assert choose(tails) == ()


def test_the_default_bounds_are_the_histograms() -> None:
    assert set(DEFAULT) <= set(map(float, LINKERD))
    assert len(DEFAULT) <= MOST
