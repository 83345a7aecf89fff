"""What rules make of metric gates: taken back, held, or let go on, and nothing at all where there is none."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from canary.rollout.reading import Reading
from canary.rollout.rules import decide
from canary.rollout.snapshot import Snapshot
from canary.terms import Phase
from tests.rollout.builders import (
    BAKING,
    CANARY,
    GO,
    NOW,
    QUIET,
    STABLE,
    a_leaf,
    a_policy,
    a_snapshot,
    a_stamp,
    a_start,
    leaves,
    settle,
    stamped,
    written,
)
from tests.rollout.invariants import violations
from tests.rollout.test_metric import B, G, X, a_gate
from tests.rollout.walk import Walk

FIRST = NOW - 6
GOOD, BAD, UNKNOWN = (Reading(FIRST, values) for values in ((G,) * 5, (B,) * 5, (X,) * 5))
NOTHING = Reading(FIRST, (), "it answers nothing", unknown_since=NOW - 3)


def metered(
    reading: Reading | None,
    policy: Mapping[str, object] | None = None,
    stamp: Mapping[str, object] | None = None,
    **changes: Any,  # noqa: ANN401
) -> Snapshot:
    """A rollout with one metric gate of which this was read, whose evidence says go."""
    asks = a_policy(gates=[{"kind": "errors"}, a_gate()], **(policy or {}))
    there = a_snapshot(stamp=a_stamp(policy=asks, **(stamp or {})), verdict=GO)
    return replace(there, **{"metrics": {"queue-depth": reading} if reading else {}, **changes})


def test_a_failing_metric_takes_the_traffic_back_at_once() -> None:
    for seen in (metered(BAD), metered(BAD, verdict=BAKING), metered(BAD, stamp={"phase": Phase.BAKING})):
        decision = decide(seen)
        assert (decision.rule, decision.reason, decision.weights) == (
            "metric_failed",
            "MetricFailed",
            {STABLE: 1000, CANARY: 0},
        )
        assert stamped(decision).phase is Phase.ROLLED_BACK
        assert (
            decision.message
            == "metric queue-depth: 5 of the last 5 points are above 100, the last such one 150"
        )


def test_a_failing_metric_is_held_where_the_policy_says_so() -> None:
    seen = metered(BAD, {"on_failure": "hold"})
    decision = decide(seen)
    assert (decision.reason, decision.weights, decision.page) == ("MetricFailed", None, True)
    assert stamped(decision).phase is Phase.FAILED_HELD
    assert decide(replace(seen, stamp=decision.stamp)).rule == "resting"


def test_resumed_a_held_metric_counts_from_the_next_settling_on() -> None:
    seen = metered(BAD, {"on_failure": "hold"})
    held = written(seen, decide(seen))
    going = a_snapshot({"resume": "a1"}, stamp=held.stamp, metrics=seen.metrics, verdict=GO)
    resumed = decide(going)
    assert resumed.rule == "resumed"
    assert stamped(resumed).settled is None
    assert decide(replace(written(going, resumed), metrics=seen.metrics)).rule != "metric_failed"


@pytest.mark.parametrize("reading", [UNKNOWN, NOTHING])
def test_an_unknown_metric_holds(reading: Reading) -> None:
    decision = decide(metered(reading))
    assert (decision.rule, decision.reason, decision.weights) == ("metric_unknown", "MetricUnknown", None)
    assert decide(metered(reading, {"unknown_deadline": timedelta(seconds=4)})).rule == ("metric_unknown")


def test_an_unknown_metric_holds_a_promotion_that_was_asked_for() -> None:
    seen = metered(NOTHING)
    asked = a_snapshot({"promote": "a1"}, stamp=seen.stamp, metrics=seen.metrics, verdict=GO)
    assert decide(asked).rule == "metric_unknown"


def test_a_metric_that_is_unknown_for_too_long_is_rolled_back() -> None:
    seen = metered(NOTHING, {"unknown_deadline": timedelta(seconds=3)})
    decision = decide(seen)
    assert (decision.rule, decision.reason) == ("metric_overdue", "UnknownTooLong")
    assert decision.message == "for too long it was not known: metric queue-depth: it answers nothing"
    resumed_just_now = replace(seen, stamp=seen.stamp and seen.stamp.but(going=NOW - 2))
    assert decide(resumed_just_now).rule == "metric_unknown"
    paused = replace(seen, stamp=seen.stamp and seen.stamp.but(phase=Phase.PAUSED, paused=True))
    assert decide(paused).rule == "resting"


@pytest.mark.parametrize("reading", [None, Reading(NOW - 3, (G, G))])
def test_too_few_points_hold_only_what_would_go_on(reading: Reading | None) -> None:
    assert decide(metered(reading, verdict=BAKING)).rule == "baking"
    assert decide(metered(reading, verdict=QUIET)).rule == "too_quiet"
    decision = decide(metered(reading))
    assert (decision.rule, decision.reason, decision.weights) == ("metric_awaited", "Baking", None)


def test_a_good_metric_lets_go_on() -> None:
    decision = decide(metered(GOOD))
    assert decision.rule == "advance"
    assert stamped(decision).step == 3


def test_nothing_that_was_read_on_a_step_counts_on_the_next() -> None:
    seen = metered(GOOD)
    later = replace(written(seen, decide(seen)), metrics={"queue-depth": BAD})
    assert stamped(decide(later)).phase is not Phase.ROLLED_BACK


def test_a_canary_comes_back_after_a_gap_whatever_its_metric_says() -> None:
    for reading in (None, UNKNOWN, BAD):
        assert decide(metered(reading, stamp={"gap": NOW - 3, "settled": None})).rule == "returned"


def test_one_failing_metric_among_good_ones_is_enough() -> None:
    policy = a_policy(gates=[{"kind": "errors"}, a_gate(), a_gate(name="other")])
    seen = a_snapshot(stamp=a_stamp(policy=policy), metrics={"queue-depth": GOOD, "other": BAD}, verdict=GO)
    assert decide(seen).message.startswith("metric other: 5 of the last 5")
    assert decide(replace(seen, metrics={"queue-depth": GOOD, "other": UNKNOWN})).rule == "metric_unknown"
    assert decide(replace(seen, metrics={"queue-depth": GOOD})).rule == "metric_awaited"


def test_a_quiet_rollout_with_metrics_writes_nothing() -> None:
    seen = settle(metered(UNKNOWN))
    assert not decide(replace(seen, now=seen.now + 1)).changes(seen)


def test_a_good_metric_costs_no_write() -> None:
    """Two a rung, the start and the end, as without one: what is awaited while it bakes is no news."""
    walk = Walk(a_start(policy=a_policy(gates=[{"kind": "errors"}, a_gate()])))
    for _ in range(60):
        walk.seen = replace(walk.seen, metrics={"queue-depth": Reading(walk.seen.now - 5, (G,) * 5)})
        walk.tick()
    assert walk.stamp.phase is Phase.PROMOTED
    assert len(walk.versions) == 2 * 4 + 2
    assert violations(walk.versions) == []


def test_a_failing_metric_does_not_take_traffic_to_a_stable_that_is_not_there() -> None:
    decision = decide(metered(BAD, leaves=leaves(stable=a_leaf(STABLE, 0))))
    assert (decision.reason, decision.weights) == ("StableNotReady", None)


def test_without_a_metric_gate_what_was_read_means_nothing() -> None:
    assert decide(a_snapshot(verdict=GO, metrics={"queue-depth": BAD})).rule == "advance"
