"""The time before a start: what is asked for, in which order, and what is done without where the source is slow."""

from datetime import timedelta

from canary.daemon.history import SPANS, History
from canary.evidence import Arm, Stratum
from canary.rollout.past import Past
from canary.rollout.policy import Policy
from tests.daemon.scripted import NOT_TOLD, POLICY, Counters, a_stamp
from tests.rollout.builders import UNIT, a_policy

NOW = 10_000
HOUR, MINUTES, MINUTE = SPANS
LATENCY = a_policy(gates=[{"kind": "errors"}, {"kind": "latency"}])
TAILS = {50.0: 0.4, 100.0: 0.05, 200.0: 0.008, 300.0: 0.0}


def told(source: Counters, policy: Policy = POLICY) -> Past:
    return History(source).read("ns", a_stamp(policy=policy), NOW)


def test_an_hour_of_final_intervals_is_read_in_one_question() -> None:
    source = Counters()
    past = told(source)
    assert source.asked == [(1, NOW - 2 - HOUR + 1, NOW - 2)]
    assert len(past.intervals) == HOUR
    assert past.intervals[-1].index == NOW - 2


def test_where_an_hour_is_too_much_ten_minutes_are_read_then_one() -> None:
    for most, length in ((HOUR, HOUR), (HOUR - 1, MINUTES), (MINUTES - 1, MINUTE)):
        source = Counters()
        source.refuses = lambda first, last, most=most: last - first >= most  # type: ignore[misc]
        assert len(told(source).intervals) == length


def test_a_source_that_cannot_even_tell_a_minute_is_away() -> None:
    source = Counters()
    source.refuses = lambda _first, _last: True
    assert told(source).away == "Prometheus did not answer"


def test_doubts_are_told_and_nothing_else_is_asked() -> None:
    source = Counters()
    source.doubt = "the same proxies are scraped twice"
    assert told(source) == Past(doubt="the same proxies are scraped twice")
    assert source.asked == []


def test_a_source_that_is_away_is_away() -> None:
    source = Counters()
    source.away = True
    assert told(source) == Past(away="Prometheus did not answer")


def test_bounds_are_chosen_by_stable_s_tails_and_counted_in_the_same_hour() -> None:
    source = Counters()
    source.past = TAILS
    assert told(source, policy=LATENCY).bounds == {50.0: 0.4, 100.0: 0.05, 200.0: 0.008}
    assert source.bounds == (50.0, 100.0, 200.0)


def test_where_tails_are_too_dear_it_begins_with_the_usual_bounds() -> None:
    source = Counters()
    source.past = NOT_TOLD
    assert len(told(source, policy=LATENCY).bounds) == 6
    assert len(told(source, policy=LATENCY).intervals) == HOUR


def test_without_a_gate_that_asks_for_it_latency_is_not_asked_for() -> None:
    source = Counters()
    source.past = NOT_TOLD
    assert told(source).bounds == {}
    assert source.bounds == ()


def test_only_what_stable_was_asked_counts_as_known() -> None:
    idle = told(Counters(Stratum(Arm(5, 0), Arm())))
    assert idle.told(UNIT) == "nothing is known of stable's traffic before"
    assert told(Counters()).told(timedelta(seconds=5)).endswith("learned from 1h of its traffic")
