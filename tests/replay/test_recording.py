"""Files of increments: what is read, and the sentence for what is not."""

import json
from typing import Any

import pytest

from canary.errors import Invalid
from canary.evidence import Arm
from canary.replay import read
from tests.replay.recordings import T0, a_line, text, timed


def test_the_two_arms_are_one_stratum() -> None:
    (line,) = read(text([a_line()]), "f").lines
    (stratum,) = line.interval.strata or ()
    assert (stratum.canary, stratum.stable) == (Arm(250, 0), Arm(2250, 2))
    assert line.interval.halves == (Arm(1125, 1), Arm(1125, 1))


def test_callers_told_apart_are_strata_and_their_halves_are_summed() -> None:
    pair = {key: a_line()[key] for key in ("canary", "stable")}
    (line,) = read(text([{"t": T0, "strata": [pair, pair]}]), "f").lines
    assert len(line.interval.strata or ()) == 2
    assert line.interval.halves == (Arm(2250, 2), Arm(2250, 2))


def test_bounds_are_counted_in_ascending_order() -> None:
    arms: dict[str, Any] = {
        "canary": timed(250, {"500": 1, "50": 9}),
        "stable": timed(2250, {"50": 90, "500": 9}),
    }
    recording = read(text([a_line(**arms)]), "f")
    (stratum,) = recording.lines[0].interval.strata or ()
    assert (recording.bounds, stratum.canary.slow) == ((50.0, 500.0), (9, 1))
    assert recording.tails() == {50.0: 90 / 2250, 500.0: 9 / 2250}


def test_without_timed_every_response_of_an_arm_with_bounds_has_a_latency() -> None:
    arm = {"requests": 10, "failures": 0, "slow": {"50": 1}}
    (line,) = read(text([a_line(canary=arm, stable=arm)]), "f").lines
    assert (line.interval.strata or ())[0].canary.timed == 10


@pytest.mark.parametrize("missing", [{"canary": None}, {"stable": None}])
def test_no_data_for_an_arm_makes_the_interval_unknown(missing: dict[str, Any]) -> None:
    (line,) = read(text([a_line(**missing)]), "f").lines
    assert (line.interval.strata, line.interval.why) == (None, "no data")


def test_intervals_left_out_leave_a_gap_in_the_indices() -> None:
    recording = read(text([a_line(0), a_line(1), a_line(4)]), "f")
    assert (recording.seconds, [line.interval.index for line in recording.lines]) == (5, [1, 2, 5])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "this is no JSON"),
        ("[" * 100_000, "this is no JSON"),
        ("[1]", "an interval is a JSON object"),
        ('{"t": NaN}', "NaN is no number"),
        (json.dumps(a_line(t="absent")), "t must be the end of the interval"),
        (json.dumps(a_line(t=True)), "t must be the end of the interval"),
        (json.dumps(a_line(cnary=1)), "unknown field 'cnary'"),
        (json.dumps(a_line(canary="absent")), "has canary and stable"),
        (json.dumps(a_line(canary={"failures": 1})), "canary.requests must be a number"),
        (json.dumps(a_line(canary={"requests": -1, "failures": 0})), "canary.requests must be a number"),
        (json.dumps(a_line(canary={"requests": 1e400, "failures": 0})), "is no number"),
        (json.dumps(a_line(canary={"requests": 1, "failures": 2})), "more failures than requests"),
        (json.dumps(a_line(canary={"requests": 1, "failures": 0, "late": 1})), "an unknown field 'late'"),
        (json.dumps(a_line(canary=timed(1, {"fast": 1}))), "must count for the same bounds"),
        (json.dumps(a_line(canary=timed(1, {"50": 2}))), "more slow responses"),
        (json.dumps(a_line(strata=[])), "not beside them"),
        (json.dumps({"t": 1, "strata": [1]}), "strata is a list of"),
        (json.dumps({"t": 1, "strata": 1}), "strata is a list of"),
        (json.dumps(a_line(step=0)), "step is a number from 1"),
        (json.dumps(a_line(stable={"requests": 1, "failures": 0, "halves": [1]})), "two arms"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(line: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        read([line], "rollout.jsonl")
    assert said in str(refused.value) or said in refused.value.hint
    assert refused.value.at == "rollout.jsonl:1"


def test_time_goes_forward_on_one_grid() -> None:
    for times, said in (((0, 0), "not later"), ((0, 1, 2.5), "not on the grid")):
        with pytest.raises(Invalid, match=said):
            read(text([a_line(t=T0 + t) for t in times]), "f")


def test_steps_go_up() -> None:
    with pytest.raises(Invalid, match="goes back from 2 to 1"):
        read(text([a_line(0, step=2), a_line(1, step=1)]), "f")


def test_an_empty_file_is_no_recording() -> None:
    with pytest.raises(Invalid, match="there is no interval"):
        read(["", "\n"], "f")
