"""What happens to a service, and what the evidence makes of it."""

import pytest

from canary.evidence import Confidence, Errors, Evidence, Objective
from canary.terms import Outcome
from tests.evidence.scenes import (
    ALONE,
    BAKE,
    CANARY,
    GATES,
    STABLE,
    a_stratum,
    an_arm,
    begun,
    fed,
    known,
)

HEALTHY = a_stratum()
DEAD = a_stratum(failed=CANARY)
OUTAGE = a_stratum(failed=CANARY * 0.2, stable_failed=STABLE * 0.2)


def intervals_to_rollback(evidence: Evidence, most: int = 50) -> int:
    for n in range(1, most + 1):
        evidence = fed(evidence, [DEAD])
        if evidence.judge(BAKE).outcome is Outcome.ROLLBACK:
            return n
    return most + 1


def test_a_dead_canary_is_out_after_three_intervals() -> None:
    assert intervals_to_rollback(begun()) <= 3


def test_a_canary_that_dies_when_it_gets_more_traffic_is_out_after_four_intervals() -> None:
    """Not three: half of the purse is gone by then, and one interval makes ten out of one at most."""
    healthy = a_stratum(canary=2500, stable=22500)
    evidence = begun()
    for _ in range(4):
        evidence = fed(evidence, [healthy] * 24).new_step(0.25)
        assert intervals_to_rollback(evidence) <= 4


def test_a_canary_that_dies_five_minutes_into_a_step_is_out_after_six_intervals() -> None:
    assert intervals_to_rollback(fed(begun(), [HEALTHY] * 60)) <= 6


def test_a_canary_that_dies_after_a_shared_outage_is_not_shielded_by_it() -> None:
    """It takes one interval more, because nobody believes that failures come one by one after that."""
    recovered = fed(begun(), [HEALTHY] * 12 + [OUTAGE] * 12 + [HEALTHY] * 36)
    assert intervals_to_rollback(recovered) <= 5


def test_provisional_intervals_may_roll_back_a_dead_canary() -> None:
    assert fed(begun(), [DEAD] * 3, settled=False).judge(BAKE).outcome is Outcome.ROLLBACK


def test_one_bad_interval_alone_never_rolls_back() -> None:
    flood = a_stratum(canary=5000, failed=5000, stable=45000)
    assert fed(begun(), [HEALTHY] * 5 + [flood] + [HEALTHY]).judge(BAKE).outcome is not Outcome.ROLLBACK


def test_two_failures_are_too_few_to_roll_back_however_strong_the_evidence() -> None:
    lost = a_stratum(canary=1, failed=1, stable=100_000)
    two = fed(begun(), [lost, a_stratum(), lost])
    assert two.loudest.tally.bad == 2
    assert two.judge(BAKE).outcome is not Outcome.ROLLBACK


@pytest.mark.parametrize("rate", [0.03, 0.05, 0.2, 1.0])
def test_a_failure_that_both_versions_share_does_not_roll_back(rate: float) -> None:
    shared = a_stratum(failed=CANARY * rate, stable_failed=STABLE * rate)
    verdict = fed(begun(), [HEALTHY] * 12 + [shared] * 60).judge(BAKE)
    assert (verdict.outcome, verdict.reason) == (Outcome.HOLD, "ObjectiveMissedNow")
    assert "a shared failure" in verdict.message


def test_the_objective_keeps_silent_for_a_minute_after_stable_has_missed_it() -> None:
    recovering = fed(begun(), [HEALTHY] * 12 + [OUTAGE] * 6)
    lagging = fed(recovering, [a_stratum(failed=3)] * 3)
    objective = {account.gate.name: account for account in lagging.accounts}["objective"]
    assert objective.tally.requests == 12 * CANARY


def test_a_canary_that_misses_the_objective_alone_is_rolled_back_where_nothing_can_be_compared() -> None:
    verdict = fed(begun(), [a_stratum(failed=3, stable=0)] * 20).judge(ALONE)
    assert (verdict.outcome, verdict.reason) == (Outcome.ROLLBACK, "ObjectiveMissed")


def test_a_caller_that_does_not_follow_the_weights_does_not_blame_the_canary() -> None:
    """It sends everything to the canary and fails a lot; the caller that follows hardly ever fails."""
    evidence = begun()
    for index in range(1, 61):
        stuck = a_stratum(canary=200, failed=10, stable=20, stable_failed=1)
        evidence = evidence.feed(known(index, stuck, a_stratum(stable_failed=0)), settled=True)
    assert evidence.accounts[0].purse.evidence < 3


def test_a_caller_that_never_met_stable_is_no_comparison() -> None:
    evidence = begun().feed(known(1, a_stratum(failed=CANARY, stable=0)), settled=True)
    assert evidence.accounts[0].tally.requests == 0


def test_an_interval_in_which_nobody_asked_costs_nothing_and_is_observed() -> None:
    evidence = begun().feed(known(1), settled=True)
    assert (evidence.odds, evidence.observed, evidence.requests) == (1.0, 1, 0)
    assert evidence.accounts[0].purse.kept == 1.0


def test_failures_in_bursts_weigh_less() -> None:
    calm, bursty = begun(), begun()
    for index in range(1, 61):
        calm = calm.feed(known(index, HEALTHY), settled=True)
        halves = an_arm(STABLE / 2, 12 * (index % 2)), an_arm(STABLE / 2, 12 * ((index + 1) % 2))
        bursty = bursty.feed(known(index, HEALTHY, halves=halves), settled=True)
    worse = [a_stratum(failed=2)] * 10
    assert fed(bursty, worse).odds < fed(calm, worse).odds
    assert "weighed as bursts of" in fed(bursty, [DEAD] * 40).judge(BAKE).message


def test_a_good_canary_is_let_on_after_the_shortest_bake() -> None:
    busy = [a_stratum(canary=250, stable=2250)] * BAKE.min_intervals
    assert fed(begun(), busy[:-1]).judge(BAKE).outcome is Outcome.CONTINUE
    assert fed(begun(), busy).judge(BAKE).outcome is Outcome.ADVANCE


def test_a_small_next_share_may_be_risked_with_less_evidence() -> None:
    def confidence(next_share: float | None) -> float:
        weakest = fed(Evidence.begin(GATES, Confidence(), next_share), [HEALTHY] * 10).weakest
        assert weakest is not None
        return weakest.confidence

    assert confidence(0.05) > confidence(0.25) > confidence(0.5) == confidence(None)


def test_the_first_step_has_a_risk_budget_like_every_other() -> None:
    begun_so = Evidence.begin(GATES, Confidence(), next_share=0.1)
    assert begun_so.accounts[0].bets == begun().new_step(0.1).accounts[0].bets


def test_evidence_to_advance_starts_afresh_with_each_step_and_evidence_against_stays() -> None:
    before = fed(begun(), [a_stratum(failed=2)] * 2)
    after = before.new_step(0.5)
    assert after.odds == pytest.approx(before.odds)
    assert (after.observed, after.requests) == (0, 0)
    assert after.accounts[0].confidence == pytest.approx(1.0)


def test_a_wish_for_no_failure_at_all_can_be_expressed() -> None:
    strict = Evidence.begin((Errors(), Objective(margin=0.0)), Confidence())
    assert fed(strict, [HEALTHY] * 5).judge(BAKE).outcome is Outcome.CONTINUE
    assert fed(strict, [DEAD] * 3).judge(BAKE).outcome is Outcome.ROLLBACK
