"""What people ask for: strict words, each value acted on once, and only for the attempt it names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.rollout import requests
from canary.rollout.rules import decide
from canary.rollout.snapshot import Snapshot
from canary.terms import PREFIX, Phase, Word
from tests.rollout.builders import (
    CANARY,
    GO,
    ID,
    STABLE,
    a_leaf,
    a_snapshot,
    a_stamp,
    an_ended_stamp,
    asked_again,
    leaves,
    reweighted,
    settle,
    stamped,
)


def read(**words: str) -> requests.Requests:
    return requests.read({PREFIX + word.replace("_", "-"): value for word, value in words.items()})


@pytest.mark.parametrize(
    ("value", "named", "attempt"),
    [
        ("a1", "a1", None),
        ("a1@2", "a1", 2),
        ("a1/x", "a1", None),
        ("a1@2/x.9", "a1", 2),
        ("A_.-", "A_.-", None),
    ],
)
def test_a_request_names_an_id_maybe_an_attempt_maybe_a_mark(
    value: str, named: str, attempt: int | None
) -> None:
    request = read(pause=value).get(Word.PAUSE)
    assert request is not None
    assert (request.id, request.attempt) == (named, attempt)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "a 1",
        "-a",
        "a1@",
        "a1@0",
        "a1@x",
        "a1@1.5",
        "a1@٣",
        "a1/",
        "a1/ ",
        "a1:2",
        "a1\n",
        "é",
        "a" * 64,
        "a" * 300,
    ],
)
def test_a_request_that_is_none_is_told_and_never_acts(value: str) -> None:
    read_ = read(pause=value)
    assert read_.get(Word.PAUSE) is None
    assert "canary.delivery/pause=" in read_.problems[0]
    assert len(read_.problems[0]) < 250


@pytest.mark.parametrize(("value", "step"), [("a1:2", 2), ("a1@3:12", 12)])
def test_an_approval_names_a_step(value: str, step: int) -> None:
    request = read(approve=value).get(Word.APPROVE)
    assert request is not None
    assert request.step == step


@pytest.mark.parametrize("value", ["a1", "a1:0", "a1:100", "a1:", "a1:x", ":2", "a1:2/k"])
def test_an_approval_without_a_step_is_none(value: str) -> None:
    assert read(approve=value).get(Word.APPROVE) is None


def test_words_of_others_are_not_ours() -> None:
    assert requests.read({"example.com/pause": "a1", "canary.deliver/pause": "a1"}).problems == ()


def test_the_state_is_no_request() -> None:
    assert read(state="{" * 9999).problems == ()


def test_a_rule_is_a_word_that_is_known() -> None:
    assert read(rule="main").problems == ()
    assert read(rule="two words").problems != ()


def test_who_asked_is_believed_for_that_very_value_only() -> None:
    told = read(pause="a1", requested_by="pause=a1 jane@example.com", reason="look at logs")
    other = read(pause="a1/2", requested_by="pause=a1 jane@example.com")
    one, two = told.get(Word.PAUSE), other.get(Word.PAUSE)
    assert one is not None
    assert two is not None
    assert told.origin(one) == " by jane@example.com: look at logs"
    assert other.origin(two) == ""


@given(st.dictionaries(st.sampled_from([*(word.value for word in Word), "speed", ""]), st.text(max_size=300)))
def test_reading_never_raises(words: dict[str, str]) -> None:
    read_ = requests.read({PREFIX + word: value for word, value in words.items()})
    assert set(read_.asked or {}) <= set(read_.hashes or {})


ONCE: tuple[tuple[str, Snapshot], ...] = (
    ("pause", a_snapshot({"pause": ID})),
    ("resume", a_snapshot({"resume": ID}, stamp=a_stamp(phase=Phase.PAUSED, paused=True))),
    ("promote", a_snapshot({"promote": ID})),
    ("approve", a_snapshot({"approve": f"{ID}:3"})),
    ("abort", a_snapshot({"abort": ID})),
    ("retry", a_snapshot({"retry": ID}, stamp=an_ended_stamp())),
    ("undo", a_snapshot({"undo": ID}, stamp=an_ended_stamp(Phase.PROMOTED))),
)  # fmt: skip


@pytest.mark.parametrize(("word", "seen"), ONCE, ids=[word for word, _ in ONCE])
def test_a_request_is_acknowledged_in_the_write_that_carries_it_out(word: str, seen: Snapshot) -> None:
    request = seen.requests.get(Word(word))
    assert request is not None
    assert stamped(decide(seen)).acks[Word(word)] == request.hash


@pytest.mark.parametrize(("word", "seen"), ONCE, ids=[word for word, _ in ONCE])
def test_a_request_of_another_attempt_or_id_does_nothing(word: str, seen: Snapshot) -> None:
    for value in (f"{ID}@7", "other"):
        again = asked_again(seen, {word: value + (":3" if word == "approve" else "")})
        assert not decide(again).changes(again), value


def test_the_same_pause_never_acts_again_and_a_marked_one_does() -> None:
    paused = settle(a_snapshot({"pause": ID}))
    resumed = settle(asked_again(paused, {"resume": ID}))
    assert resumed.stamp is not None
    assert (resumed.stamp.phase, resumed.stamp.paused) == (Phase.PROGRESSING, False)
    restored = asked_again(asked_again(resumed, {"pause": None}), {"pause": ID})
    assert decide(restored).rule == "baking"
    assert decide(asked_again(resumed, {"pause": f"{ID}/2"})).rule == "pausing"


def test_taking_the_pause_away_resumes_nothing() -> None:
    paused = settle(a_snapshot({"pause": ID}, verdict=GO))
    for words in ({"pause": None}, {"pause": "other"}, {"pause": ID}):
        assert decide(asked_again(paused, words)).rule == "resting"


def test_two_pauses_need_one_resume() -> None:
    paused = settle(asked_again(settle(a_snapshot({"pause": ID})), {"pause": f"{ID}/2"}))
    resumed = settle(asked_again(paused, {"resume": ID}))
    assert resumed.stamp is not None
    assert resumed.stamp.phase is Phase.PROGRESSING


def test_pause_and_resume_at_once_end_paused() -> None:
    for stamp in (a_stamp(), a_stamp(phase=Phase.PAUSED, paused=True)):
        seen = settle(a_snapshot({"pause": ID, "resume": ID}, stamp=stamp))
        assert seen.stamp is not None
        assert seen.stamp.paused


def test_a_resume_from_before_does_not_lift_a_later_pause() -> None:
    seen = settle(a_snapshot({"resume": ID}))
    assert decide(settle(asked_again(seen, {"pause": ID}))).rule == "resting"


def test_a_resume_from_before_does_not_forgive_a_later_drift() -> None:
    seen = settle(a_snapshot({"resume": ID}))
    assert decide(settle(reweighted(seen, {STABLE: 500, CANARY: 500}))).rule == "resting"


def test_a_retry_from_before_does_not_lift_a_later_rollback() -> None:
    seen = settle(a_snapshot({"retry": ID}))
    gone = settle(asked_again(seen, {"abort": ID}))
    assert gone.stamp is not None
    assert (gone.stamp.phase, gone.stamp.attempt) == (Phase.ABORTED, 1)


def test_an_undo_from_before_does_not_take_back_a_later_promotion() -> None:
    seen = settle(a_snapshot({"undo": ID}, stamp=a_stamp(phase=Phase.BAKING, step=4), verdict=GO), rounds=3)
    assert seen.stamp is not None
    assert (seen.stamp.phase, seen.stamp.stable) == (Phase.PROMOTED, CANARY)


def test_what_asked_for_more_of_one_revision_does_not_count_for_the_next() -> None:
    changed = leaves(canary=a_leaf(CANARY, revision="8"))
    seen = settle(a_snapshot({"promote": ID, "approve": f"{ID}:3"}, leaves=changed))
    assert seen.stamp is not None
    assert (seen.stamp.attempt, seen.stamp.step, seen.stamp.approved) == (2, 1, ())


def test_a_pause_of_one_revision_holds_the_next_one_too() -> None:
    changed = leaves(canary=a_leaf(CANARY, revision="8"))
    seen = settle(a_snapshot({"pause": ID}, leaves=changed))
    assert seen.stamp is not None
    assert (seen.stamp.attempt, seen.stamp.phase, seen.stamp.reason) == (2, Phase.WAITING, "Paused")
