"""
Every word that asks for something, in every way a value can come back: each has its one outcome.

A value acts once. Asked for twice, left over from an earlier attempt, restored by GitOps, pruned, naming another rollout,
there before the start: none of it repeats, undoes or adds anything. An abort of the very id alone refuses its start.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from typing import NamedTuple

import pytest

from canary.evidence import Verdict
from canary.rollout.requests import ACTIONS
from canary.rollout.snapshot import Snapshot
from canary.terms import Phase
from tests.rollout.builders import (
    BAKING,
    CANARY,
    GO,
    ID,
    STABLE,
    a_snapshot,
    a_stamp,
    a_start,
    an_ended_stamp,
    asked_again,
    reweighted,
    settle,
    with_approval,
)

Happens = Callable[[Snapshot], Snapshot]


class Outcome(NamedTuple):
    """Where it all ends; `canary` is the weight of the newer backend, of 1000."""

    phase: Phase
    attempt: int
    step: int
    canary: int


def ask(**words: str | None) -> Happens:
    """Somebody writes annotations; None takes one away."""
    return lambda seen: asked_again(seen, words)


def lowered(weight: int) -> Happens:
    """Somebody else writes the canary's weight."""
    return lambda seen: reweighted(seen, {STABLE: 1000 - weight, CANARY: weight})


def judged(verdict: Verdict) -> Happens:
    """The evidence says so, until something is written."""
    return lambda seen: replace(seen, verdict=verdict)


def going_on(seen: Snapshot, happens: Happens) -> Snapshot:
    """What happens next, once the evidence has been read up to now."""
    read = replace(seen, evidence=RUNS.evidence, verdict=seen.verdict or BAKING)
    return settle(happens(read))


ONE, TWO = f"{ID}@1", f"{ID}@2"
RUNS = a_snapshot()
BACK = a_snapshot(stamp=an_ended_stamp())
DONE = a_snapshot(stamp=an_ended_stamp(Phase.PROMOTED))
GATED = with_approval(0.5)
ASKS = a_snapshot(stamp=a_stamp(policy=GATED), policy=GATED, verdict=GO)
AGAIN = (ask(abort=ID), ask(retry=ID))
THIRD = f"{ID}:3"
TO_THE_TOP = (ask(retry=ID), ask(promote=ID), judged(GO))

PROGRESSING, PAUSED, BAKES = Phase.PROGRESSING, Phase.PAUSED, Phase.BAKING
AS_BEFORE = Outcome(PROGRESSING, 1, 2, 250)
ANEW = Outcome(PROGRESSING, 2, 1, 100)
BEGUN = Outcome(PROGRESSING, 1, 1, 100)

