"""Requests that nobody answered: levels in, losses out."""

from collections.abc import Sequence

import pytest

from canary.evidence.increments import Arm, Interval, Stratum
from canary.metrics.answers import Series
from canary.metrics.intervals import interval
from canary.metrics.moments import Moment
from canary.metrics.queries import COLUMNS
from canary.metrics.sights import Sights
from canary.metrics.tally import Tally
from canary.metrics.unanswered import LOOKBACK, Flow
from tests.metrics.mesh import FIRST, MESHED, SECONDS, WEB, count, queued

COLUMN = COLUMNS["clients"]


def lost(entered: Sequence[float], sent: Sequence[float], waiting: Sequence[float] = ()) -> list[float]:
    """In each interval but the newest, whose next one nobody knows."""
    flow = Flow(dict(enumerate(entered)), dict(enumerate(sent)), dict(enumerate(waiting)))
    return [flow.lost(index) for index in range(len(entered) - 1)]


def told(*parts: tuple[str, Sequence[float]], answered: float = 0.0) -> Interval:
    """What the first interval says where these are the canary's queues in the ones before, in it and after it."""
    tally, columns = Tally(COLUMN), COLUMN
    if answered:
        tally.answers([Series(count("web-v2"), ((FIRST * SECONDS, str(answered)),))], SECONDS)
    rows = [
        Series(
            queued("web-v2", part),
            tuple(((FIRST - 1 + at) * SECONDS, str(value)) for at, value in enumerate(values)),
        )
        for part, values in parts
    ]
    tally.queues(rows, [Moment("shop", "web-v2", FIRST)], SECONDS)
    seen = Sights.read([Series(MESHED, ((FIRST * SECONDS, "3"),))], columns, SECONDS)
    return interval(seen, tally, WEB, FIRST)


def test_what_was_measured_when_endpoints_vanished_is_told() -> None:
    """Linkerd 2.20: 128 requests entered the canary's queue, 99 were answered, the rest got a 504 after 3 s."""
    assert lost([99, 29, 0, 0], [99, 0, 0, 0], [0, 29, 0, 0]) == [0, 0, 29]


def test_what_waits_is_not_lost_yet_and_not_once_it_was_sent_on() -> None:
    assert lost([10, 30, 10, 10], [10, 0, 40, 10], [0, 30, 0, 0]) == [0, 0, 0]


def test_a_request_between_queue_and_endpoint_is_not_lost() -> None:
    assert lost([10, 10, 10, 10, 10], [9, 11, 9, 11, 10]) == [0, 0, 0, 0]


def test_what_is_lost_is_told_once() -> None:
    assert lost([10, 15, 10, 10, 12, 10, 10], [10] * 7) == [0, 5, 0, 0, 2, 0]


def test_a_level_that_falls_and_rises_again_is_counted_once_within_the_lookback() -> None:
    levels = [0, 3, 3, 0, 0, 3, 3, 3]
    steps = [after - before for before, after in zip([0, *levels], levels, strict=False)]
    assert sum(lost([10 + step for step in steps], [10] * len(steps))) == 3


def test_an_interval_depends_on_nothing_but_its_neighbours() -> None:
    entered = dict(enumerate([10.0, 90, 10, 10, 10, 10, 10, 10, 10, 17, 10, 10]))
    whole = Flow(entered, dict.fromkeys(range(12), 10.0))
    for index in range(LOOKBACK, 11):
        near = {at: entered[at] for at in range(index - LOOKBACK, index + 2)}
        assert Flow(near, dict.fromkeys(near, 10.0)).lost(index) == whole.lost(index)


def test_long_answers_are_not_lost() -> None:
    """They were sent on, which is all that is asked."""
    assert told(("entered", [0, 50, 0]), ("sent", [0, 50, 0])).strata == ()


def test_the_lost_are_requests_and_failures_of_the_clients_workload() -> None:
    said = told(("entered", [10, 10, 0]), ("sent", [10, 3, 0]), ("waiting", [0, 0, 0]), answered=3)
    assert said.strata == (Stratum(Arm(10, 7), Arm(), "shop/front"),)
    assert said.endpoints == 1


def test_a_backend_that_never_answered_is_told_by_its_queue() -> None:
    said = told(("entered", [0, 8, 0]), ("waiting", [0, 0, 0]))
    assert said.strata == (Stratum(Arm(8, 8), Arm(), "shop/front"),)


def test_answers_without_any_count_of_requests_sent_on_lose_none() -> None:
    """Somebody does not scrape `request_total`: then all that entered would look lost."""
    said = told(("entered", [50, 50, 50]), ("waiting", [0, 0, 0]), answered=50)
    assert said.strata == (Stratum(Arm(50, 0), Arm(), "shop/front"),)


def test_proxies_without_these_queues_lose_none() -> None:
    assert told(("sent", [50, 50, 50]), answered=50).strata == (Stratum(Arm(50, 0), Arm(), "shop/front"),)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -1.0])
@pytest.mark.parametrize("part", ["entered", "sent", "waiting"])
def test_an_odd_count_of_a_queue_makes_its_neighbours_unknown(part: str, odd: float) -> None:
    for values in ([odd, 1, 1], [1, odd, 1], [1, 1, odd]):
        said = told((part, values))
        assert said.strata is None
        assert "in a queue" in said.why


def test_two_rows_for_one_queue_are_unknown() -> None:
    assert told(("entered", [1, 1, 1]), ("entered", [1, 1, 1])).strata is None
