"""What was stored is told at last, in order and once, for few requests; and nothing waits for it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from canary.cluster import records
from canary.cluster.client import Cluster
from canary.daemon.archive import kept
from canary.daemon.controller import Eyes
from canary.daemon.grid import Grid
from canary.daemon.hands import Hands
from canary.daemon.objects import Copy, Objects
from canary.daemon.policies import Policies
from canary.daemon.scribe import GRACE, LONGEST, MOST, Scribe
from canary.daemon.teller import Teller
from canary.errors import CanaryError, Invalid, Stalled, Unavailable
from canary.rollout.policy import HISTORY
from canary.rollout.record import Record, Status
from canary.rollout.record.naming import sealed
from canary.rollout.snapshot import Decision
from canary.rollout.stamp import Stamp
from canary.sim.server import ApiServer
from canary.sim.store import Store
from canary.terms import Phase
from tests.cluster.clocks import JumpingClock
from tests.daemon.test_starting import Inline
from tests.rollout.builders import (
    CANARY,
    STABLE,
    a_policy,
    a_route,
    a_snapshot,
    a_stamp,
    a_waiting_stamp,
    an_ended_stamp,
)
from tests.sim.apiserver.setup import with_definitions

RECORDS, NAMESPACE = "canaryrollouts.canary.delivery", "ns"
RECORD, EVENT = "record", "event"


class Balky:
    """A connection that counts its calls, and refuses all of them while it is told to."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.refuses: CanaryError | None = None
        self.calls: list[str] = []

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:  # noqa: ANN401
            self.calls.append(EVENT if verb == "create" and arguments[0].kind == "Event" else RECORD)
            if self.refuses:
                raise self.refuses
            return getattr(self._cluster, verb)(*arguments)

        return call


