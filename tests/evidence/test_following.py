"""Who does not follow the weights."""

from dataclasses import replace
from math import comb

import pytest

from canary.evidence import Arm, Interval, Stratum
from canary.evidence.following import missing, strangers
from canary.evidence.increments import Astray


def sent(*split: tuple[str, float, float]) -> Interval:
    """By client: requests to the canary and to stable."""
    return Interval(1, tuple(Stratum(Arm(canary), Arm(stable), client) for client, canary, stable in split))


def test_clients_that_split_as_they_should_are_no_strangers() -> None:
    assert strangers([sent(("shop/web", 100, 900), ("shop/app", 8, 90))], 0.1) == ()


@pytest.mark.parametrize(("canary", "stable"), [(0, 1000), (999, 1), (300, 700), (20, 980)])
def test_a_client_that_goes_its_own_way_is_named(canary: float, stable: float) -> None:
    assert strangers([sent(("shop/web", 100, 900), ("shop/job", canary, stable))], 0.1) == ("shop/job",)


@pytest.mark.parametrize("requests", [3, 1000])
def test_who_asks_the_canary_and_nobody_else_does_so_on_purpose(requests: float) -> None:
    assert strangers([sent(("shop/web", 100, 900), ("shop/smoke-test", requests, 0))] * 6, 0.1) == ()


@pytest.mark.parametrize(("canary", "stable"), [(0, 0), (10, 90), (100, 0), (800, 7200)])
def test_who_asks_the_service_in_front_of_both_is_named(canary: float, stable: float) -> None:
    interval = sent(("shop/web", canary, stable), ("shop/app", 100, 900))
    assert strangers([replace(interval, astray=(Astray("shop/web", 900),))], 0.1) == ("shop/web",)


def test_one_pod_of_ten_that_goes_past_the_split_is_found() -> None:
    interval = replace(sent(("shop/web", 90, 810)), astray=(Astray("shop/web", 100),))
    assert strangers([interval], 0.1) == ("shop/web",)


def test_a_few_requests_on_their_way_while_the_weights_change_are_nobody_astray() -> None:
    assert strangers([replace(sent(("shop/web", 100, 900)), astray=(Astray("shop/web", 20),))], 0.1) == ()


def test_intervals_add_up_and_unknown_ones_are_skipped() -> None:
    few = sent(("shop/job", 0, 30))
    assert strangers([few], 0.1) == ()
    assert strangers([few, Interval(2, None, why="stale"), *[few] * 20], 0.1) == ("shop/job",)


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_without_traffic_nobody_is_strange(share: float) -> None:
    assert strangers([], share) == ()
    assert strangers([sent(("shop/web", 0, 0)), Interval(2, ())], share) == ()


def test_at_full_share_requests_to_stable_are_strange() -> None:
    assert strangers([sent(("shop/web", 1000, 0))], 1.0) == ()
    assert strangers([sent(("shop/web", 990, 10))], 1.0) == ("shop/web",)


def test_a_handful_of_requests_proves_nothing() -> None:
    assert strangers([sent(("shop/web", 0, 5))], 0.5) == ()


def test_strangers_are_sorted() -> None:
    assert strangers([sent(("b/b", 0, 999), ("a/a", 1, 998))], 0.5) == ("a/a", "b/b")


@pytest.mark.parametrize("share", [0.01, 0.05, 0.1, 0.5, 0.95])
@pytest.mark.parametrize("total", [1, 2, 4, 19, 64, 195, 700])
def test_who_splits_by_chance_is_called_strange_once_in_150_000_at_most(share: float, total: int) -> None:
    strange = [
        canary for canary in range(total + 1) if strangers([sent(("a/a", canary, total - canary))], share)
    ]
    assert sum(comb(total, n) * share**n * (1 - share) ** (total - n) for n in strange) <= 1 / 150_000


def test_a_canary_that_gets_nothing_of_what_is_due_is_missed() -> None:
    assert missing([sent(("shop/web", 0, 150)), sent(("shop/app", 0, 100))], 0.1) == 25


def test_one_answered_request_or_little_traffic_is_no_absence() -> None:
    assert missing([sent(("shop/web", 0, 900)), sent(("shop/app", 1, 100))], 0.1) == 0
    assert missing([sent(("shop/web", 0, 190))], 0.1) == 0
    assert missing([], 0.1) == 0
