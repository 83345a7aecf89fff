"""The fixed inputs and outputs of the executable specification, to 1e-9."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from canary.evidence import (
    Arm,
    Bake,
    Confidence,
    Errors,
    Evidence,
    Gate,
    Interval,
    Latency,
    Objective,
    Stratum,
    Verdict,
)
from canary.evidence.betting import FURTHEST, Bets, settle
from canary.evidence.purse import Purse
from canary.evidence.tally import together
from canary.evidence.traffic import Three, Traffic

VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text())
CAP = 10.0
PLAIN = Confidence(dilution=math.inf, fading=0.0)
"""The specification is older than the limit on dilution, the bounded bet and the fading; `test_oracle` has them."""

WARM_UP = 10
"""In the specification whatever ends a minute after the start is warm: the twelfth interval of 5 s, ten after the first."""

BAKE = Bake(min_intervals=12, max_intervals=120, min_requests=50, control=True)


GATES: tuple[Gate, ...] = (
    Errors(steady=False),
    Objective(),
    Latency(bound=0, bound_ms=100, tail=0.3, warmup=WARM_UP, weight=0.25),
    Latency(bound=1, bound_ms=500, tail=0.02, warmup=WARM_UP, weight=0.25),
)


def arm(written: list[Any]) -> Arm:
    requests, failures, timed, slow = written
    return Arm(requests, failures, timed, tuple(slow))


def interval(index: int, written: dict[str, Any]) -> Interval:
    strata, halves = written["strata"], written["halves"]
    return Interval(
        index,
        None if strata is None else tuple(Stratum(arm(canary), arm(stable)) for canary, stable in strata),
        None if halves is None else (arm(halves[0]), arm(halves[1])),
    )


def verdicts(stream: dict[str, Any]) -> list[Verdict]:
    evidence, said = Evidence.begin(GATES, PLAIN), []
    for index, written in enumerate(stream["intervals"], 1):
        if written["new_step"] is not None:
            evidence = evidence.new_step(written["new_step"])
        evidence = evidence.feed(interval(index, written), written["settled"])
        said.append(evidence.judge(BAKE))
    return said


@pytest.mark.parametrize("vector", VECTORS["factors"], ids=range(len(VECTORS["factors"])))
def test_the_factor_of_one_interval_is_the_specified_one(vector: dict[str, Any]) -> None:
    k, ratio, margin = vector["k"], vector["rho"], vector["delta"]
    bets = Bets.on(((k,) * 4, ratio, margin), ((k,) * 3, ratio, margin))
    split = Traffic([(row[0], row[2]) for row in vector["strata"]]).split(bets.lines)
    bad = [(row[1], row[3]) for row in vector["strata"]]
    (won, _), (canary, _) = split.won(bad), together(bad)
    owned = Purse(0.0, (1.0, 1.0, 1.0, 1.0), True), (0.0, 0.0, 0.0)

    def after(highest: float) -> tuple[Purse, Three]:
        return settle(bets, owned, won, split.paid, canary, 0.0, vector["K"], highest, None, True)

    uncut, cut = float(vector["ln_e_uncapped"]), float(vector["ln_e"])
    _, free = after(math.inf)
    purse, advance = after(math.log(CAP))
    assert free == pytest.approx([min(FURTHEST, max(-FURTHEST, uncut))] * 3, rel=1e-9, abs=1e-9)
    assert advance == pytest.approx([max(-FURTHEST, cut)] * 3, rel=1e-9, abs=1e-9)
    assert purse.wealth == pytest.approx([math.exp(cut)] * 4, rel=1e-9)


def test_the_specification_cuts_a_factor_from_above_and_never_from_below() -> None:
    lowest = [vector for vector in VECTORS["factors"] if float(vector["ln_e_uncapped"]) < -math.log(CAP)]
    assert lowest
    assert all(vector["ln_e"] == vector["ln_e_uncapped"] for vector in lowest)


@pytest.mark.parametrize("stream", VECTORS["streams"], ids=lambda stream: stream["name"])
def test_the_evidence_of_a_stream_is_the_specified_one(stream: dict[str, Any]) -> None:
    expected = [float(written["E"]) for written in stream["intervals"]]
    assert [verdict.evidence for verdict in verdicts(stream)] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("stream", VECTORS["streams"], ids=lambda stream: stream["name"])
def test_the_verdicts_of_a_stream_are_the_specified_ones(stream: dict[str, Any]) -> None:
    """Apart from one thing: what was earned in settled intervals stays earned while the newest one is unsettled."""
    for written, verdict in zip(stream["intervals"], verdicts(stream), strict=True):
        if not written["settled"] and verdict.reason == "WithinMargin":
            assert written["reason"] == "Baking"
        else:
            assert (verdict.outcome.value, verdict.reason) == (written["action"], written["reason"])
