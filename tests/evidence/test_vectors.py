"""The fixed inputs and outputs of the executable specification, to 1e-9."""

import json
import math
from dataclasses import dataclass
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
    Objective,
    Stratum,
    Verdict,
)
from canary.evidence.betting import Bet

VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text())
CAP = 10.0
WARM_UP = 12
BAKE = Bake(min_intervals=12, max_intervals=120, min_requests=50, control=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slower:
    """The specification's latency gate, as far as its streams need it: it also shows that the fold takes other gates."""

    bound: int
    ratio: float
    advance_margin: float
    margin: float = 0.002
    weight: float = 0.25
    kind: str = "slower"
    deed: str = "were too slow"

    @property
    def name(self) -> str:
        return f"bound {self.bound}"

    @property
    def advance_ratio(self) -> float:
        return self.ratio

    def counts(self, arm: Arm) -> tuple[float, float]:
        return arm.timed, arm.slow[self.bound]


GATES: tuple[Gate, ...] = (
    Errors(),
    Objective(),
    Slower(bound=0, ratio=1.25, advance_margin=0.05),
    Slower(bound=1, ratio=1.5, advance_margin=0.01),
)


def arm(written: list[Any], warm: bool = True) -> Arm:
    """A canary that is still warming up is not asked for its latency."""
    requests, failures, timed, slow = written
    return Arm(requests, failures, timed, tuple(slow)) if warm else Arm(requests, failures, 0, (0, 0))


def interval(index: int, written: dict[str, Any]) -> Interval:
    warm = index >= WARM_UP
    strata, halves = written["strata"], written["halves"]
    return Interval(
        index,
        None
        if strata is None
        else tuple(Stratum(arm(canary, warm), arm(stable)) for canary, stable in strata),
        None if halves is None else (arm(halves[0]), arm(halves[1])),
    )


def verdicts(stream: dict[str, Any]) -> list[Verdict]:
    evidence, said = Evidence.begin(GATES, Confidence()), []
    for index, written in enumerate(stream["intervals"], 1):
        if written["new_step"] is not None:
            evidence = evidence.new_step(written["new_step"])
        evidence = evidence.feed(interval(index, written), written["settled"])
        said.append(evidence.judge(BAKE))
    return said


@pytest.mark.parametrize("vector", VECTORS["factors"], ids=range(len(VECTORS["factors"])))
def test_the_factor_of_one_interval_is_the_specified_one(vector: dict[str, Any]) -> None:
    bet = Bet((vector["k"],), vector["rho"], vector["delta"])
    rows = [(row[0], row[1], row[2], row[3]) for row in vector["strata"]]
    for cap, written in ((CAP, vector["ln_e"]), (math.inf, vector["ln_e_uncapped"])):
        assert bet.log_factors(rows, vector["K"], cap) == pytest.approx([float(written)], rel=1e-9, abs=1e-9)


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
