"""The policies that come with the program: what they say, to editors and to people, and what they do."""

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from canary.cli.work.describing import purpose
from canary.replay import Recording, replay
from canary.replay.ladder import Found
from canary.replay.plan import HEALTHY, Regression, Service, plan
from canary.replay.plan.traffic import Traffic
from canary.replay.recording import Line
from canary.rollout.policy import Policy
from canary.rollout.policyfile import read
from canary.rollout.schema import schema
from tests.files.project import ROOT
from tests.files.shape import errors, unread

FOLDER = ROOT / "policies"
FILES = sorted(FOLDER.glob("*.yaml"))
NAMES = {
    "blue-green", "cautious", "fast", "low-traffic", "manual", "seed-900-100", "standard", "strict-slo",
}  # fmt: skip
"""Public: routes name them."""

INTERVAL, HOURS = timedelta(seconds=5), 2
BOUNDS = (10.0, 20.0, 30.0, 50.0, 100.0, 200.0, 300.0, 500.0, 1000.0)

each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def load(path: Path) -> Policy:
    return read(path.read_text(), path.name)


def test_every_policy_there_was_is_still_there() -> None:
    assert {path.stem for path in FILES} >= NAMES
    assert all(load(path).name == path.stem for path in FILES)


def test_the_schema_is_the_one_of_the_models() -> None:
    """`canary policy schema > policies/schema.json` makes it so."""
    assert json.loads((FOLDER / "schema.json").read_text()) == schema()
    assert unread(schema()) == set()


@each
def test_an_editor_finds_the_schema_and_nothing_to_complain_about(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    found = json.loads((path.parent / first.partition("=")[2]).read_text())
    assert list(errors(yaml.safe_load(path.read_text()), found, found)) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"speed": 1}, ".spec.speed unknown"),
        ({"steps": []}, ".spec.steps: 0 of them"),
        ({"steps": [{"share": "10 percent"}]}, ".spec.steps.0.share: 0 of the choices fit"),
        ({"steps": [{"bake": {}}]}, ".spec.steps.0.share missing"),
        ({"deadline": "soon"}, ".spec.deadline: "),
        ({"minRequests": 0}, ".spec.minRequests: from 1"),
        ({"onFailure": "ignore"}, ".spec.onFailure: one of"),
        ({"gates": [{"kind": "errors", "margins": 1}]}, ".spec.gates.0: 0 of the choices fit"),
    ],
)
def test_an_editor_sees_what_is_wrong(change: dict[str, Any], told: str) -> None:
    file = yaml.safe_load((FOLDER / "standard.yaml").read_text())
    file["spec"] |= change
    assert any(one.startswith(told) for one in errors(file, schema(), schema()))


@each
def test_it_says_for_whom_it_is_and_why_its_numbers(path: Path) -> None:
    text = path.read_text()
    assert len(purpose(text)) > 30
    assert "\n# Why these numbers: " in text


@each
def test_its_plan_says_how_long_it_takes_and_that_a_dead_canary_is_caught_on_each_step(path: Path) -> None:
    policy = load(path)
    found = plan(policy, Service.under(policy.gates, 500, 0.001), timedelta(seconds=10), Random(1), runs=3)
    assert len(found.stages) == len(policy.rungs)
    for stage, rung in zip(found.stages, policy.rungs, strict=True):
        assert rung.bake.min.total_seconds() <= stage.seconds <= rung.bake.max.total_seconds() + 40
        dead = next(catch for catch in stage.catches if catch.name == "dead")
        assert dead.caught == 1
        assert dead.seconds is not None
        assert dead.seconds <= 90


@each
def test_it_promotes_a_good_canary_and_takes_back_a_bad_one(path: Path) -> None:
    policy = load(path)
    good, bad = (
        replay(policy, a_recording(how, _median(policy))) for how in (HEALTHY, Regression("bad", 0.2, 3))
    )
    assert (good.verdict, good.step) == (Found.PROMOTED, len(policy.rungs))
    assert (bad.verdict, bad.step) == (Found.ROLLBACK, 1)


def _median(policy: Policy) -> float:
    return Service.under(policy.gates, 500, 0.001).median


@cache
def a_recording(how: Regression, median: float) -> Recording:
    """Two hours at 500 requests per second, a tenth of them to the canary."""
    service = Service(rps=500, rate=0.001, median=median)
    traffic = Traffic(service, INTERVAL.total_seconds(), BOUNDS, Random(2))
    return Recording(INTERVAL.total_seconds(), BOUNDS, tuple(_lines(traffic, how)))


def _lines(traffic: Traffic, how: Regression) -> Iterator[Line]:
    for number in range(1, round(timedelta(hours=HOURS) / INTERVAL)):
        yield Line(1_700_000_000 + 5.0 * number, None, traffic.interval(number, 0.1, how))
