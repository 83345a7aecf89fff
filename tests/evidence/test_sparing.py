"""After a crash: what goes on at once, with the purse alone, while what was missed is being read again."""

import pytest

from canary.errors import Invalid
from canary.evidence import Confidence, Evidence, Stratum
from canary.terms import Outcome
from tests.evidence.scenes import ALONE, BAKE, CANARY, GATES, a_stratum, begun, fed

DEAD = a_stratum(failed=CANARY)
BUSY = a_stratum(canary=250, stable=2250)


def spared(missed: int, steps: int = 0, before: int = 40) -> Evidence:
    boundary = fed(begun(), [BUSY] * before).new_step(0.5)
    return Evidence.sparing(GATES, Confidence(), boundary.checkpoint(), missed, steps)


def test_it_holds_and_says_why_however_good_the_evidence() -> None:
    verdict = fed(spared(12), [BUSY] * 200).judge(BAKE)
    assert (verdict.outcome, verdict.reason) == (Outcome.HOLD, "Rebuilding")
    assert verdict.message.endswith("is being read again; until then nothing advances")


def test_a_canary_that_dies_meanwhile_is_rolled_back_all_the_same() -> None:
    dying = fed(spared(12), [DEAD] * 6)
    assert dying.judge(BAKE).outcome is Outcome.ROLLBACK


def test_the_longer_the_gap_the_less_is_left_to_bet() -> None:
    kept = [spared(missed).accounts[0].purse.kept for missed in (0, 1, 100)]
    assert kept == sorted(kept, reverse=True)
    assert spared(10, steps=1).odds < spared(10).odds


def test_a_rollout_that_had_not_begun_to_bet_loses_its_first_stake_to_the_gap() -> None:
    assert spared(1, before=0).accounts[0].purse.kept < 0.5
    assert spared(0, before=0).accounts[0].purse.kept == 0.75


def test_intervals_that_were_missed_cannot_be_fed_any_more() -> None:
    evidence = spared(12)
    assert evidence.through == 40 + 12
    assert fed(evidence, [BUSY]).through == 53


def test_where_stable_has_no_traffic_the_objective_judges_again_after_a_minute() -> None:
    alone: list[Stratum | None] = [a_stratum(failed=CANARY, stable=0)]
    evidence = spared(12)
    assert fed(evidence, alone * 11).odds < 1
    assert fed(evidence, alone * 20).judge(ALONE).outcome is Outcome.ROLLBACK


def test_a_checkpoint_nobody_can_read_is_refused() -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        Evidence.sparing(GATES, Confidence(), "{", 3)
