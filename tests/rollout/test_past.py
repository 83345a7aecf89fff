"""What the time before a start changes about it: bursts learned, bounds frozen, counts that would be wrong refused."""

import pytest

from canary.evidence import Arm, Evidence, Interval, Stratum
from canary.evidence.bounds import DEFAULT
from canary.rollout.boundary import boundary
from canary.rollout.past import Past
from canary.rollout.rules import decide
from canary.terms import Phase
from tests.rollout.builders import CANARY, NOW, STABLE, UNIT, a_policy, a_start, stamped

BURSTY = tuple(
    Interval(index, (Stratum(Arm(), Arm(900, 40 * (index % 5 == 0))),)) for index in range(NOW - 200, NOW - 1)
)


def test_how_stable_s_failures_come_is_learned_from_the_time_before_and_told() -> None:
    silent, seen = a_start(past=Past()), a_start(past=Past(intervals=BURSTY))
    assert "nothing is known of stable's traffic before" in decide(silent).message
    decision, policy = decide(seen), a_policy()
    assert "learned from 3m19s of its traffic" in decision.message
    learned = Evidence.begin(policy.specs({}, UNIT), policy.confidence(), 0.25, BURSTY)
    assert stamped(decision).checkpoint == learned.checkpoint() != stamped(decide(silent)).checkpoint


def test_latency_bounds_are_frozen_at_the_start() -> None:
    asked = a_policy(gates=[{"kind": "errors"}, {"kind": "latency"}, {"kind": "objective", "p99": "250ms"}])
    bounds = {50.0: 0.5, 100.0: 0.05, 300.0: None}
    decision = decide(a_start(policy=asked, past=Past(bounds=bounds)))
    assert stamped(decision).bounds == bounds
    assert "objective p99: 250ms is judged at 300 ms" in decision.message
    assert len(boundary(stamped(decision), UNIT).accounts) == 4


def test_on_the_cache_a_start_has_the_usual_bounds_since_nothing_was_asked_yet() -> None:
    asked = a_policy(gates=[{"kind": "errors"}, {"kind": "latency"}])
    assert tuple(stamped(decide(a_start(policy=asked))).bounds) == DEFAULT


def test_counts_that_would_be_wrong_reject_a_start_with_the_sentence() -> None:
    decision = decide(a_start(past=Past(doubt="every proxy is scraped twice: keep one job")))
    stamp = stamped(decision)
    assert (stamp.phase, stamp.reason, decision.weights) == (Phase.REJECTED, "ScrapedTwice", None)
    assert stamp.message == "every proxy is scraped twice: keep one job"


def test_the_share_it_found_is_kept_for_the_case_that_clients_do_not_follow() -> None:
    assert stamped(decide(a_start(None, {STABLE: 960, CANARY: 40}))).seed == pytest.approx(0.04)
