"""A policy: what it accepts, in which units, and how large it may be."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from canary.evidence import Confidence
from canary.rollout.model import format_duration, parse_duration, parse_part
from canary.rollout.policy import FROZEN_LIMIT, Policy
from tests.rollout.builders import a_policy


def a_spec(**changes: object) -> dict[str, object]:
    return {"name": "p", "steps": [{"share": "10%"}, {"share": "50%"}], **changes}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("1h30m", 5400), ("500ms", 0.5), ("1d", 86_400), ("0s", 0), ("1m1m", 120)],
)
def test_durations_are_written_with_their_unit(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "90",
        90,
        1.5,
        True,
        None,
        "1y",
        "1 m",
        " 1m",
        "1m ",
        "-1m",
        "1.5m",
        "m",
        "1M",
        "٣s",
        "1e3s",
        "9999999d",
        "9999999d" * 200,
    ],
)
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"is no duration|longer than a year"):
        parse_duration(value)


@given(st.integers(0, 366 * 86_400_000))
def test_a_duration_reads_back(milliseconds: int) -> None:
    value = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(value)) == value


@pytest.mark.parametrize(
    ("value", "part"), [("10%", 0.1), ("12.5%", 0.125), ("100%", 1), ("0.2 %", 0.002), (0.25, 0.25), (1, 1)]
)
def test_parts_are_percent_or_fractions(value: object, part: float) -> None:
    assert parse_part(value) == part


@pytest.mark.parametrize(
    "value", ["", "10", "%", "-1%", "1e1%", "1,5%", "٣%", "1000%", True, None, [], "0.1"]
)
def test_what_is_no_part_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is no part of a whole"):
        parse_part(value)


@pytest.mark.parametrize(
    "shares",
    [
        [],
        ["0%"],
        ["100%"],
        ["10%", "10%"],
        ["50%", "10%"],
        ["0.05%"],
        ["12.55%"],
        [10],
        [-0.1],
        [1.5],
        [True],
        [float("nan")],
        [float("inf")],
    ],
)
def test_shares_rise_in_thousandths_below_100_percent(shares: list[object]) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(a_spec(steps=[{"share": share} for share in shares]))


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": [{"share": "10%", "approval": True}]},
        {"steps": [{"share": "10%", "approval": "yes"}]},
        {"steps": [{"share": "10%", "bake": {"min": "0s"}}]},
        {"steps": [{"share": "10%", "bake": {"min": "2m", "max": "1m"}}]},
        {"steps": [{"share": "10%", "speed": 1}]},
        {"gates": []},
        {"gates": [{"kind": "objective"}]},
        {"gates": [{"kind": "errors"}, {"kind": "errors"}]},
        {"gates": [{"kind": "latency"}]},
        {"gates": [{"kind": "errors"}, {"kind": "latency"}, {"kind": "latency"}]},
        {"gates": [{"kind": "errors"}, {"kind": "latency", "bounds": ["200ms", "100ms"]}]},
        {"gates": [{"kind": "errors"}, {"kind": "latency", "bounds": ["100ms", "100ms"]}]},
        {"gates": [{"kind": "errors"}, {"kind": "latency", "bounds": [100]}]},
        {"gates": [{"kind": "errors"}, {"kind": "latency", "bounds": ["0ms"]}]},
        {"gates": [{"kind": "errors"}, {"kind": "latency", "bounds": ["51s"]}]},
        {"gates": [{"kind": "errors"}, {"kind": "latency", "bounds": [f"{each}s" for each in range(1, 8)]}]},
        {"gates": [{"kind": "errors"}, {"kind": "latency", "warmup": -1}]},
        {"gates": [{"kind": "errors"}, {"kind": "latency", "p99": "300ms"}]},
        {"gates": [{"kind": "errors"}, {"kind": "objective"}]},
        {"gates": [{"kind": "errors"}, {"kind": "objective", "success": "99%", "p99": "300ms"}]},
        {
            "gates": [
                {"kind": "errors"},
                {"kind": "objective", "p99": "300ms"},
                {"kind": "objective", "p99": "1s"},
            ]
        },
        {"gates": [{"kind": "errors"}, {"kind": "objective", "p98": "300ms"}]},
        {"gates": [{"kind": "errors"}, {"kind": "objective", "p99": "0s"}]},
        {"gates": [{"kind": "errors"}, {"kind": "objective", "p99": "1m"}]},
        {"view": "both"},
        {"gates": [{"kind": "errors", "ratio": 0.5}]},
        {"gates": [{"kind": "errors", "ratio": True}]},
        {"gates": [{"kind": "errors", "ratio": "2"}]},
        {"gates": [{"kind": "errors", "ratio": float("nan")}]},
        {"gates": [{"kind": "errors", "margin": "0%"}]},
        {"gates": [{"kind": "errors", "margin": float("nan")}]},
        {"gates": [{"kind": "errors"}, {"kind": "objective", "success": "100%"}]},
        {"minRequests": 0},
        {"minRequests": True},
        {"minRequests": "50"},
        {"minRequests": 1.0},
        {"onInconclusive": "go"},
        {"onFailure": "ignore"},
        {"sourceDown": "advance"},
        {"unknownDeadline": "0s"},
        {"deadline": "0s"},
        {"settleDeadline": "0s"},
        {"stableFloor": "150%"},
        {"stableFloor": float("nan")},
        {"pin": "image"},
        {"onNewRevision": "hold"},
        {"capacity": "-1%"},
        {"capacity": "201%"},
        {"capacity": float("nan")},
        {"confidence": {"alpha": "0.09%"}},
        {"confidence": {"alpha": "6%"}},
        {"confidence": {"beta": "0.9%"}},
        {"confidence": {"beta": "21%"}},
        {"confidence": {"gamma": "1%"}},
        {"confidence": 0.01},
        {"history": 0},
        {"history": 101},
        {"history": True},
        {"name": ""},
        {"name": "Upper"},
        {"name": "a" * 64},
        {"name": "a\n"},
        {"speed": "fast"},
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(a_spec(**changes))


def test_the_rung_at_100_percent_is_there_by_itself_and_last() -> None:
    policy = a_policy(0.1, 0.5)
    assert [rung.share for rung in policy.rungs] == [0.1, 0.5, 1.0]
    assert [policy.share(step) for step in range(4)] == [0, 0.1, 0.5, 1]
    assert [policy.next_share(step) for step in range(4)] == [0.1, 0.5, 1, None]


@pytest.mark.parametrize(
    ("share", "step"), [(0, 0), (0.0999, 0), (0.1, 1), (1 - 0.9, 1), (0.49, 1), (0.5, 2), (0.999, 2), (1, 3)]
)
def test_a_share_stands_on_the_highest_rung_it_reaches(share: float, step: int) -> None:
    assert a_policy(0.1, 0.5).rung_at(share) == step


def test_a_frozen_policy_is_whole_and_reads_back() -> None:
    policy = Policy.model_validate(a_spec(deadline="90m", stableFloor="33.3%"))
    assert Policy.model_validate_json(policy.frozen()) == policy
    assert '"onFailure":"rollback"' in policy.frozen()


def test_what_a_stamp_leaves_out_has_the_same_default_for_ever() -> None:
    left_out = {"capacity": 0.0, "confidence": {"alpha": 0.01, "beta": 0.05}, "history": 10, "windows": []}
    policy = Policy.model_validate(a_spec(**left_out, onNewRevision="restart"))
    assert policy == Policy.model_validate_json(policy.frozen()) == Policy.model_validate(a_spec())
    assert not {*left_out, "onNewRevision"} & json.loads(policy.frozen()).keys()


@pytest.mark.parametrize(
    "asked",
    [
        {"capacity": "50%"},
        {"confidence": {"alpha": "0.1%"}},
        {"confidence": {"beta": "20%"}},
        {"history": 100},
        {"onNewRevision": "rollback"},
        {"windows": [{"cron": "0 9 * * mon-fri", "duration": "8h"}]},
    ],
)
def test_what_was_asked_for_is_frozen(asked: dict[str, object]) -> None:
    policy = Policy.model_validate(a_spec(**asked))
    assert Policy.model_validate_json(policy.frozen()) == policy != Policy.model_validate(a_spec())
    assert asked.keys() <= json.loads(policy.frozen()).keys()


def test_the_evidence_is_as_sure_as_the_policy_says() -> None:
    usual, surer = (
        Policy.model_validate(a_spec(confidence=confidence)).confidence()
        for confidence in ({}, {"alpha": "0.1%", "beta": "1%"})
    )
    assert (usual, usual.limit, usual.needed) == (Confidence(), 100, 20)
    assert (surer.limit, surer.needed) == (1000, 100)


def test_a_ladder_takes_no_place_for_approvals_it_does_not_ask_for() -> None:
    policy = Policy.model_validate(a_spec(steps=[{"share": "10%"}, {"share": "50%", "approval": True}]))
    assert policy.frozen().count("approval") == 1
    assert Policy.model_validate_json(policy.frozen()) == policy


MANY: list[object] = [{"share": share / 1000} for share in range(1, 31)]


@pytest.mark.parametrize(
    ("gates", "steps"), [([], 19), ([{"kind": "latency"}], 7), ([{"kind": "latency", "bounds": ["1s"]}], 17)]
)
def test_a_policy_that_is_too_large_for_the_stamp_is_refused_with_a_sentence(
    gates: list[object], steps: int
) -> None:
    asked = [{"kind": "errors"}, {"kind": "objective", "success": "99%"}, *gates]
    with pytest.raises(ValidationError, match=r"are allowed: use fewer steps, or fewer latency bounds"):
        Policy.model_validate(a_spec(steps=MANY, gates=asked))
    assert len(Policy.model_validate(a_spec(steps=MANY[:steps], gates=asked)).frozen()) <= FROZEN_LIMIT


def test_more_questions_than_a_checkpoint_has_room_for_are_refused_with_a_sentence() -> None:
    objectives = [{"kind": "objective", key: "1s"} for key in ("p50", "p90", "p95")]
    bounds = [f"{number}s" for number in range(1, 6)]
    asked = [{"kind": "errors"}, *objectives, {"kind": "latency", "bounds": bounds}]
    with pytest.raises(ValidationError, match="may be 8 questions together: ask fewer"):
        Policy.model_validate(a_spec(gates=asked))
    fewer = Policy.model_validate(a_spec(gates=[*asked[:-1], {"kind": "latency", "bounds": bounds[:4]}]))
    assert len(fewer.gates) == 5


def test_an_objective_without_a_target_is_refused_with_the_targets_there_are() -> None:
    with pytest.raises(ValidationError, match="one of success, p50, p90, p95, p99, p999: write one entry"):
        Policy.model_validate(a_spec(gates=[{"kind": "errors"}, {"kind": "objective"}]))


def test_a_policy_is_measured_where_it_is_made_and_not_again_at_every_decision() -> None:
    """It took two thirds of a look: a thousand rollouts are looked at in each interval."""
    long = Policy.model_validate(a_spec()).model_copy(update={"name": "p" * FROZEN_LIMIT})
    assert len(long.frozen()) > FROZEN_LIMIT
    assert Policy.model_validate(long) is long
