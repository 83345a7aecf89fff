"""The fold: what is asked for, what counts, and what a source that is away does not do."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from canary.daemon.folds import Folds, identity
from canary.errors import Unavailable
from canary.evidence import Arm, Evidence, Interval, Stratum
from canary.metrics.source import Leaves
from canary.rollout.policy import Policy, Step
from canary.rollout.stamp import Stamp
from canary.terms import Outcome, Phase

UNIT = timedelta(seconds=1)
POLICY = Policy(name="p", steps=(Step(share=0.1), Step(share=0.5)))
HEALTHY = Stratum(Arm(100, 0), Arm(900, 0))
DEAD = Stratum(Arm(100, 100), Arm(900, 0))


class Counters:
    """A source that says the same about every rollout, and remembers what it was asked."""

    def __init__(self, says: Stratum = HEALTHY) -> None:
        self.says: Stratum | None = says
        self.away = False
        self.asked: list[tuple[int, int, int]] = []

    def time(self) -> float:
        return 0.0

    def increments(
        self, asked: Sequence[Leaves], first: int, last: int
    ) -> Mapping[Leaves, tuple[Interval, ...]]:
        if self.away:
            raise Unavailable("Prometheus did not answer")
        self.asked.append((len(asked), first, last))
        strata = (self.says,) if self.says else None
        return {
            leaves: tuple(Interval(index, strata, why="unseen") for index in range(first, last + 1))
            for leaves in asked
        }


def a_stamp(number: int = 0, since: int = 101, settled: int | None = 102) -> Stamp:
    begun = Evidence.begin(POLICY.specs(), POLICY.confidence(), 0.5)
    return Stamp(
        uid=f"u{number}",
        id="r1",
        stable=f"v1-{number}",
        canary=f"v2-{number}",
        phase=Phase.PROGRESSING,
        step=1,
        total=1000,
        policy=POLICY,
        since=since,
        settled=settled,
        checkpoint=begun.checkpoint(),
    )


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
    source.says = None
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
