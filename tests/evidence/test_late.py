"""What breaks late is found late only by the logarithm of how late it is: the purse pays out a power of the time."""

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.evidence import Confidence, Evidence
from canary.terms import Outcome
from tests.evidence.scenes import BAKE, CANARY, GATES, a_stratum, begun, fed

HEALTHY = a_stratum()
BUSY = a_stratum(canary=250, stable=2250)
DEAD = a_stratum(failed=CANARY)

STAYS = {60: 4, 720: 5, 5_000: 6, 17_280: 7}
"""
After so many healthy intervals, a day in the end, a dead canary is out within so many.

What one interval releases has to grow to 100:1 by tenfolds, and all releases are paid from one purse. Spread evenly over
a day's 17,280 intervals, which no schedule can do that does not know of the day, each would be 1 in 17,280, and that
takes 7: what a busy canary is bet on earlier is lost by then.
"""


def intervals_to_rollback(evidence: Evidence, most: int = 30) -> int:
    for n in range(1, most + 1):
        evidence = fed(evidence, [DEAD])
        if evidence.judge(BAKE).outcome is Outcome.ROLLBACK:
            return n
    return most + 1


def test_a_canary_that_dies_after_a_long_stay_is_out_almost_as_soon_as_one_that_dies_early() -> None:
    evidence = begun()
    for stay, most in STAYS.items():
        evidence = fed(evidence, [HEALTHY] * (stay - evidence.through))
        assert intervals_to_rollback(evidence) <= most


def test_steps_before_the_stay_cost_two_intervals_more_where_the_canary_was_busy() -> None:
    """Half of the purse and four times a quarter of the rest are spent, and nothing is left of what was bet."""
    evidence = begun()
    for _ in range(4):
        evidence = fed(evidence, [BUSY] * 24).new_step(0.25)
    assert intervals_to_rollback(fed(evidence, [BUSY] * 5_000)) <= 8


def test_a_daemon_that_was_away_for_three_days_still_takes_out_a_dead_canary_within_a_minute() -> None:
    boundary = fed(begun(), [BUSY] * 40).new_step(0.5).checkpoint()
    assert intervals_to_rollback(Evidence.sparing(GATES, Confidence(), boundary, 52_000)) <= 10


def test_with_a_constant_share_a_day_leaves_nothing_to_bet() -> None:
    constant, fading = Confidence(fading=0.0), Confidence()
    assert constant.left(0, 17_280) < 1e-20
    assert fading.left(0, 17_280) > 0.15


fadings = st.sampled_from([0.0, 0.5, 1.0, 3.0, 8.0])


@given(fadings, st.integers(0, 10**6), st.integers(0, 300))
def test_what_is_left_is_what_the_shares_of_the_intervals_leave(
    fading: float, seen: int, intervals: int
) -> None:
    confidence = Confidence(fading=fading)
    one_by_one = prod(1 - confidence.share(at) for at in range(seen, seen + intervals))
    assert confidence.left(seen, intervals) == pytest.approx(one_by_one, rel=1e-9)


@given(fadings, st.integers(0, 10**6))
def test_the_first_share_is_the_one_that_was_set_and_later_ones_are_never_larger(
    fading: float, seen: int
) -> None:
    confidence = Confidence(fading=fading)
    assert confidence.share(0) == pytest.approx(confidence.interval_share, rel=0.01)
    assert 0 < confidence.share(seen + 1) <= confidence.share(seen) * (1 + 1e-9)


def test_only_known_intervals_let_the_share_fall() -> None:
    evidence = fed(begun(), [HEALTHY, None, None, HEALTHY]).new_step(0.5)
    assert (evidence.through, evidence.seen) == (4, 2)
    assert fed(evidence, [HEALTHY]).seen == 3
