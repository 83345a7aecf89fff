"""A start as the controller carries it out: the past is read once and beside everything else, then it is observed freshly."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from canary.cluster.client import Cluster
from canary.cluster.kinds import Kind
from canary.cluster.objects import Listing, Raw
from canary.cluster.patch import RoutePatch
from canary.cluster.views import SERVICE_NAME
from canary.daemon.controller import Controller, Eyes
from canary.daemon.folds import Folds
from canary.daemon.grid import Grid
from canary.daemon.hands import Hands
from canary.daemon.history import History
from canary.daemon.objects import Copy, Objects
from canary.daemon.pasts import Pasts
from canary.daemon.policies import Policies
from canary.daemon.readings import NO_METER, Readings
from canary.daemon.shelf import Name
from canary.daemon.teller import Teller
from canary.daemon.voices import Voices
from canary.rollout.snapshot import Leaf
from canary.rollout.stamp import Stamp, read
from canary.terms import Phase, Word
from tests.cluster.clocks import JumpingClock
from tests.daemon.scripted import Counters, Mute
from tests.rollout.builders import CANARY, STABLE, a_route

POLICY = """
apiVersion: canary.delivery/v1alpha1
kind: RolloutPolicy
metadata: {name: mine}
spec:
  steps: [{share: 10%}, {share: 50%}]
  gates: [{kind: errors}, {kind: latency}]
  pin: none
