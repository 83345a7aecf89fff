"""After a gap: what is certain counts at once, what was missed is read again, and in the end nothing is different."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from canary.daemon.folds import Folds
from canary.daemon.judged import HORIZON, NEAR, Judged
from canary.daemon.rebuild import MOST
from canary.rollout.stamp import Stamp
from canary.terms import Outcome
from tests.daemon.scripted import DEAD, HEALTHY, Counters, a_script, a_stamp, a_varied_script
from tests.rollout.builders import UNIT

FORWARD = {Outcome.ADVANCE, Outcome.TOO_QUIET}


def folds_at(source: Counters, last: int, stamp: Stamp | None = None) -> Folds:
    """Restarted, and one tick later."""
    folds = Folds(source, UNIT)
    folds.tick([("ns", stamp or a_stamp())], last)
    return folds


def of(folds: Folds, stamp: Stamp | None = None) -> Judged:
    judged = folds.of(stamp or a_stamp())
    assert judged is not None
    return judged


def rebuilt(folds: Folds, last: int, stamp: Stamp | None = None, most: int = 40) -> int:
    """Tick until nothing is missing; the interval at which that was."""
    for now in range(last, last + most):
        folds.tick([("ns", stamp or a_stamp())], now)
        if of(folds, stamp).behind is None:
            return now
    raise AssertionError("still missing something")


def test_a_gap_of_less_than_a_piece_is_read_in_one_tick() -> None:
    source = Counters()
    judged = of(folds_at(source, 101 + MOST))
    assert (judged.behind, judged.sure.rebuilding) == (None, False)
    assert source.asked == [(1, 101 + MOST - NEAR + 1, 101 + MOST), (1, 101, 101 + MOST - 2)]


def test_a_dead_canary_is_taken_out_at_the_first_tick_after_a_long_gap() -> None:
    judged = of(folds_at(Counters(DEAD), 5000))
    assert judged.behind is not None
    assert judged.verdict is not None
    assert judged.verdict.outcome is Outcome.ROLLBACK


def test_until_everything_was_read_again_nothing_advances() -> None:
    folds, reasons = folds_at(Counters(), 3000), []
    for last in range(3001, 3010):
        verdict = of(folds).verdict
        assert verdict is not None
        reasons.append((verdict.reason, verdict.outcome in FORWARD))
        folds.tick([("ns", a_stamp())], last)
    held = reasons.index(("WithinMargin", True))
    assert set(reasons[:held]) == {("Rebuilding", False)}
    assert held == (3000 - 101) // MOST


def test_each_tick_reads_one_piece_beside_the_newest_intervals() -> None:
    source = Counters()
    folds = folds_at(source, 3000)
    folds.tick([("ns", a_stamp())], 3001)
    assert source.asked == [
        (1, 2989, 3000),
        (1, 101, 100 + MOST),
        (1, 2999, 3001),
        (1, 101 + MOST, 100 + 2 * MOST),
    ]


def test_all_that_are_behind_share_a_piece_and_who_waits_for_a_person_comes_last() -> None:
    source = Counters()
    folds = Folds(source, UNIT)
    paused = a_stamp(9, since=1, phase="Paused", paused=True)
    active = [*(("ns", a_stamp(number, since=2000 + 30 * number)) for number in range(3)), ("ns", paused)]
    folds.tick(active, 3000)
    assert source.asked == [(4, 2989, 3000), (3, 2000, 1999 + MOST)]
    for last in range(3001, 3003):
        folds.tick(active, last)
    assert source.asked[-1] == (1, 1, MOST)


PIECE = 40
"""Small, so that a short gap takes several."""


@pytest.mark.parametrize("seed", range(4))
def test_what_was_rebuilt_is_what_live_would_have_had(seed: int) -> None:
    says = a_varied_script(seed)
    live, again = Folds(Counters(says), UNIT), Folds(Counters(says), UNIT, PIECE)
    for last in range(101, 400):
        live.tick([("ns", a_stamp())], last)
    again.tick([("ns", a_stamp())], 380)
    for last in range(rebuilt(again, 381) + 1, 400):
        again.tick([("ns", a_stamp())], last)
    assert of(again) == of(live)


@pytest.mark.parametrize("seed", range(12))
def test_with_ticks_that_come_when_they_may_nothing_advances_early_and_it_ends_the_same(seed: int) -> None:
    chance, says, last = random.Random(seed), a_varied_script(seed), 101
    ragged = Folds(Counters(says), UNIT, PIECE)
    for pause in (chance.randrange(1, 150), 1, 1, chance.randrange(1, 40), 1, chance.randrange(100, 250), 1):
        last += pause
        ragged.tick([("ns", a_stamp())], last)
        verdict = of(ragged).verdict
        assert verdict is not None
        assert of(ragged).behind is None or verdict.outcome not in FORWARD
    last = rebuilt(ragged, last + 1)
    level = Folds(Counters(says), UNIT, 10_000)
    level.tick([("ns", a_stamp())], last)
    assert replace(of(ragged), followed=False) == replace(of(level), followed=False), "that is about looks"


@pytest.mark.parametrize("seed", range(6))
def test_what_is_certain_without_the_gap_is_never_above_what_is_true(seed: int) -> None:
    says = a_varied_script(seed)
    for last in (150, 250, 400):
        spare, whole = Folds(Counters(says), UNIT, 1), Folds(Counters(says), UNIT, 10_000)
        for folds in (spare, whole):
            folds.tick([("ns", a_stamp())], last)
        assert of(spare).sure.odds <= of(whole).sure.odds + 1e-9


def test_a_piece_that_is_too_dear_is_halved_and_live_evidence_goes_on() -> None:
    source = Counters()
    source.refuses = lambda first, last: last - first >= 200
    folds = folds_at(source, 3000)
    assert not folds.away
    assert of(folds).sure.through == 2998
    rebuilt(folds, 3001, most=80)
    assert of(folds).sure.observed == len(range(102, of(folds).sure.through + 1))


def test_what_prometheus_has_no_more_is_unknown_and_does_not_hold_it_up_for_ever() -> None:
    source = Counters()
    source.refuses = lambda _first, last: last < 2500
    folds = folds_at(source, 3000)
    now = rebuilt(folds, 3001)
    assert now - 3000 < 20
    observed = of(folds).sure.observed
    assert 0 < observed <= now - 2500 + 2 * MOST


def test_a_source_that_was_away_for_long_is_caught_up_with_from_what_was_known() -> None:
    source = Counters()
    folds = folds_at(source, 400)
    source.away = True
    folds.tick([("ns", a_stamp())], 450)
    source.away = False
    folds.tick([("ns", a_stamp())], 500)
    assert source.asked[-2:] == [(1, 489, 500), (1, 399, 498)]
    assert of(folds) == of(folds_at(Counters(), 500))


def test_a_verdict_against_the_canary_outlives_a_gap() -> None:
    source = Counters(DEAD)
    folds = folds_at(source, 110)
    assert of(folds).sure.condemned
    source.says = a_script(HEALTHY)
    folds.tick([("ns", a_stamp())], 4000)
    verdict = of(folds).verdict
    assert verdict is not None
    assert verdict.outcome is Outcome.ROLLBACK


def test_a_clock_that_goes_back_meanwhile_is_waited_for() -> None:
    source = Counters()
    folds = Folds(source, UNIT, NEAR)
    for last in (300, 301, 200, 100, 301):
        folds.tick([("ns", a_stamp())], last)
    assert of(folds).behind is not None
    rebuilt(folds, 302)
    assert of(folds).sure == of(folds_at(Counters(), of(folds).sure.through + 2)).sure


def test_a_dead_canary_is_published_before_anything_is_read_again() -> None:
    asked, verdicts = list[int](), list[Outcome]()

    def published() -> None:
        verdict = of(folds).verdict
        asked.append(len(source.asked))
        verdicts.extend([verdict.outcome] if verdict else [])

    source = Counters(DEAD)
    folds = Folds(source, UNIT)
    folds.tick([("ns", a_stamp())], 5000, published)
    assert (asked, verdicts) == ([1], [Outcome.ROLLBACK])
    assert len(source.asked) == 2


def test_whoever_may_still_change_by_what_is_read_again_is_not_clear() -> None:
    clear = list[bool]()
    for says in (DEAD, HEALTHY):
        folds = Folds(Counters(says), UNIT)
        folds.tick([("ns", a_stamp())], 500, lambda folds=folds: clear.append(of(folds).is_clear))  # type: ignore[misc]
        clear.append(of(folds).is_clear)
    assert clear == [True, True, False, True]


def test_a_first_interval_of_1970_hides_no_dead_canary_and_is_not_asked_for() -> None:
    source, stamp = Counters(DEAD), a_stamp(since=0, settled=0)
    folds, now = Folds(source, UNIT), 350_000_000
    for last in range(now, now + 12):
        folds.tick([("ns", stamp)], last)
    verdict = of(folds, stamp).verdict
    assert verdict is not None
    assert verdict.outcome is Outcome.ROLLBACK
    assert min(first for _, first, _ in source.asked) == now - HORIZON // UNIT


def test_after_what_is_too_long_ago_the_rest_is_read_as_ever() -> None:
    stamp, hour = a_stamp(since=0, settled=0), timedelta(hours=1)
    folds = Folds(Counters(), hour)
    folds.tick([("ns", stamp)], 500_000)
    judged = of(folds, stamp)
    assert judged.behind is None
    assert judged.sure.observed == HORIZON // hour - 1
