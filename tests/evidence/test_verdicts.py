"""Every verdict with the sentence that explains it."""

from dataclasses import replace

import pytest

from canary.evidence import Bake, Evidence, Stratum
from canary.terms import Outcome
from tests.evidence.scenes import ALONE, BAKE, CANARY, a_stratum, begun, fed

HEALTHY = a_stratum()
LENIENT, LENIENT_ALONE = replace(BAKE, lenient=True), replace(ALONE, lenient=True)
BUSY = a_stratum(canary=250, stable=2250)
RARE = a_stratum(canary=1, stable=9)
NEVER = a_stratum(canary=0, stable=250)
DEAD = a_stratum(failed=CANARY)
WORSE = a_stratum(failed=2)

Told = tuple[Outcome, str, str]

TABLE: dict[str, tuple[list[Stratum | None], Bake, Told]] = {
    "nothing fed yet": (
        [],
        BAKE,
        (
            Outcome.CONTINUE,
            "Baking",
            "0 of at least 12 intervals seen; errors within the margin: 1:1 of 20:1 needed",
        ),
    ),
    "some healthy intervals": (
        [BUSY] * 3,
        BAKE,
        (
            Outcome.CONTINUE,
            "Baking",
            "3 of at least 12 intervals seen; errors within the margin: 8.2:1 of 20:1 needed",
        ),
    ),
    "the newest interval is unknown": (
        [*[BUSY] * 12, None],
        BAKE,
        (
            Outcome.CONTINUE,
            "Baking",
            "the newest interval is unknown (the targets are stale), so nothing advances yet; 12 of at least 12 intervals seen",
        ),
    ),
    "unknown for long": (
        [*[BUSY] * 12, *[None] * 6],
        BAKE,
        (
            Outcome.HOLD,
            "NoMetrics",
            "no complete metrics for 6 intervals (the targets are stale); this speaks neither for nor against the canary",
        ),
    ),
    "good enough": (
        [BUSY] * 12,
        BAKE,
        (
            Outcome.ADVANCE,
            "WithinMargin",
            "every gate is within its margin after 12 intervals and 3000 canary requests (least sure is errors: ",
        ),
    ),
    "failing a little": (
        [*[HEALTHY] * 6, *[WORSE] * 5],
        BAKE,
        (
            Outcome.HOLD,
            "EvidenceBuilding",
            "errors: 3.64 % of the canary's requests failed (10 of 275), 0.00 % of stable's (0 of 2475), up to 0.20 % is tolerated",
        ),
    ),
    "dead": (
        [DEAD] * 3,
        BAKE,
        (
            Outcome.ROLLBACK,
            "WorseThanStable",
            "errors: 100.00 % of the canary's requests failed (75 of 75), 0.00 % of stable's (0 of 675), up to 0.20 % is tolerated"
            " (1.5 × stable for the same callers + 0.2 %); the evidence against the canary is 234:1, 100:1 rolls it back",
        ),
    ),
    "dead with nothing to compare with": (
        [a_stratum(failed=CANARY, stable=0)] * 4,
        ALONE,
        (
            Outcome.ROLLBACK,
            "ObjectiveMissed",
            "objective: 100.00 % of the canary's requests failed",
        ),
    ),
    "the objective is missed by the canary": (
        [*[BUSY] * 12, a_stratum(canary=250, failed=30, stable=2250)],
        BAKE,
        (
            Outcome.HOLD,
            "ObjectiveMissedNow",
            "1 % are allowed; of stable's 0.00 %; nothing advances until the canary keeps it again",
        ),
    ),
    "the objective is missed by both": (
        [*[BUSY] * 12, a_stratum(canary=250, failed=50, stable=2250, stable_failed=450)],
        BAKE,
        (
            Outcome.HOLD,
            "ObjectiveMissedNow",
            "of stable's, a shared failure for which the canary is not blamed; nothing advances until",
        ),
    ),
    "the objective is missed with nobody left on stable": (
        [*[a_stratum(canary=250, stable=0)] * 12, a_stratum(canary=250, failed=30, stable=0)],
        ALONE,
        (Outcome.HOLD, "ObjectiveMissedNow", "stable has no traffic to compare with"),
    ),
    "quiet, and asked often enough": (
        [RARE] * 120,
        BAKE,
        (
            Outcome.ADVANCE,
            "NothingAgainst",
            "the longest bake (120 intervals) is over: 120 canary requests (at least 50 needed), evidence against the canary 0.",
        ),
    ),
    "never asked": (
        [NEVER] * 120,
        BAKE,
        (
            Outcome.TOO_QUIET,
            "TooQuiet",
            "the longest bake (120 intervals) is over: 0 canary requests (at least 50 needed)",
        ),
    ),
    "quiet, and something speaks against it": (
        [*[RARE] * 88, *[a_stratum(canary=3, failed=2, stable=90)] * 2, *[RARE] * 30],
        BAKE,
        (Outcome.TOO_QUIET, "TooQuiet", "(less than 3:1 needed); 120 of at least 12 intervals seen"),
    ),
    "asked once, where the policy goes on": (
        [RARE, *[NEVER] * 119],
        LENIENT,
        (
            Outcome.ADVANCE,
            "TooQuietAdvanced",
            "too quiet: 1 of at least 50 canary requests, none failed; the longest bake (120 intervals) is over, and the policy",
        ),
    ),
    "never asked, where the policy goes on": (
        [NEVER] * 120,
        LENIENT,
        (Outcome.TOO_QUIET, "TooQuiet", "the longest bake (120 intervals) is over: 0 canary requests"),
    ),
    "its only answer failed, where the policy goes on": (
        [a_stratum(canary=1, failed=1, stable=9), *[NEVER] * 119],
        LENIENT,
        (Outcome.TOO_QUIET, "TooQuiet", "the longest bake (120 intervals) is over: 1 canary requests"),
    ),
    "hardly asked, and it is too early": (
        [RARE] * 40,
        LENIENT,
        (Outcome.CONTINUE, "Baking", "40 of at least 12 intervals seen"),
    ),
    "everything goes to the canary and it was asked once, where the policy goes on": (
        [a_stratum(canary=1, stable=0), *[a_stratum(canary=0, stable=0)] * 119],
        LENIENT_ALONE,
        (Outcome.ADVANCE, "TooQuietAdvanced", "too quiet: 1 of at least 50 canary requests"),
    ),
    "everything goes to the canary, not long yet": (
        [a_stratum(stable=0)] * 11,
        ALONE,
        (
            Outcome.CONTINUE,
            "Baking",
            "11 of at least 12 intervals seen, 275 of at least 50 canary requests; there is no stable traffic to compare with",
        ),
    ),
    "everything goes to the canary, and it keeps the objective": (
        [a_stratum(stable=0)] * 12,
        ALONE,
        (
            Outcome.ADVANCE,
            "WithinMargin",
            "nothing speaks against the canary after 12 intervals and 300 canary requests; there is no stable traffic",
        ),
    ),
    "everything goes to the canary, but hardly anybody asks": (
        [a_stratum(canary=0, stable=0)] * 119,
        ALONE,
        (Outcome.CONTINUE, "Baking", "0 of at least 50 canary requests"),
    ),
    "everything goes to the canary, and nobody ever asked": (
        [a_stratum(canary=0, stable=0)] * 120,
        ALONE,
        (Outcome.TOO_QUIET, "TooQuiet", "the longest bake (120 intervals) is over: 0 canary requests"),
    ),
}


