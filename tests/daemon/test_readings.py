"""Metric gates' numbers: what is asked when, and what is remembered of what was not answered."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from canary.daemon.policies import Policies
from canary.daemon.readings import NO_METER, PAUSE, Meter, Readings
from canary.errors import Unavailable
from canary.metrics.source import Points
from canary.rollout.reading import Reading
from canary.rollout.stamp import Stamp
from tests.daemon.scripted import a_stamp

FILE = """
apiVersion: canary.delivery/v1alpha1
kind: RolloutPolicy
metadata: {name: p}
spec:
  steps: [{share: 10%}, {share: 50%}]
  gates:
    - {kind: errors}
    - {kind: metric, name: depth, query: 'depth{app="{{canary}}", ns="{{namespace}}", r="{{route}}"}', max: 9, of: 4}
"""
NAME = ("ns", "split")
ONE = Points((1.0,))


@dataclass
class Scripted:
    """Answers every query alike, and keeps jobs until they are run."""

    says: Points = ONE
    breaks: Exception | None = None
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    jobs: list[Callable[[], None]] = field(default_factory=list)

    def points(self, query: str, first: int, last: int) -> Points:
        self.asked.append((query, first, last))
        if self.breaks:
            raise self.breaks
        return self.says

    def submit(self, job: Callable[[], None]) -> None:
        self.jobs.append(job)

    def run(self) -> None:
        while self.jobs:
            self.jobs.pop(0)()


@dataclass
class Stage:
    """One rollout with one metric, settled in interval 102."""

    folder: Path
    script: Scripted = field(default_factory=Scripted)
    bugs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.file = self.folder / "p.yaml"
        self.file.write_text(FILE)
        self.policies = Policies(self.folder, lambda _file, _error: None)
        self.policies.reload()
        self.readings = Readings(Meter(self.script, self.script), self.policies, self.bugs.append)

    def stamp(self, number: int = 0, settled: int | None = 102) -> Stamp:
        return a_stamp(number, settled=settled, policy=self.policies.find("p")[0])

    def tick(self, stamp: Stamp, *ticks: int) -> Reading | None:
        for last in ticks:
            self.readings.tick([(NAME, stamp)], last)
            self.script.run()
        return self.readings.of(stamp).get("depth")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_the_last_points_since_the_step_settled_are_asked_for(stage: Stage) -> None:
    query = 'depth{app="v2-0", ns="ns", r="split"}'
    stage.tick(stage.stamp(), 103, 104, 106, 120)
    assert stage.script.asked == [(query, 102, 102), (query, 102, 104), (query, 115, 118)]


def test_nothing_is_asked_before_the_step_has_settled(stage: Stage) -> None:
    assert stage.tick(stage.stamp(settled=None), 110) is None
    assert stage.tick(stage.stamp(settled=109), 110) is None
    assert stage.script.asked == []


def test_what_was_answered_is_published_about_that_step_alone(stage: Stage) -> None:
    stage.script.says = Points((1.0, 2.0, 3.0))
    stamp = stage.stamp()
    assert stage.tick(stamp, 106) == Reading(102, (1.0, 2.0, 3.0))
    assert stage.readings.of(stamp.but(step=2)) == {}
    stage.readings.tick([], 107)
    assert stage.readings.of(stamp) == {}


def test_a_policy_without_metrics_asks_nothing(stage: Stage) -> None:
    stage.readings.tick([(NAME, a_stamp())], 110)
    assert stage.script.jobs == []


def test_a_gate_is_asked_about_once_at_a_time(stage: Stage) -> None:
    stamp = stage.stamp()
    for last in (110, 111, 112):
        stage.readings.tick([(NAME, stamp)], last)
    assert len(stage.script.jobs) == 1
    stage.script.run()
    stage.tick(stamp, 113)
    assert [last for _, _, last in stage.script.asked] == [108, 111]


def test_a_query_that_hangs_keeps_only_its_own_gate_waiting(stage: Stage) -> None:
    mine, other = stage.stamp(), stage.stamp(number=1)
    stage.readings.tick([(NAME, mine), (NAME, other)], 110)
    _hanging, job = stage.script.jobs
    job()
    assert stage.readings.of(mine) == {}
    assert stage.readings.of(other).keys() == {"depth"}


def test_a_query_that_is_not_answered_is_asked_again_ever_later(stage: Stage) -> None:
    stage.script.breaks = Unavailable("Prometheus answered 422")
    reading = stage.tick(stage.stamp(), *range(110, 170))
    assert [last + 2 for _, _, last in stage.script.asked] == [110, 112, 115, 120, 129, 142, 155, 168]
    assert reading == Reading(163, (), "Prometheus answered 422", unknown_since=110)
    stage.script.breaks = None
    assert stage.tick(stage.stamp(), 168 + PAUSE, 169 + PAUSE) == Reading(164 + PAUSE, (1.0,))
    assert stage.script.asked[-1][2] == 167 + PAUSE


def test_it_is_remembered_since_when_something_is_unknown(stage: Stage) -> None:
    stage.script.says = Points((1.0, None), "it answers NaN")
    first = stage.tick(stage.stamp(), 110, 111, 112)
    assert first is not None
    assert (first.unknown_since, first.why, first.unknown_for(115)) == (110, "it answers NaN", 5)
    stage.script.says = Points((1.0, 1.0))
    assert stage.tick(stage.stamp(), 113) == Reading(108, (1.0, 1.0))


def test_while_the_source_is_away_nothing_is_held_against_the_rollout(stage: Stage) -> None:
    stage.script.breaks = Unavailable("away")
    stage.tick(stage.stamp(), 110)
    stage.readings.forget()
    again = stage.tick(stage.stamp(), 200)
    assert again is not None
    assert again.unknown_since == 200


def test_what_breaks_is_told_as_a_bug_and_stops_nothing(stage: Stage) -> None:
    stage.script.breaks = KeyError("x")
    stage.tick(stage.stamp(), 110, 111)
    assert stage.bugs == ["metric", "metric"]


def test_where_no_prometheus_is_asked_a_metric_is_unknown(stage: Stage) -> None:
    readings, stamp = Readings(NO_METER, stage.policies, stage.bugs.append), stage.stamp()
    readings.tick([(NAME, stamp)], 110)
    assert readings.of(stamp)["depth"].why.startswith("only a Prometheus answers queries")


def test_a_changed_file_changes_no_query_of_a_rollout_under_way(stage: Stage) -> None:
    stamp = stage.stamp()
    for text in (FILE.replace("depth{", "height{"), "broken: ["):
        stage.file.write_text(text)
        stage.policies.reload()
    stage.file.unlink()
    stage.policies.reload()
    stage.tick(stamp, 110)
    assert [query[:6] for query, _, _ in stage.script.asked] == ["depth{"]


def test_a_query_that_changed_while_no_daemon_was_there_is_unknown_with_what_to_do(stage: Stage) -> None:
    stamp = stage.stamp()
    stage.file.write_text(FILE.replace("depth{", "height{"))
    policies = Policies(stage.folder, lambda _file, _error: None)
    policies.reload()
    readings = Readings(Meter(stage.script, stage.script), policies, stage.bugs.append)
    readings.tick([(NAME, stamp)], 110)
    stage.script.run()
    found = readings.of(stamp)["depth"]
    assert set(found.values) == {None}
    assert "is in no policy file that was read since the daemon started: put the query back" in found.why
    assert stage.script.asked == []


def test_queries_are_kept_but_not_without_end(tmp_path: Path) -> None:
    policies, keys = Policies(tmp_path, lambda _file, _error: None, room=3), list[str]()
    for number in (0, 1, 2, 0, 3):
        (tmp_path / "p.yaml").write_text(FILE.replace("depth{", f"depth{number}{{"))
        policies.reload()
        found, _ = policies.find("p")
        keys += [gate.key for gate in found.metrics] if found else []
    assert [policies.query(key) is not None for key in keys] == [True, False, True, True, True]
