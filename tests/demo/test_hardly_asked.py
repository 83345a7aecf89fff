"""`onInconclusive: advance` on a service that nearly nobody calls: never without an answer, never after a failure."""

from dataclasses import replace

from canary.demo.scene import CANARY, HEALTHY, Answer
from canary.terms import Phase
from tests.demo.guarded import guarded, on_until, reasons, weights
from tests.demo.plays import until

ADVANCE, BAKE = "onInconclusive: advance", 300.0
NEVER_FAILS = replace(HEALTHY, failure_rate=0.0)


def test_with_a_few_answers_and_no_failure_it_goes_on_and_says_so() -> None:
    with guarded(ADVANCE, rate=1, script=((0, Answer(CANARY, NEVER_FAILS)),)) as play:
        assert BAKE < on_until(play, "TooQuietAdvanced", 400) < BAKE + 60
        assert weights(play) == [0, 100, 500]
        told = next(one.message for one in play.told if one.reason == "TooQuietAdvanced")
        assert "of at least 50 canary requests, none failed" in told
        on_until(play, "Promoted", 900)
        assert weights(play) == [0, 100, 500, 1000]


def test_with_a_failure_among_few_answers_a_person_is_asked() -> None:
    failing = replace(HEALTHY, failure_rate=0.2)
    with guarded(ADVANCE, "minRequests: 100", rate=1, script=((0, Answer(CANARY, failing)),)) as play:
        until(play, BAKE + 60)
        assert "TooQuietAdvanced" not in reasons(play)
        assert max(weights(play)) == 100


def test_without_a_single_answer_a_person_is_asked() -> None:
    with guarded(ADVANCE, rate=0.001) as play:
        assert BAKE < on_until(play, "TooQuiet", 400) < BAKE + 60
        assert "0 canary requests" in play.told[-1].message
        until(play, 2 * BAKE)
        assert weights(play) == [0, 100]
        assert play.show.stamp is not None
        assert play.show.stamp.phase is Phase.PROGRESSING
