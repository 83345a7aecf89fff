"""The stamp: what is remembered reads back, in at most 4 KiB, and what nothing can be made of is told apart."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.evidence import Arm, Evidence, Interval, Stratum
from canary.rollout.bounds import Bounds
from canary.rollout.policy import Policy
from canary.rollout.rules.following import REMEMBERED
from canary.rollout.stamp import SEEN_LIMIT, SIZE_LIMIT, Head, Stamp, Unreadable, read
from canary.terms import Phase, Word
from tests.rollout.builders import (
    CANARY,
    ID,
    NOW,
    STABLE,
    THIRD,
    UID,
    UNIT,
    a_pin,
    a_policy,
    a_stamp,
    a_waiting_stamp,
    an_ended_stamp,
)

CHECKPOINT_LIMIT = 1229
"""1.2 KiB."""

GATES: dict[int, list[object]] = {
    2: [{"kind": "errors"}, {"kind": "objective", "success": 0.99}],
    8: [{"kind": "errors"}, {"kind": "objective", "success": 0.99}, {"kind": "latency"}],
}
"""By how many questions they are."""

BOUNDS = {
    10_000.0: 0.5371,
    20_000.0: 0.1234,
    30_000.0: 0.0567,
    40_000.0: 0.0345,
    50_000.0: 0.0234,
    5000.0: 0.6789,
}


def a_long_checkpoint(policy: Policy, bounds: Bounds) -> str:
    """Of evidence that has learned for long, in the middle of a block: every number has all its digits."""
    evidence = Evidence.begin(policy.specs(bounds, UNIT), policy.confidence(), 0.333)
    for index in range(358_999_701, 358_999_990):
        arms = Stratum(an_arm(1234, 12 + index % 7), an_arm(98_765, 543 + index % 11), "ns/web")
        halves = (an_arm(4938, 27 + index % 40), an_arm(4938, 27))
        evidence = evidence.feed(Interval(index, (arms,), halves, endpoints=9), settled=True)
    return evidence.new_step(0.333).checkpoint()


def an_arm(requests: float, failures: float) -> Arm:
    return Arm(requests, failures, requests, tuple(requests / (2 + number) for number in range(6)))


def the_largest_policy(questions: int) -> Policy:
    """As many steps as the limit lets in."""
    for count in range(30, 0, -1):
        shares = [round(0.033 * number, 3) for number in range(1, count + 1) if 0.033 * number < 1]
        steps = [{"share": share, "bake": {"min": "1m30s", "max": "10m30s"}} for share in shares]
        try:
            return Policy.model_validate({"name": "a" * 63, "steps": steps, "gates": GATES[questions]})
        except ValueError:
            continue
    raise AssertionError("no policy is small enough")


@pytest.mark.parametrize(("questions", "steps"), [(2, 20), (8, 7)])
def test_the_largest_stamp_stays_below_its_limit(questions: int, steps: int) -> None:
    policy = the_largest_policy(questions)
    assert len(policy.steps) == steps
    bounds = BOUNDS if questions > 2 else {}
    checkpoint = a_long_checkpoint(policy, bounds)
    assert len(checkpoint) <= CHECKPOINT_LIMIT
    name, large = "n" * 40, 358_999_999
    pins = {
        service: a_pin(name, generation=123_456, revision="12345", uid=UID)
        for service in ("s" * 40, "c" * 40)
    }
    stamp = a_stamp(
        id="i" * 63,
        stable="s" * 40,
        canary="c" * 40,
        apex="a" * 40,
        attempt=9999,
        phase=Phase.AWAITING_APPROVAL,
        step=steps,
        total=429_000,
        policy=policy,
        pins=pins,
        replaced=pins["s" * 40],
        since=large,
        settled=large,
        bounds=bounds,
        checkpoint=checkpoint + " " * (CHECKPOINT_LIMIT - len(checkpoint)) if bounds else checkpoint,
        approved=tuple(range(1, 10)),
        seed=0.333,
        paused=True,
        drifted="m" * 40,
        resets={f"{number}" + "m" * 39: 2 for number in range(3)} | {"others": 2},
        gap=large,
        spent=large,
        going=large,
        at=large,
        acks=dict.fromkeys(("pause", "resume", "promote", "abort", "retry", "undo", "approve"), "12345678"),
        seen=tuple(f"{number:08x}" for number in range(SEEN_LIMIT)),
        reason="EvidenceBuilding",
        message="é" * 4000,
    )
    assert len(stamp.render().encode()) <= SIZE_LIMIT
    back = read(stamp.render())
    assert isinstance(back, Stamp)
    assert len(back.message) >= 10
    assert back.but(message=stamp.message) == stamp


def test_the_remedy_that_is_remembered_while_it_waits_has_room() -> None:
    remedy = "r" * REMEMBERED
    seen = tuple(f"{number:08x}" for number in range(SEEN_LIMIT))
    stamp = a_waiting_stamp(
        policy=the_largest_policy(8), paused=True, unfollowed=remedy, message=remedy, seen=seen
    )
    assert len(stamp.render().encode()) <= SIZE_LIMIT
    assert read(stamp.render()) == stamp


@pytest.mark.parametrize(
    "stamp",
    [
        a_stamp(),
        a_waiting_stamp(seed=0.1),
        an_ended_stamp(Phase.PROMOTED),
        a_stamp(gap=NOW, drifted="x", paused=True),
    ],
)
def test_a_stamp_reads_back(stamp: Stamp) -> None:
    assert read(stamp.render()) == stamp


def test_a_stamp_says_its_version_and_nothing_that_is_default() -> None:
    raw = json.loads(a_stamp().render())
    assert raw["v"] == 1
    assert not {"paused", "drifted", "gap", "acks", "replaced"} & set(raw)
    fields = Policy.model_fields.items()
    assert set(raw["policy"]) == {field.alias for name, field in fields if name not in a_policy().unasked}


@given(st.text(max_size=3000))
def test_a_sentence_is_cut_not_broken(message: str) -> None:
    text = a_stamp(message=message).render()
    back = read(text)
    assert isinstance(back, Stamp)
    assert message.startswith(back.message)
    assert len(text.encode()) <= SIZE_LIMIT
    assert text.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "1",
        '"text"',
        "{",
        "{}",
        '{"v": 1}',
        '{"v": 0}',
        '{"v": "2"}',
        '{"v": 2}',
        "[" * 100_000,
        "NaN",
        '{"v":1,"speed":"fast"}',
    ],
)
def test_what_is_no_stamp_is_told_apart(text: str) -> None:
    read_ = read(text)
    assert isinstance(read_, Unreadable)
    assert 0 < len(read_.why) <= 200


@pytest.mark.parametrize(
    "change",
    [
        {"phase": "Sleeping"},
        {"step": 9},
        {"step": 0},
        {"step": -1},
        {"total": 0},
        {"total": 429_497},
        {"policy": None},
        {"canary": STABLE},
        {"stable": ""},
        {"attempt": 0},
        {"seed": 2},
        {"bounds": {str(bound): 0.1 for bound in range(1, 10)}},
        {"stableReady": 10**400},
        {"policy": {"name": "quick", "steps": [{"share": 10**400}]}},
        {"policy": {"name": "quick", "steps": [{"share": 0.1}], "stableFloor": 10**400}},
        {"extra": 1},
    ],
)
def test_what_hands_made_impossible_is_as_good_as_none(change: dict[str, object]) -> None:
    raw = json.loads(a_stamp().render()) | change
    assert isinstance(read(json.dumps(raw)), Unreadable)


def test_of_a_newer_stamp_the_head_is_understood() -> None:
    raw = json.loads(a_stamp().render()) | {"v": 2, "phase": "Sleeping", "new": [1]}
    assert read(json.dumps(raw)) == Head(v=2, uid=UID, id=ID, stable=STABLE, canary=CANARY)


@pytest.mark.parametrize(
    ("stamp", "canary"),
    [
        (a_waiting_stamp(), 0),
        (a_waiting_stamp(seed=0.1), 100),
        (a_stamp(step=1), 100),
        (a_stamp(step=4, phase=Phase.BAKING), 1000),
        (a_stamp(gap=NOW), 0),
        (an_ended_stamp(), 0),
        (a_stamp(phase=Phase.PAUSED, paused=True), 250),
        (a_stamp(policy=a_policy(0.333, 0.5), step=1), 333),
    ],
)
def test_weights_go_with_phase_and_step(stamp: Stamp, canary: int) -> None:
    assert stamp.weights((STABLE, CANARY, THIRD)) == {STABLE: 1000 - canary, CANARY: canary, THIRD: 0}


def test_weights_of_a_promotion_belong_to_the_new_stable() -> None:
    assert an_ended_stamp(Phase.PROMOTED).weights((STABLE, CANARY)) == {STABLE: 0, CANARY: 1000}


def test_figures_that_grow_are_no_news() -> None:
    stamp = a_stamp()
    assert stamp.but(at=NOW + 5, spent=9, write="x", message="15 of 30 s").says_the_same(stamp)
    assert not stamp.but(reason="NoMetrics").says_the_same(stamp)
    assert not stamp.but(acks={Word.PAUSE: "12345678"}).says_the_same(stamp)


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.REJECTED])
def test_while_a_person_has_to_act_the_sentence_itself_is_news(phase: Phase) -> None:
    stamp = a_waiting_stamp().but(phase=phase)
    assert not stamp.but(message="something else").says_the_same(stamp)