TABLE: dict[str, dict[str, tuple[Snapshot, tuple[Happens, ...], Outcome]]] = {
    "pause": {
        "twice": (RUNS, (ask(pause=ID), ask(resume=ID), ask(pause=ID)), AS_BEFORE),
        "stale after retry": (RUNS, (ask(pause=ONE), *AGAIN), ANEW),
        "restored": (RUNS, (ask(pause=ID), ask(resume=ID), ask(pause=None), ask(pause=ID)), AS_BEFORE),
        "pruned": (RUNS, (ask(pause=ID), ask(pause=None)), Outcome(PAUSED, 1, 2, 250)),
        "wrong id": (RUNS, (ask(pause="other"),), AS_BEFORE),
        "before the start": (a_start({"pause": ID}), (), BEGUN),
    },
    "resume": {
        "twice": (RUNS, (ask(pause=ID), ask(resume=ID), ask(pause=f"{ID}/2"), ask(resume=ID)), Outcome(PAUSED, 1, 2, 250)),
        "stale after retry": (
            RUNS, (ask(pause=ID), ask(resume=ONE), *AGAIN, ask(pause=TWO)), Outcome(PAUSED, 2, 1, 100),
        ),
        "restored": (
            RUNS, (ask(pause=ID), ask(resume=ID), ask(resume=None, pause=f"{ID}/2"), ask(resume=ID)),
            Outcome(PAUSED, 1, 2, 250),
        ),
        "pruned": (RUNS, (ask(pause=ID), ask(resume=ID), ask(resume=None)), AS_BEFORE),
        "wrong id": (RUNS, (ask(pause=ID), ask(resume="other")), Outcome(PAUSED, 1, 2, 250)),
        "before the start": (a_start({"resume": ID}), (ask(pause=ID),), Outcome(PAUSED, 1, 1, 100)),
    },
    "promote": {
        "twice": (RUNS, (ask(promote=ID), lowered(250), ask(resume=ID), ask(promote=ID)), AS_BEFORE),
        "stale after retry": (RUNS, (ask(promote=ONE), *AGAIN), ANEW),
        "restored": (
            RUNS, (ask(promote=ID), ask(promote=None), lowered(250), ask(resume=ID), ask(promote=ID)), AS_BEFORE,
        ),
        "pruned": (RUNS, (ask(promote=ID), ask(promote=None)), Outcome(BAKES, 1, 4, 1000)),
        "wrong id": (RUNS, (ask(promote="other"),), AS_BEFORE),
        "before the start": (a_start({"promote": ID}), (), BEGUN),
    },
    "approve": {
        "twice": (ASKS, (ask(approve=THIRD), ask(approve=THIRD)), Outcome(PROGRESSING, 1, 3, 500)),
        "stale after retry": (
            ASKS, (ask(approve=f"{ONE}:3"), *AGAIN, judged(GO), judged(GO)),
            Outcome(Phase.AWAITING_APPROVAL, 2, 2, 250),
        ),
        "restored": (
            ASKS, (ask(approve=THIRD), *AGAIN, ask(approve=None), ask(approve=THIRD), judged(GO), judged(GO)),
            Outcome(Phase.AWAITING_APPROVAL, 2, 2, 250),
        ),
        "pruned": (
            replace(ASKS, verdict=BAKING), (ask(approve=THIRD), ask(approve=None), judged(GO)),
            Outcome(PROGRESSING, 1, 3, 500),
        ),
        "wrong id": (ASKS, (ask(approve="other:3"),), Outcome(Phase.AWAITING_APPROVAL, 1, 2, 250)),
        "before the start": (
            a_start({"approve": THIRD}, policy=GATED), (judged(GO), judged(GO)),
            Outcome(Phase.AWAITING_APPROVAL, 1, 2, 250),
        ),
    },
    "abort": {
        "twice": (RUNS, (ask(abort=ID), ask(abort=ID)), Outcome(Phase.ABORTED, 1, 2, 0)),
        "stale after retry": (RUNS, (ask(abort=ONE), ask(retry=ID)), ANEW),
        "restored": (RUNS, (ask(abort=ID), ask(abort=None), ask(retry=ID), ask(abort=ID)), ANEW),
        "pruned": (RUNS, (ask(abort=ID), ask(abort=None)), Outcome(Phase.ABORTED, 1, 2, 0)),
        "wrong id": (RUNS, (ask(abort="other"),), AS_BEFORE),
        "before the start": (a_start({"abort": ID}), (), Outcome(Phase.ABORTED, 1, 0, 100)),
    },
    "retry": {
        "twice": (BACK, (ask(retry=ID), ask(abort=ID), ask(retry=ID)), Outcome(Phase.ABORTED, 2, 1, 0)),
        "stale after retry": (BACK, (ask(retry=ONE), ask(abort=TWO), ask(retry=ONE)), Outcome(Phase.ABORTED, 2, 1, 0)),
        "restored": (
            BACK, (ask(retry=ID), ask(abort=ID, retry=None), ask(retry=ID)), Outcome(Phase.ABORTED, 2, 1, 0),
        ),
        "pruned": (BACK, (ask(retry=ID), ask(retry=None)), ANEW),
        "wrong id": (BACK, (ask(retry="other"),), Outcome(Phase.ROLLED_BACK, 1, 2, 0)),
        "before the start": (a_start({"retry": ID}), (ask(abort=ID),), Outcome(Phase.ABORTED, 1, 1, 0)),
    },
    "undo": {
        "twice": (DONE, (ask(undo=ID), ask(undo=ID)), Outcome(Phase.ROLLED_BACK, 1, 4, 0)),
        "stale after retry": (DONE, (ask(undo=ONE), *TO_THE_TOP), Outcome(Phase.PROMOTED, 2, 4, 1000)),
        "restored": (
            DONE, (ask(undo=ID), ask(undo=None), *TO_THE_TOP, ask(undo=ID)), Outcome(Phase.PROMOTED, 2, 4, 1000),
        ),
        "pruned": (DONE, (ask(undo=ID), ask(undo=None)), Outcome(Phase.ROLLED_BACK, 1, 4, 0)),
        "wrong id": (DONE, (ask(undo="other"),), Outcome(Phase.PROMOTED, 1, 4, 1000)),
        "before the start": (
            a_start({"undo": ID}), (ask(promote=ID), judged(GO)), Outcome(Phase.PROMOTED, 1, 4, 1000),
        ),
    },
}  # fmt: skip

CASES = ("twice", "stale after retry", "restored", "pruned", "wrong id", "before the start")


def test_every_word_is_tried_in_every_case() -> None:
    assert {word: tuple(cases) for word, cases in TABLE.items()} == {word.value: CASES for word in ACTIONS}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("word", TABLE)
def test_each_has_its_one_outcome(word: str, case: str) -> None:
    seen, story, expected = TABLE[word][case]
    over = reduce(going_on, story, settle(seen))
    stamp = over.stamp
    assert stamp is not None
    weight = over.route.weights[CANARY]
    assert Outcome(stamp.phase, stamp.attempt, stamp.step, weight if weight is not None else -1) == expected
