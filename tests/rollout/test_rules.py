"""Every rule has a snapshot in which it is the one to answer, and the order of all is the precedence that is promised."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from canary.rollout.reading import Reading
from canary.rollout.requests import digest
from canary.rollout.rules import RULES, decide
from canary.rollout.snapshot import Leaf, Snapshot
from canary.rollout.stamp import Head
from canary.terms import Phase
from tests.rollout.builders import (
    BAD,
    CANARY,
    GO,
    NOW,
    QUIET,
    STABLE,
    UID,
    a_leaf,
    a_pin,
    a_policy,
    a_snapshot,
    a_stamp,
    a_start,
    a_waiting_stamp,
    an_ended_stamp,
    leaves,
    with_approval,
)

METRIC = {"kind": "metric", "name": "queue-depth", "query": "depth", "max": 1}
METERED = a_stamp(policy=a_policy(gates=[{"kind": "errors"}, METRIC]))


def with_metric(
    reading: Reading | None,
    words: Mapping[str, str] | None = None,
    **changes: Any,  # noqa: ANN401
) -> Snapshot:
    """A rollout with a metric gate, of which this was read."""
    there = a_snapshot(words, stamp=METERED, metrics={"queue-depth": reading} if reading else {})
    return replace(there, **changes)


CASES: dict[str, Callable[[], Snapshot]] = {
    "terminating": lambda: a_snapshot(route={"terminating": True}),
    "unmanaged": lambda: a_start({"policy": None}),
    "aborted": lambda: a_snapshot({"abort": "a1"}),
    "stamp_lost": lambda: a_start(lost="the stamp cannot be read"),
    "stamp_is_newer": lambda: a_start(newer=Head(v=2, uid=UID, id="a1", stable=STABLE, canary=CANARY)),
    "stable_gone": lambda: a_snapshot(weights={"other": 900, CANARY: 100}),
    "canary_gone": lambda: a_snapshot(leaves=leaves(canary=Leaf(exists=False))),
    "superseded": lambda: a_snapshot({"rollout": "a2"}),
    "canary_changed": lambda: a_snapshot(leaves=leaves(canary=a_leaf(CANARY, revision="8"))),
    "canary_not_ready": lambda: a_snapshot(leaves=leaves(canary=a_leaf(CANARY, 0))),
    "gate_failed": lambda: a_snapshot(verdict=BAD),
    "canary_unreachable": lambda: a_snapshot(missing=600.0),
    "metric_failed": lambda: with_metric(Reading(NOW - 4, (2.0, 2.0, 2.0))),
    "metric_overdue": lambda: with_metric(Reading(NOW - 2, (), "none", unknown_since=NOW - 600)),
    "metric_unknown": lambda: with_metric(Reading(NOW - 2, (), "none"), verdict=GO),
    "metric_awaited": lambda: with_metric(None, verdict=GO),
    "raised_by_others": lambda: a_snapshot(weights={STABLE: 500, CANARY: 500}),
    "overdue": lambda: a_snapshot(unknown_for=600),
    "undone": lambda: a_snapshot({"undo": "a1"}, stamp=an_ended_stamp(Phase.PROMOTED)),
    "retried": lambda: a_snapshot({"retry": "a1"}, stamp=an_ended_stamp()),
    "raised_after_the_end": lambda: a_snapshot(weights={STABLE: 900, CANARY: 100}, stamp=an_ended_stamp()),
    "drifted_after_promotion": lambda: a_snapshot(
        weights={STABLE: 100, CANARY: 900}, stamp=an_ended_stamp(Phase.PROMOTED)
    ),
    "moot": lambda: a_snapshot({"resume": "a1"}),
    "seen_in_the_mesh": lambda: a_snapshot(stamp=an_ended_stamp(settled=None)),
    "ended": lambda: a_snapshot(stamp=an_ended_stamp()),
    "idle": lambda: a_start({"rollout": None}),
    "resumed": lambda: a_snapshot({"resume": "a1"}, stamp=a_stamp(phase=Phase.PAUSED, paused=True)),
    "pausing": lambda: a_snapshot({"pause": "a1"}),
    "refused_by_abort": lambda: a_start({"abort": "a1"}),
    "rejected": lambda: a_start(policy=None),
    "waiting_to_start": lambda: a_start(leaves=leaves(canary=a_leaf(CANARY, 0))),
    "begins": a_start,
    "drifting": lambda: a_snapshot(weights={STABLE: 900, CANARY: 100}),
    "resting": lambda: a_snapshot(stamp=a_stamp(phase=Phase.PAUSED, paused=True), verdict=GO),
    "withdrawn": lambda: a_snapshot({"rollout": None}, verdict=GO),
    "workload_unclear": lambda: a_snapshot(leaves=leaves(stable=a_leaf(STABLE, observed=False)), verdict=GO),
    "stable_changed": lambda: a_snapshot(leaves=leaves(stable=a_leaf(STABLE, revision="8")), verdict=GO),
    "stable_shrunk": lambda: a_snapshot(leaves=leaves(stable=a_leaf(STABLE, 1)), verdict=GO),
    "unsettled": lambda: a_snapshot(mesh="smi-adaptor is not reconciling", verdict=GO),
    "too_little_capacity": lambda: a_snapshot(
        stamp=a_stamp(policy=a_policy(capacity="200%")), leaves=leaves(canary=a_leaf(CANARY, 3)), verdict=GO
    ),
    "source_away": lambda: a_snapshot(source_away="Prometheus does not answer", verdict=GO),
    "evidence_unread": lambda: a_snapshot(evidence=None, verdict=None),
    "returned": lambda: a_snapshot(stamp=a_stamp(gap=NOW - 3, gaps=1)),
    "promoted_by_request": lambda: a_snapshot({"promote": "a1"}),
    "approving": lambda: a_snapshot({"approve": "a1:3"}),
    "window_shut": lambda: a_snapshot(shut="no window is open until Monday", verdict=GO),
    "baking": a_snapshot,
    "too_quiet": lambda: a_snapshot(verdict=QUIET),
    "approval_missing": lambda: a_snapshot(stamp=a_stamp(policy=with_approval(0.5)), verdict=GO),
    "advance": lambda: a_snapshot(verdict=GO),
}


def test_there_is_a_case_for_every_rule() -> None:
    assert set(CASES) == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize("name", CASES)
def test_each_rule_answers_to_its_case(name: str) -> None:
    assert decide(CASES[name]()).rule == name


@pytest.mark.parametrize("name", CASES)
def test_each_answer_has_a_reason_and_a_sentence(name: str) -> None:
    decision = decide(CASES[name]())
    assert decision.reason.isidentifier()
    assert decision.reason[0].isupper()
    assert decision.message


ABORT, PAUSE, PROMOTE, APPROVE = {"abort": "a1"}, {"pause": "a1"}, {"promote": "a1"}, {"approve": "a1:3"}

PRECEDENCE: tuple[tuple[str, Snapshot, str], ...] = (
    ("abort before a failed gate", a_snapshot(ABORT, verdict=BAD), "aborted"),
    ("abort before a canary that is gone", a_snapshot(ABORT, leaves=leaves(canary=Leaf(exists=False))), "aborted"),
    ("abort before another rollout", a_snapshot(ABORT | {"rollout": "a2"}), "aborted"),
    ("abort before pause, promote and approve", a_snapshot(ABORT | PAUSE | PROMOTE | APPROVE), "aborted"),
    ("abort before foreign weights", a_snapshot(ABORT, {STABLE: 0, CANARY: 0}), "aborted"),
    ("abort while paused", a_snapshot(ABORT, stamp=a_stamp(phase=Phase.PAUSED, paused=True)), "aborted"),
    ("abort while drifted", a_snapshot(ABORT, stamp=a_stamp(phase=Phase.PAUSED, drifted="x")), "aborted"),
    ("abort while held", a_snapshot(ABORT, stamp=a_stamp(phase=Phase.FAILED_HELD), verdict=BAD), "aborted"),
    ("abort while it waits", a_snapshot(ABORT, stamp=a_waiting_stamp()), "aborted"),
    ("abort while it bakes", a_snapshot(ABORT, stamp=a_stamp(phase=Phase.BAKING, step=4)), "aborted"),
    ("abort while the source is away", a_snapshot(ABORT, source_away="away", verdict=None), "aborted"),
    ("abort without a policy", a_snapshot(ABORT | {"policy": None}, policy=None), "aborted"),
    ("abort among unknown words", a_snapshot(ABORT | {"speed": "fast", "pause": "!!"}), "aborted"),
    ("abort on weights nobody can read", a_snapshot(ABORT, {STABLE: 900, CANARY: -5}), "aborted"),
    ("gone before superseded", a_snapshot({"rollout": "a2"}, leaves=leaves(canary=Leaf(exists=False))), "canary_gone"),
    ("superseded before changed", a_snapshot({"rollout": "a2"}, leaves=leaves(canary=a_leaf(CANARY, revision="8"))), "superseded"),
    ("changed before not ready", a_snapshot(leaves=leaves(canary=a_leaf(CANARY, 0, revision="8"))), "canary_changed"),
    ("not ready before a failed gate", a_snapshot(verdict=BAD, leaves=leaves(canary=a_leaf(CANARY, 0))), "canary_not_ready"),
    ("a failed gate before nobody reaching it", a_snapshot(verdict=BAD, missing=600.0), "gate_failed"),
    ("nobody reaching it while paused", a_snapshot(stamp=a_stamp(phase=Phase.PAUSED, paused=True), missing=600.0), "canary_unreachable"),
    ("a failed gate before foreign weights", a_snapshot(None, {STABLE: 0, CANARY: 1000}, verdict=BAD), "gate_failed"),
    ("foreign weights before the deadline", a_snapshot(None, {STABLE: 0, CANARY: 1000}, unknown_for=9999), "raised_by_others"),
    ("a failed gate before pause", a_snapshot(PAUSE, verdict=BAD), "gate_failed"),
    ("a failed gate before promote", a_snapshot(PROMOTE, verdict=BAD), "gate_failed"),
    ("a failed gate while paused", a_snapshot(stamp=a_stamp(phase=Phase.PAUSED, paused=True), verdict=BAD), "gate_failed"),
    ("a failed gate while drifted", a_snapshot(stamp=a_stamp(phase=Phase.PAUSED, drifted="x"), verdict=BAD), "gate_failed"),
    ("a failed gate awaiting approval", a_snapshot(stamp=a_stamp(phase=Phase.AWAITING_APPROVAL), verdict=BAD), "gate_failed"),
    ("a failed gate without a wish", a_snapshot({"rollout": None}, verdict=BAD), "gate_failed"),
    ("a failed gate among unknown words", a_snapshot({"speed": "fast"}, verdict=BAD), "gate_failed"),
    ("a failed gate while stable is another", a_snapshot(verdict=BAD, leaves=leaves(stable=a_leaf(STABLE, revision="8"))), "gate_failed"),
    ("a failed gate while unsettled", a_snapshot(verdict=BAD, mesh="not reconciling"), "gate_failed"),
    ("a failed gate while the source is away", a_snapshot(verdict=BAD, source_away="away"), "gate_failed"),
    ("not ready while paused", a_snapshot(stamp=a_stamp(phase=Phase.PAUSED, paused=True), leaves=leaves(canary=a_leaf(CANARY, 0))), "canary_not_ready"),
    ("changed while paused", a_snapshot(stamp=a_stamp(phase=Phase.PAUSED, paused=True), leaves=leaves(canary=a_leaf(CANARY, revision="8"))), "canary_changed"),
    ("superseded while paused", a_snapshot({"rollout": "a2"}, stamp=a_stamp(phase=Phase.PAUSED, paused=True)), "superseded"),
    ("the deadline before pause", a_snapshot(PAUSE, stamp=a_stamp(spent=6 * 3600)), "overdue"),
    ("pause before promote", a_snapshot(PAUSE | PROMOTE | APPROVE), "pausing"),
    ("paused before promote", a_snapshot(PROMOTE, stamp=a_stamp(phase=Phase.PAUSED, paused=True)), "resting"),
    ("promote before approve", a_snapshot(PROMOTE | APPROVE), "promoted_by_request"),
    ("a failed gate while no window is open", a_snapshot(verdict=BAD, shut="shut"), "gate_failed"),
    ("promote before a window that is shut", a_snapshot(PROMOTE, shut="shut"), "promoted_by_request"),
    ("a window that is shut before the bake", a_snapshot(verdict=QUIET, shut="shut"), "window_shut"),
    ("promote before the bake", a_snapshot(PROMOTE, verdict=QUIET), "promoted_by_request"),
    ("withdrawn before promote", a_snapshot(PROMOTE | {"rollout": None}), "withdrawn"),
    ("an unclear workload before promote", a_snapshot(PROMOTE, leaves=leaves(canary=Leaf(ready=4))), "workload_unclear"),
    ("a shrunk stable before promote", a_snapshot(PROMOTE, leaves=leaves(stable=a_leaf(STABLE, 1))), "stable_shrunk"),
    ("an unsettled mesh before promote", a_snapshot(PROMOTE, mesh="not reconciling"), "unsettled"),
    ("a source that is away before promote", a_snapshot(PROMOTE, source_away="away"), "source_away"),
    ("unread evidence before promote", a_snapshot(PROMOTE, evidence=None, verdict=None), "evidence_unread"),
    ("the gap before promote", a_snapshot(PROMOTE, stamp=a_stamp(gap=NOW, gaps=1)), "returned"),
    ("a failing metric before pause", with_metric(Reading(NOW - 4, (2.0, 2.0, 2.0)), words=PAUSE), "metric_failed"),
    ("a failing metric while the source is away", with_metric(Reading(NOW - 4, (2.0,) * 3), source_away="away"), "metric_failed"),
    ("an unknown metric before promote", with_metric(Reading(NOW - 2, ()), words=PROMOTE), "metric_unknown"),
    ("promote before points that are awaited", with_metric(None, words=PROMOTE), "promoted_by_request"),
    ("a source that is away before an unknown metric", with_metric(Reading(NOW - 2, ()), source_away="away"), "source_away"),
    ("lost before the wish", a_start(lost="unreadable"), "stamp_lost"),
    ("terminating before all", a_snapshot(ABORT, route={"terminating": True}, verdict=BAD), "terminating"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "rule"), [case[1:] for case in PRECEDENCE], ids=[case[0] for case in PRECEDENCE]
)
def test_what_comes_first_answers_first(seen: Snapshot, rule: str) -> None:
    assert decide(seen).rule == rule


def test_what_takes_traffic_away_says_so_in_the_weights() -> None:
    for name in (
        "aborted",
        "canary_gone",
        "superseded",
        "canary_changed",
        "canary_not_ready",
        "gate_failed",
        "canary_unreachable",
        "metric_failed",
        "overdue",
        "metric_overdue",
    ):
        seen = CASES[name]()
        assert decide(seen).weights == {STABLE: 1000, CANARY: 0}, name


@pytest.mark.parametrize(
    "name",
    [
        "aborted",
        "superseded",
        "canary_changed",
        "canary_not_ready",
        "gate_failed",
        "canary_unreachable",
        "metric_failed",
        "raised_by_others",
        "overdue",
        "metric_overdue",
    ],
)
def test_nothing_is_taken_back_to_a_stable_that_is_not_there(name: str) -> None:
    seen = CASES[name]()
    decision = decide(replace(seen, leaves={**seen.leaves, STABLE: a_leaf(STABLE, 0)}))
    assert (decision.rule, decision.reason, decision.weights, decision.page) == (
        name,
        "StableNotReady",
        None,
        True,
    )
    assert decision.stamp is not None
    assert decision.stamp.phase is Phase.PROGRESSING


def test_bad_words_are_told_and_ignored_while_it_runs() -> None:
    decision = decide(a_snapshot({"speed": "fast", "pause": "!!"}, verdict=GO))
    assert decision.rule == "advance"
    assert "ignored: canary.delivery/speed is no word we know" in decision.message
    assert "canary.delivery/pause='!!' is not ID" in decision.message


def test_the_same_snapshot_is_decided_alike() -> None:
    for name, case in CASES.items():
        assert decide(case()) == decide(case()), name


def test_a_pin_is_compared_by_object_and_revision() -> None:
    assert a_pin(CANARY).same_revision(a_pin(CANARY, generation=9))
    assert not a_pin(CANARY).same_revision(a_pin(CANARY, uid="another"))
    assert digest("a1") != digest("a2")
