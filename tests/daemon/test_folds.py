"""The fold: what is asked for, what counts, and what a source that is away does not do."""

from collections.abc import Mapping, Sequence

import pytest

from canary.daemon.folds import Folds
from canary.daemon.judged import identity
from canary.evidence import Arm, Interval, Stratum
from canary.metrics.source import Leaves
from canary.rollout.stamp import Stamp
from canary.terms import Outcome
from tests.daemon.scripted import DEAD, HEALTHY, Counters, a_script, a_stamp
from tests.rollout.builders import UNIT


def ticked(source: Counters, stamp: Stamp, *ticks: int) -> Folds:
    folds = Folds(source, UNIT)
    for last in ticks:
        folds.tick([("ns", stamp)], last)
    return folds


def test_the_newest_two_intervals_are_asked_for_again_and_never_folded_for_good() -> None:
    source = Counters()
    judged = ticked(source, a_stamp(), 105, 106).of(a_stamp())
    assert source.asked == [(1, 101, 105), (1, 104, 106)]
    assert judged is not None
    assert judged.sure.through == 104


def test_provisional_intervals_roll_back() -> None:
    judged = ticked(Counters(DEAD), a_stamp(), 103, 104).of(a_stamp())
    assert judged is not None
    assert judged.verdict is not None
    assert judged.verdict.outcome is Outcome.ROLLBACK
    assert judged.sure.condemned is None


def test_only_intervals_from_settling_on_count_for_the_canary() -> None:
    judged = ticked(Counters(), a_stamp(settled=104), 110).of(a_stamp(settled=104))
    assert judged is not None
    assert judged.sure.observed == len(range(104, 109))


def test_live_and_rebuilt_are_the_same() -> None:
    live = ticked(Counters(), a_stamp(), *range(101, 140)).of(a_stamp())
    rebuilt = ticked(Counters(), a_stamp(), 139).of(a_stamp())
    assert live == rebuilt


def test_evidence_about_another_step_says_nothing() -> None:
    folds = ticked(Counters(), a_stamp(), 110)
    assert folds.of(a_stamp().but(step=2)) is None
    assert folds.of(a_stamp(since=105)) is None


def test_rollouts_that_are_level_share_one_question_whenever_they_began() -> None:
    source = Counters()
    folds = Folds(source, UNIT)
    active = [("ns", a_stamp(number, since=since)) for number, since in enumerate((101, 101, 109, 110))]
    folds.tick(active, 110)
    folds.tick(active, 111)
    assert source.asked[-1] == (4, 109, 111)


def test_a_source_that_is_away_changes_no_evidence_and_counts_as_no_unknown() -> None:
    source, stamp = Counters(), a_stamp()
    folds = ticked(source, stamp, 110)
    before = folds.of(stamp)
    source.away = True
    folds.tick([("ns", stamp)], 115)
    assert folds.away == "Prometheus did not answer"
    assert folds.away_since == 115
    assert folds.of(stamp) == before
    source.away = False
    folds.tick([("ns", stamp)], 120)
    assert not folds.away


def test_unknown_is_counted_from_when_the_source_answered_but_not_about_the_rollout() -> None:
    source, stamp = Counters(), a_stamp()
    folds = ticked(source, stamp, 110)
    source.says = a_script(None)
    folds.tick([("ns", stamp)], 120)
    folds.tick([("ns", stamp)], 125)
    judged = folds.of(stamp)
    assert judged is not None
    assert judged.unknown_since == 120


def test_ended_rollouts_are_forgotten() -> None:
    folds = ticked(Counters(), a_stamp(), 110)
    folds.tick([], 111)
    assert folds.of(a_stamp()) is None


def test_an_identity_names_the_route_the_attempt_and_the_step() -> None:
    assert identity(a_stamp()) == ("u0", "r1", 1, 1, 101)


DEAF = Stratum(Arm(0, 0), Arm(1000, 0), "shop/batch")
"""Sends nothing to the canary where one request in ten would be due."""


def test_clients_that_do_not_follow_are_told_from_settling_on() -> None:
    for settled, found in ((None, ()), (110, ()), (104, ("shop/batch",))):
        judged = ticked(Counters(DEAF), a_stamp(settled=settled), 111).of(a_stamp())
        assert judged is not None
        assert judged.strangers == found


NOBODY = Stratum(Arm(0, 0), Arm(1000, 0), "shop/web")


@pytest.mark.parametrize(("asked_before", "intervals", "due"), [(True, 5, 0), (True, 6, 600), (False, 20, 0)])
def test_a_canary_that_the_mesh_passes_over_is_missed_after_half_a_minute(
    asked_before: bool, intervals: int, due: float
) -> None:
    """Only if it had requests before: clients that never followed look the same, and are told as such."""
    source = Counters() if asked_before else Counters(NOBODY)
    folds = ticked(source, a_stamp(settled=101), 110)
    source.says = a_script(NOBODY)
    for last in range(111, 111 + intervals):
        folds.tick([("ns", a_stamp(settled=101))], last)
    judged = folds.of(a_stamp())
    assert judged is not None
    assert judged.missing == due