@pytest.mark.parametrize(("strata", "bake", "told"), TABLE.values(), ids=TABLE)
def test_each_verdict_has_its_word_and_its_sentence(
    strata: list[Stratum | None], bake: Bake, told: Told
) -> None:
    evidence = fed(begun(), strata)
    verdict = evidence.judge(bake)
    outcome, reason, sentence = told
    assert (verdict.outcome, verdict.reason) == (outcome, reason), verdict.message
    assert sentence in verdict.message
    assert verdict.evidence == evidence.odds


def test_a_verdict_is_short_enough_for_a_stamp() -> None:
    for strata, bake, _ in TABLE.values():
        assert len(fed(begun(), strata).judge(bake).message) <= 300


def test_rolled_back_stays_rolled_back_with_the_same_sentence() -> None:
    condemned = fed(begun(), [DEAD] * 3)
    verdict = condemned.judge(BAKE)
    later = fed(condemned, [HEALTHY] * 200)
    assert later.odds < 100
    assert later.judge(BAKE) == verdict
    assert later.new_step(None).judge(ALONE) == verdict
    assert fed(condemned, [None] * 10).judge(BAKE) == verdict


def test_unsettled_intervals_earn_nothing() -> None:
    evidence = fed(begun(), [BUSY] * 200, settled=False)
    assert (evidence.observed, evidence.requests) == (0, 0)
    assert evidence.judge(BAKE).outcome is Outcome.CONTINUE


def test_what_settled_intervals_earned_is_not_lost_to_provisional_ones() -> None:
    earned = fed(begun(), [BUSY] * 12)
    assert fed(earned, [BUSY] * 2, settled=False).judge(BAKE).outcome is Outcome.ADVANCE


def test_provisional_intervals_do_not_end_the_longest_bake() -> None:
    almost = fed(begun(), [NEVER] * 119)
    assert fed(almost, [NEVER] * 2, settled=False).judge(BAKE).reason == "Baking"
    assert fed(almost, [NEVER]).judge(BAKE).reason == "TooQuiet"


def test_a_failure_that_is_not_final_yet_speaks_against_going_on_with_few_requests() -> None:
    hardly = fed(begun(), [RARE, *[NEVER] * 119])
    failing = fed(hardly, [a_stratum(canary=1, failed=1, stable=9)], settled=False)
    assert (hardly.judge(LENIENT).outcome, failing.judge(LENIENT).outcome) == (
        Outcome.ADVANCE,
        Outcome.TOO_QUIET,
    )


def test_requests_before_the_mesh_was_seen_to_follow_test_nothing() -> None:
    before = fed(begun(), [RARE] * 30, settled=False)
    assert fed(before, [NEVER] * 120).judge(LENIENT).outcome is Outcome.TOO_QUIET


def test_known_but_unsettled_intervals_age_the_step_once_a_settled_one_follows() -> None:
    waited = fed(begun(), [NEVER] * 119, settled=False)
    assert waited.judge(BAKE).reason == "Baking"
    assert fed(waited, [NEVER]).judge(BAKE).reason == "TooQuiet"


def test_unknown_intervals_do_not_end_the_longest_bake() -> None:
    evidence = fed(begun(), [*[NEVER] * 60, *[None] * 5] * 2)
    assert evidence.judge(BAKE).reason == "Baking"
    assert fed(evidence, [NEVER]).judge(BAKE).reason == "TooQuiet"


def test_a_step_that_was_too_quiet_does_not_make_the_next_one_so() -> None:
    assert fed(begun(), [NEVER] * 120).new_step(0.5).judge(BAKE).reason == "Baking"


def test_without_a_gate_that_compares_the_objective_and_enough_requests_decide() -> None:
    only = Evidence.begin([begun().accounts[1].gate], begun().confidence)
    assert fed(only, [HEALTHY] * 12).judge(BAKE).outcome is Outcome.ADVANCE
    assert fed(only, [RARE] * 12).judge(BAKE).outcome is Outcome.CONTINUE