class Stage:
    """A scribe beside an in-memory API server, and a rollout whose stamps are made up."""

    def __init__(self, folder: Path, server: ApiServer, store: Store) -> None:
        self.store = store
        cluster = Cluster.connect(str(server.kubeconfig(folder / "kubeconfig", "canary")))
        self.server, self.clock = Balky(cluster), JumpingClock(1)
        self.copy = Copy(cluster, lambda _name: None, "", "cluster.local")
        self.again: list[float] = []
        self.scribe = self.a_scribe(folder)
        self.refresh()

    def a_scribe(self, folder: Path) -> Scribe:
        policies = Policies(folder, lambda _file, _error: None)
        grid = Grid(self.clock, timedelta(seconds=1))
        nothing: Any = None
        eyes = Eyes(self.copy, nothing, nothing, nothing, policies, grid, self.clock)
        hands = Hands(cast("Cluster", self.server), Inline("tellers", []))
        return Scribe(eyes, hands, Teller(), lambda _name, seconds: self.again.append(seconds))

    def refresh(self) -> None:
        """The copy sees what was written."""
        for reflector in self.copy.reflectors:
            reflector.refresh()

    def store_(self, *stamps: Stamp, before: Stamp | None = None) -> Stamp | None:
        """The daemon has stored these, one after the other."""
        for stamp in stamps:
            seen = replace(a_snapshot(), stamp=before)
            self.scribe.stored(seen, Decision(stamp.reason, stamp.message, stamp=stamp), stamp)
            before = stamp
        return before

    def look(self, stamp: Stamp) -> None:
        seen = a_snapshot(stamp=stamp)
        self.scribe.looked(seen, Objects(seen.route, {}, "", (), tuple(self.copy.records(seen.route))))

    def after(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.scribe.retry()

    def records(self) -> list[Record]:
        return [records.read(raw) for raw in self.store.list(RECORDS)]

    def told(self) -> list[str]:
        """The marks of all that the only record tells."""
        (record,) = self.records()
        return [entry.write for entry in status_of(record).decisions]


def status_of(record: Record) -> Status:
    assert record.status is not None
    return record.status


def a_write(number: int, **changes: object) -> Stamp:
    return a_stamp(**{"write": f"{number:08x}", "message": f"decision {number}", **changes})


def marks(*numbers: int) -> list[str]:
    return [f"{number:08x}" for number in numbers]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    store = with_definitions(Store())
    store.create("namespaces", {"metadata": {"name": NAMESPACE}})
    with ApiServer(store) as server:
        yield Stage(tmp_path, server, store)


def test_each_change_is_told_in_order_for_one_or_two_requests_and_an_event(stage: Stage) -> None:
    stage.store_(*(a_write(number) for number in range(1, 6)))
    assert stage.told() == marks(1, 2, 3, 4, 5)
    assert (stage.server.calls.count(RECORD), stage.server.calls.count(EVENT)) == (2 + 4, 5)
    assert len(stage.store.list("events")) == 5


def test_what_was_refused_for_a_while_is_told_once_it_is_not(stage: Stage) -> None:
    stage.server.refuses = Unavailable("the API server is away")
    stage.store_(*(a_write(number) for number in range(1, 21)))
    for _ in range(60):
        stage.after(1.0)
    tries = stage.server.calls.count(RECORD)
    assert 3 <= tries <= 10, "it backs off"
    stage.server.refuses = None
    stage.after(LONGEST)
    assert stage.told() == marks(*range(1, 21))
    assert stage.server.calls.count(RECORD) == tries + 2


def test_a_right_that_is_missing_for_a_moment_loses_nothing_and_one_that_stays_so_is_not_asked_for(
    stage: Stage,
) -> None:
    stage.server.refuses = Stalled("we may not")
    stage.store_(a_write(1))
    stage.after(1)
    stage.server.refuses = None
    stage.after(LONGEST)
    assert stage.told() == marks(1)
    stage.server.refuses = Stalled("we may not")
    stage.server.calls.clear()
    stage.store_(a_write(2), before=a_write(1))
    for _ in range(100):
        stage.after(LONGEST)
        stage.look(a_write(2))
    assert stage.server.calls.count(RECORD) <= 8


def test_an_answer_that_was_lost_tells_nothing_twice(stage: Stage) -> None:
    stage.store_(a_write(1))
    stage.refresh()
    other = stage.a_scribe(Path())
    seen = replace(a_snapshot(), stamp=None)
    for scribe in (stage.scribe, other):
        scribe.stored(seen, Decision("Baking", "twice", stamp=a_write(2)), a_write(2))
    assert stage.told() == marks(1, 2)
    assert len(stage.store.list("events")) == 2


def test_a_stamp_that_nobody_came_to_tell_is_told_at_a_look_once_others_had_their_time(stage: Stage) -> None:
    stage.look(a_write(7))
    stage.look(a_write(7))
    assert (stage.server.calls, stage.again) == ([], [GRACE])
    stage.clock.advance(GRACE)
    stage.look(a_write(7))
    assert stage.told() == marks(7)
    (entry,) = status_of(stage.records()[0]).decisions
    assert (entry.rule, entry.phase, entry.reason) == ("", Phase.PROGRESSING, "Baking")


def test_what_the_daemon_before_us_stored_last_is_told_before_our_first(stage: Stage) -> None:
    stage.store_(a_write(2), before=a_write(1))
    assert stage.told() == marks(1, 2)


def test_a_quiet_rollout_costs_no_request(stage: Stage) -> None:
    stage.store_(a_write(1))
    stage.refresh()
    stage.server.calls.clear()
    again = stage.a_scribe(Path())
    for _ in range(20):
        for scribe in (stage.scribe, again):
            seen = a_snapshot(stamp=a_write(1))
            scribe.looked(seen, Objects(seen.route, {}, "", (), tuple(stage.copy.records(seen.route))))
            stage.after(10)
    assert stage.server.calls == []


def test_a_record_that_was_deleted_by_hand_is_made_again_at_the_next_change(stage: Stage) -> None:
    stage.store_(a_write(1))
    stage.store.delete(RECORDS, NAMESPACE, stage.records()[0].name)
    stage.store_(a_write(2), before=a_write(1))
    assert stage.told() == marks(2)


def test_a_record_that_was_edited_by_hand_is_mended_at_the_next_change(stage: Stage) -> None:
    stage.store_(a_write(1))
    (record,) = stage.records()
    stage.store.patch(RECORDS, NAMESPACE, record.name, {"spec": {"canary": "api-v9", "id": "b7"}})
    stage.store_(a_write(2), before=a_write(1))
    (mended,) = stage.records()
    assert (mended.spec, stage.told()) == (record.spec, marks(1, 2))
    assert sealed(mended.spec, mended.status)
    assert status_of(mended).observed_generation == mended.generation == 3


def test_every_attempt_has_its_record_and_one_left_behind_is_closed(stage: Stage) -> None:
    left = stage.store_(a_write(1))
    stage.refresh()
    stage.store_(a_waiting_stamp(attempt=2, write="2", reason="CanaryChanged"), before=left)
    first, second = sorted(stage.records(), key=lambda record: record.spec.attempt)
    assert (status_of(first).phase, status_of(first).reason) == (Phase.SUPERSEDED, "CanaryChanged")
    assert status_of(second).phase is Phase.WAITING


def test_only_the_newest_records_are_kept(stage: Stage) -> None:
    for number in range(1, HISTORY + 5):
        stage.store_(an_ended_stamp(id=f"r{number:02}", write=str(number)))
        stage.refresh()
    kept = sorted(record.spec.id for record in stage.records())
    assert kept == [f"r{number:02}" for number in range(5, HISTORY + 5)]


def test_a_policy_says_how_many_are_kept() -> None:
    assert (kept(None), kept(a_policy(history=3))) == (HISTORY, 3)


def test_an_event_says_whether_somebody_should_look_and_says_nothing_twice_in_a_row(stage: Stage) -> None:
    failed = an_ended_stamp(write="3", reason="GateFailed", message="161:1 against the canary")
    stage.store_(a_write(1), a_write(2, message="decision 1"), failed)
    told = [(event["type"], event["reason"]) for event in stage.store.list("events")]
    assert sorted(told) == [("Normal", "Baking"), ("Warning", "GateFailed")]
    about = stage.store.list("events")[0]["involvedObject"]
    assert (about["kind"], about["name"]) == ("TrafficSplit", "api-split")


def test_a_cluster_without_records_is_asked_for_none_and_that_is_said_once(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.store.delete("customresourcedefinitions.apiextensions.k8s.io", "", RECORDS)
    stage.refresh()
    assert stage.copy.synced
    for number in range(1, 6):
        stage.store_(a_write(number))
        stage.look(a_write(number))
        stage.after(GRACE)
    assert stage.server.calls.count(RECORD) == 0
    assert capsys.readouterr().out.count("kubectl apply -f deploy/base/crd.yaml") == 1
    assert len(stage.store.list("events")) == 5


def test_a_record_that_nobody_can_read_any_more_is_left_alone_until_the_next_change(stage: Stage) -> None:
    stage.server.refuses = Invalid("it is no record")
    stage.store_(a_write(1))
    for _ in range(20):
        stage.look(a_write(1))
        stage.after(LONGEST)
    assert stage.server.calls.count(RECORD) == 1
    stage.server.refuses = None
    stage.store_(a_write(2), before=a_write(1))
    assert stage.told() == marks(2)


def test_a_right_to_read_them_that_is_missing_stops_nothing_either(stage: Stage) -> None:
    reflector = stage.copy.reflectors[-1]
    reflector.synced, reflector.trouble = False, Stalled("we may not list canaryrollouts")
    assert (stage.copy.recalls, stage.copy.without_records) == (True, "we may not list canaryrollouts")


def test_records_that_cannot_be_listed_hold_up_nobody_but_routes_without_a_stamp(stage: Stage) -> None:
    reflector = stage.copy.reflectors[-1]
    reflector.synced, reflector.trouble = False, Unavailable("the answer broke off")
    assert stage.copy.synced
    weights = {STABLE: 900, CANARY: 100}
    assert stage.copy.about(a_route(weights, {"state": a_stamp().render()})).complete
    assert not stage.copy.about(a_route(weights)).complete


def test_what_waits_to_be_told_has_an_end(stage: Stage) -> None:
    stage.server.refuses = Unavailable("the API server is away")
    seen, stamp = replace(a_snapshot(), stamp=None), a_write(1)
    for number in range(MOST + 50):
        another = replace(seen, route=replace(seen.route, name=f"split-{number}"))
        stage.scribe.stored(another, Decision("Baking", "", stamp=stamp), stamp)
    stage.server.calls.clear()
    stage.after(LONGEST)
    assert stage.server.calls.count(RECORD) == MOST
