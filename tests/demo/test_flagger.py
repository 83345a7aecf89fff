"""The model of Flagger's rule."""

from canary.demo.flagger import Rule, foresee
from canary.demo.ledger import Count

SLOW, QUICK = Rule(60, 5), Rule(10, 1)
GOOD, BAD = Count(10, 0), Count(10, 3)


def test_it_rolls_back_at_the_look_after_the_one_that_reached_the_threshold() -> None:
    assert (foresee(QUICK, [BAD] * 100).rolled_back, foresee(SLOW, [BAD] * 600).rolled_back) == (20, 360)


def test_what_failed_until_then_is_what_it_cost() -> None:
    assert foresee(QUICK, [BAD] * 100).failed == 60


def test_a_rollout_that_ended_here_goes_on_there() -> None:
    assert foresee(SLOW, [BAD] * 15, [BAD] * 15).failed == 360 * 3


def test_failed_checks_are_never_forgiven() -> None:
    minutes = [BAD] * 60 + [GOOD] * 60
    assert foresee(SLOW, minutes * 5).rolled_back == 600


def test_no_answer_is_a_failed_check() -> None:
    assert foresee(QUICK, [Count()] * 30).rolled_back == 20


def test_less_than_one_failure_in_a_hundred_is_success() -> None:
    seen = foresee(QUICK, [Count(100, 1)] * 60)
    assert (seen.rolled_back, seen.failed) == (None, 60)