"""
NAME: Name = ("ns", "api-split")


@dataclass
class Server:
    """Where both backends have an endpoint; it keeps what is written, and every request."""

    log: list[str]
    written: list[RoutePatch] = field(default_factory=list)

    def list(self, kind: Kind, namespace: str, selector: str) -> Listing:
        self.log.append("list")
        slices = (
            {"metadata": {"labels": {SERVICE_NAME: each}}, "endpoints": [{}]} for each in (STABLE, CANARY)
        )
        return Listing(tuple(slices), "1")

    def patch_route(self, patch: RoutePatch) -> Raw:
        self.log.append("try" if patch.dry_run else "write")
        if not patch.dry_run:
            self.written.append(patch)
        return {}


class Asked(Counters):
    """A source that notes in the common log that it was asked; something may happen before it answers."""

    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self._log = log
        self.meanwhile: Callable[[], None] = lambda: None

    def doubts(self, leaves: Any) -> str:  # noqa: ANN401
        self._log.append("past")
        self.meanwhile()
        return super().doubts(leaves)


@dataclass
class Still:
    """A copy of a cluster in which nothing changes."""

    objects: Objects
    synced: bool = True

    def read(self, name: Name) -> Objects:
        return self.objects


@dataclass
class Inline:
    """Runs jobs at once and notes on which pool."""

    pool: str
    log: list[str]

    def submit(self, job: Callable[[], None]) -> None:
        self.log.append(self.pool)
        job()


@dataclass
class Stage:
    """
    A controller on a route at 650/350 that asks for `a1`: its first rung is less than it has.

    Attributes:
        log: pools, requests and questions, in order.
    """

    folder: Path
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source, self.server = Asked(self.log), Server(self.log)
        route = a_route({STABLE: 650, CANARY: 350}, {"policy": "mine", "rollout": "a1"})
        leaves = {service: Leaf(ready=1) for service in (STABLE, CANARY)}
        (self.folder / "mine.yaml").write_text(POLICY)
        self.policies = Policies(self.folder, lambda _file, _error: None)
        self.policies.reload()
        unit, self.clock = timedelta(seconds=5), JumpingClock(1)
        grid = Grid(self.clock, unit)
        self.copy = Still(Objects(route, leaves, "", ()))
        pasts = Pasts(History(self.source), Inline("reader", self.log), grid, self.clock)
        eyes = Eyes(
            cast("Copy", self.copy),
            Folds(self.source, unit),
            Readings(NO_METER, self.policies, print),
            pasts,
            self.policies,
            grid,
            self.clock,
        )
        cluster = cast("Cluster", self.server)
        usual, urgent = (Hands(cluster, Inline(pool, self.log)) for pool in ("usual", "urgent"))
        self.controller = Controller(eyes, usual, urgent, Voices(Teller(), Mute()), self._later)

    def _later(self, _name: Name, seconds: float) -> None:
        self.log.append(f"again in {seconds:g} s")

    def look(self) -> None:
        """Look, and let the copy see what was written then: while it waits, the stamp alone."""
        self.controller.look(NAME)
        route, key = self.copy.objects.route, Word.STATE.key
        for patch in self.server.written[-1:]:
            annotations = {**route.annotations, key: patch.body["metadata"]["annotations"][key]}
            route = replace(route, annotations=annotations, version=str(len(self.server.written) + 1))
            self.copy.objects = replace(self.copy.objects, route=route)

    def looked(self) -> Stamp:
        """What is stored after a look."""
        self.controller.look(NAME)
        found = read(self.server.written[-1].body["metadata"]["annotations"][Word.STATE.key])
        assert isinstance(found, Stamp)
        return found


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_the_past_is_asked_once_and_the_cluster_no_more_than_without(stage: Stage) -> None:
    stage.source.past = {50.0: 0.4, 100.0: 0.05, 200.0: 0.008}
    stamp = stage.looked()
    assert stage.log == ["reader", "past", "usual", "list", "try", "write"]
    assert (stamp.phase, stamp.bounds) == (Phase.PROGRESSING, stage.source.past)
    assert "learned from 1h of its traffic" in stamp.message


def test_proxies_that_are_counted_twice_refuse_it_and_no_weight_is_written(stage: Stage) -> None:
    stage.source.doubt = "two jobs scrape the same proxies"
    stamp = stage.looked()
    assert stage.log == ["reader", "past", "usual", "list", "write"]
    assert (stamp.phase, stamp.reason) == (Phase.REJECTED, "ScrapedTwice")
    assert "spec" not in stage.server.written[-1].body


def test_while_the_source_is_away_it_waits_keeps_what_it_has_and_asks_again_soon(stage: Stage) -> None:
    stage.source.away = True
    stamp = stage.looked()
    assert stage.log == ["reader", "past", "again in 5 s", "usual", "list", "write"]
    assert (stamp.phase, stamp.reason, stamp.seed) == (Phase.WAITING, "SourceAway", 0.35)
    assert "spec" not in stage.server.written[-1].body


def test_a_canary_that_dies_while_the_past_is_read_loses_its_share_meanwhile(stage: Stage) -> None:
    def dies() -> None:
        dead = {**stage.copy.objects.leaves, CANARY: Leaf(ready=0)}
        stage.copy.objects = replace(stage.copy.objects, leaves=dead)
        stage.controller.look(NAME)

    stage.source.meanwhile = dies
    stage.controller.look(NAME)
    assert stage.log[:3] == ["reader", "past", "urgent"]


def test_looks_while_the_past_is_read_do_not_ask_again(stage: Stage) -> None:
    stage.source.meanwhile = lambda: stage.controller.look(NAME)
    stage.looked()
    assert stage.log.count("reader") == 1


def test_what_was_read_for_another_policy_begins_nothing(stage: Stage) -> None:
    def edited() -> None:
        stage.source.meanwhile = lambda: None
        (stage.folder / "mine.yaml").write_text(POLICY.replace("50%", "40%"))
        stage.policies.reload()

    stage.source.meanwhile = edited
    stamp = stage.looked()
    assert stage.log == ["reader", "past", "reader", "past", "usual", "list", "try", "write"]
    assert stamp.policy is not None
    assert stamp.policy.steps[1].share == 0.4


def test_a_source_that_does_not_answer_is_asked_ever_less_often(stage: Stage) -> None:
    stage.source.away = True
    for _ in range(300):
        stage.look()
        stage.clock.advance(1.0)
    pauses = [entry for entry in stage.log if entry.startswith("again")]
    assert pauses == [f"again in {seconds} s" for seconds in (5, 10, 20, 40, 60, 60, 60, 60)]
    assert stage.log.count("past") == len(pauses)


def test_a_source_that_answers_again_is_believed_at_the_next_question(stage: Stage) -> None:
    stage.source.away = True
    stage.look()
    stage.source.away = False
    stage.clock.advance(4.9)
    assert stage.looked().reason == "SourceAway"
    stage.clock.advance(0.1)
    assert stage.looked().phase is Phase.PROGRESSING


def test_what_is_told_is_what_the_past_lets_happen(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.source.doubt = "two jobs scrape the same proxies"
    stage.controller.look(NAME)
    told = capsys.readouterr().out
    assert "reason=ScrapedTwice" in told
    assert "Started" not in told


def test_nothing_begins_while_nobody_knows_whether_records_tell_of_a_lost_stamp(stage: Stage) -> None:
    stage.copy.objects = replace(stage.copy.objects, complete=False)
    stage.controller.look(NAME)
    assert stage.log == []
