"""From a stored decision to what its record says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from canary.evidence import Arm, Evidence, Interval, Stratum
from canary.rollout.record import DECISIONS_LIMIT, Record, Status, Totals
from canary.rollout.record.naming import sealed
from canary.rollout.record.recalled import glimpse, recall
from canary.rollout.record.telling import News, closed, rebuilt, spec, status, told
from canary.rollout.requests import read
from canary.rollout.rules import decide
from canary.rollout.snapshot import Snapshot
from canary.rollout.stamp import Stamp
from canary.terms import Phase
from tests.rollout.builders import (
    CANARY,
    GO,
    ID,
    NOW,
    STABLE,
    UNIT,
    a_policy,
    a_snapshot,
    a_stamp,
    a_start,
    a_waiting_stamp,
    an_ended_stamp,
)

THEN = datetime(2026, 1, 1, 12, tzinfo=UTC)


def news_of(seen: Snapshot, write: str = "00000002") -> News:
    """What there is to tell once its decision was stored."""
    decision = decide(seen)
    assert decision.stamp is not None
    return told(seen, decision, decision.stamp.but(write=write), THEN)


def a_record(news: News, *more: News, now: datetime = THEN) -> Record:
    """As it is stored with all of it."""
    empty = Record(namespace="ns", name="a1", generation=3, created=THEN, spec=spec(news, None))
    return empty.model_copy(update={"status": status(empty, (news, *more), now)})


def of_stamp(stamp: Stamp) -> News:
    return rebuilt(a_snapshot(stamp=stamp).route, stamp, a_snapshot(stamp=stamp).requests, THEN)


def told_of(record: Record) -> Status:
    assert record.status is not None
    return record.status


def truths(record: Record) -> dict[str, str]:
    return {condition.type: condition.status for condition in told_of(record).conditions}


def test_an_advance_is_told_with_its_evidence_and_weights() -> None:
    evidence = Evidence.begin(a_policy().specs({}, UNIT), a_policy().confidence(), 0.5)
    stratum = Stratum(Arm(100, 3), Arm(300, 2), "shop/web")
    fed = evidence.feed(Interval(NOW - 3, (stratum,)), settled=True)
    news = news_of(a_snapshot(verdict=GO, evidence=fed))
    entry, record = news.entry, a_record(news)
    assert (entry.rule, entry.verdict, entry.phase, entry.step) == (
        "advance",
        "Advance",
        Phase.PROGRESSING,
        3,
    )
    assert (entry.weights_before, entry.weights_after) == (
        {STABLE: 750, CANARY: 250},
        {STABLE: 500, CANARY: 500},
    )
    errors = next(gate for gate in entry.gates if gate.name == "errors")
    assert (errors.canary.bad, errors.canary.of, errors.stable.bad, errors.stable.of) == (3, 100, 2, 300)
    assert errors.against == pytest.approx(fed.accounts[0].purse.evidence, rel=1e-3)
    assert told_of(record).totals == Totals(
        decisions=1, intervals=1, canary_requests=100, stable_requests=300
    )
    assert (told_of(record).share, told_of(record).step, told_of(record).steps) == ("50%", 3, 4)


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        (a_stamp(), ("True", "False", "False", "Unknown")),
        (a_stamp(phase=Phase.PAUSED, paused=True), ("True", "False", "False", "Unknown")),
        (a_stamp(phase=Phase.FAILED_HELD), ("False", "True", "False", "Unknown")),
        (a_stamp(phase=Phase.PAUSED, drifted="kubectl"), ("False", "True", "False", "Unknown")),
        (a_stamp(reason="TooQuiet"), ("False", "True", "False", "Unknown")),
        (an_ended_stamp(Phase.PROMOTED), ("False", "False", "True", "True")),
        (an_ended_stamp(Phase.PROMOTED, drifted="kubectl"), ("False", "True", "False", "True")),
        (an_ended_stamp(Phase.ROLLED_BACK), ("False", "True", "False", "False")),
        (an_ended_stamp(Phase.REJECTED), ("False", "True", "False", "False")),
    ],
)
def test_conditions_are_those_of_kstatus_and_one_for_kubectl_wait(
    stamp: Stamp, expected: tuple[str, ...]
) -> None:
    found = truths(a_record(of_stamp(stamp)))
    assert found == dict(zip(("Reconciling", "Stalled", "Ready", "Succeeded"), expected, strict=True))


def test_a_condition_knows_since_when_it_is_so() -> None:
    record, later = a_record(of_stamp(a_stamp())), THEN + timedelta(minutes=1)
    new = status(record, [of_stamp(an_ended_stamp(Phase.PROMOTED, write="00000002"))], later)
    assert new is not None
    since = {condition.type: condition.last_transition_time for condition in new.conditions}
    assert since == {"Reconciling": later, "Stalled": THEN, "Ready": later, "Succeeded": later}


def test_nothing_is_told_twice_and_the_oldest_go_first() -> None:
    news = [of_stamp(a_stamp(write=f"{number:08x}")) for number in range(DECISIONS_LIMIT + 10)]
    record = a_record(*news)
    assert status(record, news[-3:], THEN) is None
    kept = told_of(record)
    assert [len(kept.decisions), kept.totals.decisions] == [DECISIONS_LIMIT, DECISIONS_LIMIT + 10]
    assert kept.decisions[-1].write == news[-1].stamp.write


def test_evidence_that_was_not_read_again_yet_takes_nothing_from_the_totals() -> None:
    record = a_record(of_stamp(a_stamp()))
    counted = told_of(record).model_copy(
        update={"totals": Totals(decisions=7, intervals=9, canary_requests=100)}
    )
    new = status(record.model_copy(update={"status": counted}), [of_stamp(a_stamp(write="2"))], THEN)
    assert new is not None
    assert new.totals == Totals(decisions=8, intervals=9, canary_requests=100)


def test_who_asked_is_told_for_the_very_request_that_was_acted_on() -> None:
    by_alice = {"requested-by": f"rollout={ID} alice", "reason": "ticket 7"}
    started = news_of(a_start(by_alice))
    assert (started.entry.actor, spec(started, None).requested_by) == ("alice", "alice")
    assert spec(started, None).reason == "ticket 7"
    paused = news_of(a_snapshot({"pause": ID, "requested-by": f"pause={ID} bob"}))
    assert paused.entry.actor == "bob"
    advanced = news_of(a_snapshot({"requested-by": f"rollout={ID} alice"}, verdict=GO))
    assert advanced.entry.actor == "canary"
    assert spec(news_of(a_start({"requested-by": "rollout=another mallory"})), None).requested_by == ""


def test_what_was_asked_stays_when_the_annotations_change() -> None:
    first = spec(news_of(a_start({"requested-by": f"rollout={ID} alice", "reason": "ticket 7"})), None)
    later = replace(of_stamp(a_stamp()), asked=read({}))
    assert (spec(later, first).requested_by, spec(later, first).reason) == ("alice", "ticket 7")


def test_a_promotion_leaves_the_backends_of_its_record_as_they_were() -> None:
    begun = spec(of_stamp(a_stamp()), None)
    promoted = of_stamp(an_ended_stamp(Phase.PROMOTED))
    assert spec(promoted, begun) == begun
    rebuilt_alone = spec(promoted, None)
    assert (rebuilt_alone.stable, rebuilt_alone.canary) == (STABLE, CANARY)


def test_what_a_waiting_attempt_is_about_follows_its_stamp() -> None:
    waiting = spec(of_stamp(a_waiting_stamp(canary="api-v3")), None)
    begun = spec(of_stamp(a_stamp()), waiting)
    assert (waiting.canary, begun.canary, begun.policy) == ("api-v3", CANARY, "quick")
    assert sorted(begun.revisions) == [STABLE, CANARY]


def test_an_attempt_that_another_took_the_place_of_is_closed() -> None:
    record = a_record(of_stamp(a_stamp()))
    next_one = of_stamp(a_waiting_stamp(attempt=2, reason="CanaryChanged", message="another revision"))
    over = record.model_copy(update={"status": closed(record, told_of(record), next_one, THEN)})
    assert (told_of(over).phase, told_of(over).reason) == (Phase.SUPERSEDED, "CanaryChanged")
    assert truths(over)["Succeeded"] == "False"
    assert sealed(over.spec, over.status)


def test_what_is_told_is_believed_until_a_hand_changes_it() -> None:
    record = a_record(of_stamp(a_stamp()))
    known = recall([glimpse(record)])
    assert known is not None
    assert (known.id, known.stable, known.canary, known.edited) == (ID, STABLE, CANARY, False)
    for edited in (
        record.model_copy(
            update={"spec": record.spec.model_copy(update={"canary": STABLE, "stable": CANARY})}
        ),
        record.model_copy(update={"status": told_of(record).model_copy(update={"phase": Phase.PROMOTED})}),
    ):
        found = recall([glimpse(edited)])
        assert found is not None
        assert (found.edited, found.canary) == (True, "")