def test_a_smoke_test_that_ends_makes_no_client_one_that_followed() -> None:
    """It asks the canary's own Service; the others never did what the weights say, and are told as such."""
    smoke = Stratum(Arm(50, 0), Arm(0, 0), "shop/smoke")
    source = Counters(lambda index: Interval(index, (DEAF, smoke)))
    folds = ticked(source, a_stamp(settled=101), 110)
    source.says = a_script(DEAF)
    for last in range(111, 125):
        folds.tick([("ns", a_stamp(settled=101))], last)
    judged = folds.of(a_stamp())
    assert judged is not None
    assert (judged.missing, judged.strangers) == (0, ("shop/batch",))


def test_what_clients_sent_long_ago_is_forgotten() -> None:
    source = Counters(DEAF)
    folds = ticked(source, a_stamp(), 110)
    source.says = Counters().says
    for last in range(111, 118):
        folds.tick([("ns", a_stamp())], last)
    judged = folds.of(a_stamp())
    assert judged is not None
    assert (judged.strangers, [interval.index for interval in judged.lately]) == ((), [*range(110, 116)])


def test_it_is_remembered_for_how_long_nobody_has_been_strange() -> None:
    source = Counters()
    folds = ticked(source, a_stamp(), 110)
    told = []
    for last in range(111, 134):
        source.says = a_script(DEAF if last == 118 else HEALTHY)
        folds.tick([("ns", a_stamp())], last)
        judged = folds.of(a_stamp())
        assert judged is not None
        told.append((judged.strangers, judged.following_for(last)))
    strange = [at for at, (who, _) in enumerate(told) if who]
    assert strange
    assert told[strange[0] - 1] == ((), 110 + strange[0] - 101)
    assert [since for _, since in told[strange[-1] :]] == [*range(len(told) - strange[-1])]


def test_while_the_source_is_away_nobody_is_strange() -> None:
    source = Counters(DEAF)
    folds = ticked(source, a_stamp(), 110)
    source.away = True
    folds.tick([("ns", a_stamp())], 111)
    judged = folds.of(a_stamp())
    assert judged is not None
    assert judged.strangers == ()


def test_at_all_traffic_who_still_ends_old_requests_is_not_strange() -> None:
    top = a_stamp(step=3)
    judged = ticked(Counters(Stratum(Arm(990, 0), Arm(10, 0), "shop/web")), top, 110).of(top)
    assert judged is not None
    assert judged.strangers == ()


def test_while_no_proxy_is_seen_nothing_is_held_against_the_rollout() -> None:
    """Prometheus answers that it sees nobody: the source raises, as if it were away itself."""
    source, stamp = Counters(None), a_stamp()
    folds = ticked(source, stamp, 110, 112)
    unknown = folds.of(stamp)
    source.away = True
    folds.tick([("ns", stamp)], 115)
    dark = folds.of(stamp)
    source.away = False
    folds.tick([("ns", stamp)], 118)
    again = folds.of(stamp)
    assert unknown is not None
    assert dark is not None
    assert again is not None
    assert (unknown.unknown_since, dark.unknown_since, again.unknown_since) == (110, None, 118)


def test_a_clock_that_goes_back_by_an_interval_counts_none_twice() -> None:
    forward = ticked(Counters(), a_stamp(), *range(101, 113), 111, 112, 113).of(a_stamp())
    assert forward == ticked(Counters(), a_stamp(), *range(101, 114)).of(a_stamp())


def test_evidence_of_a_time_that_the_clock_has_not_reached_again_is_unknown() -> None:
    judged = ticked(Counters(), a_stamp(since=5000, settled=5002), 110, 111).of(a_stamp(since=5000))
    assert judged is not None
    assert judged.unknown_since == 110
    just_begun = ticked(Counters(), a_stamp(since=112, settled=None), 110).of(a_stamp(since=112))
    assert just_begun is not None
    assert just_begun.unknown_since is None


def test_an_outage_is_over_only_once_the_verdicts_are_newer_than_it() -> None:
    told = list[str]()

    class Watched(Counters):
        def increments(
            self, asked: Sequence[Leaves], first: int, last: int
        ) -> Mapping[Leaves, tuple[Interval, ...]]:
            told.append(folds.away)
            return super().increments(asked, first, last)

    folds = Folds(Watched(), UNIT)
    folds.tick([("ns", a_stamp())], 110)
    folds.lost("Prometheus did not answer", 111)
    folds.tick([("ns", a_stamp())], 300)
    assert told == ["", "Prometheus did not answer", ""]
    assert folds.away == ""
