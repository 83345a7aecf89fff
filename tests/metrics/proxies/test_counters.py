"""Differences of counters, where they are not simply differences."""

from math import inf

import pytest

from canary.metrics.proxies.counters import Counters, Histograms, apart
from canary.metrics.proxies.page import Series
from canary.metrics.proxies.subjects import Backend, Subject
from canary.metrics.proxies.unanswered import Shortfall

ONE, OTHER = (Series((("pod", pod),), Subject(Backend("shop", "web"), pod), failed=False) for pod in "ab")


def grown(*values: float | None, baseline: bool = False) -> list[float]:
    """By how much one counter grew from page to page; None = it was not on that page. Forgotten after 3 intervals."""
    counters = Counters()
    found = []
    for index, value in enumerate(values):
        now = {} if value is None else {ONE: value}
        first = baseline and index == 0
        found.append(counters.grown(now, index, index - 3, baseline=first).get(ONE, 0.0))
    return found


@pytest.mark.parametrize(
    ("values", "deltas"),
    [
        ((3, 5, 5, 9), [3, 2, 0, 4]),
        ((None, 5, 7), [0, 5, 2]),
        ((5, 2, 6), [5, 2, 4]),
        ((5, 0, 1), [5, 0, 1]),
        ((5, None, 7), [5, 0, 2]),
        ((5, None, 3), [5, 0, 3]),
        ((5, None, None, None, 7), [5, 0, 0, 0, 2]),
        ((5, None, None, None, None, None, 7), [5, 0, 0, 0, 0, 0, 7]),
    ],
)
def test_a_counter_of_a_process_known_from_its_start(values: tuple[float, ...], deltas: list[float]) -> None:
    assert grown(*values) == deltas


def test_the_first_page_of_an_old_process_is_a_baseline() -> None:
    assert grown(500, 507, baseline=True) == [0, 7]
    assert grown(None, 7, baseline=True) == [0, 7]


def test_counters_that_forget_count_what_comes_back_from_zero() -> None:
    counters = Counters(remembering=False)
    for index, now in enumerate(({ONE: 5.0}, {}, {ONE: 7.0})):
        last = counters.grown(now, index, 0, baseline=False)
    assert last == {ONE: 7}


def test_a_new_process_counts_from_zero() -> None:
    counters = Counters()
    counters.grown({ONE: 5}, 0, 0, baseline=False)
    counters.forget()
    assert counters.grown({ONE: 7}, 1, 0, baseline=False) == {ONE: 7}


def test_counters_are_known_while_they_are_remembered() -> None:
    counters = Counters()
    counters.grown({ONE: 5, OTHER: 1}, 0, 0, baseline=False)
    counters.grown({ONE: 5}, 1, 0, baseline=False)
    assert counters.known() == {ONE, OTHER}
    counters.grown({ONE: 5}, 9, 8, baseline=False)
    assert counters.known() == {ONE}


def test_buckets_are_taken_apart() -> None:
    assert apart({1: 2, 5: 5, 10: 5, inf: 9}, {}) == {1: 2, 5: 3, inf: 4}
    assert apart({1: 2, 5: 6, 10: 8, inf: 12}, {1: 2, 5: 5, 10: 5, inf: 9}) == {5: 1, 10: 2}


def test_a_histogram_is_reset_as_a_whole() -> None:
    histograms = Histograms()
    steps = ({1: 4, inf: 9}, {1: 5, inf: 12}, {1: 3, inf: 4})
    found = [
        histograms.grown({ONE: dict(step)}, index, 0, baseline=False)[ONE] for index, step in enumerate(steps)
    ]
    assert found == [{1: 4, inf: 5}, {1: 1, inf: 2}, {1: 3, inf: 1}]


def test_the_first_histogram_of_an_old_process_is_a_baseline() -> None:
    histograms = Histograms()
    assert histograms.grown({ONE: {1: 4.0, inf: 9.0}}, 0, 0, baseline=True) == {}
    assert histograms.grown({ONE: {1: 4.0, inf: 10.0}}, 1, 0, baseline=False) == {ONE: {inf: 1}}


def shortfalls(*pages: tuple[float, float]) -> list[float]:
    """What each page confirms, given how many more entered than were given on, and how many wait."""
    shortfall = Shortfall()
    return [shortfall.confirmed(more, waiting) for more, waiting in pages]


def test_a_shortfall_counts_once_when_the_next_page_shows_it_too() -> None:
    assert shortfalls((0, 0), (5, 0), (0, 0), (0, 0)) == [0, 0, 5, 0]


def test_what_waits_is_not_lost_yet() -> None:
    assert shortfalls((5, 5), (5, 10), (0, 4), (0, 0)) == [0, 0, 0, 6]


def test_a_page_torn_between_two_counters_confirms_nothing() -> None:
    assert shortfalls((3, 0), (-3, 0), (3, 0), (-3, 0)) == [0, 0, 0, 0]
