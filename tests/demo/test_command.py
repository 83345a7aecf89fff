"""`canary demo` as it is called from a shell."""

import json
import signal
import threading
from pathlib import Path

import pytest
from pydantic import BaseModel

from canary.cli import program
from canary.cli.shell.entry import execute
from canary.cli.shell.world import World, connect
from canary.demo.clock import VirtualClock
from canary.demo.place import EPOCH
from canary.demo.result import Cost, DemoDecision, DemoResult, Flagger, Weighed
from canary.demo.scenes import names
from tests.demo.plays import BY_NAME

KEPT: dict[type[BaseModel], set[str]] = {
    DemoResult: {
        "apiVersion", "kind", "scene", "seed", "policy", "phase", "reason", "message", "exitCode", "expected",
        "virtualSeconds", "intervalsToVerdict", "canary", "weights", "flaggerModel",
    },
    DemoDecision: {"apiVersion", "kind", "at", "phase", "step", "reason", "message", "weights"},
    Cost: {"requests", "failed"},
    Weighed: {"at", "stable", "canary"},
    Flagger: {"intervalSeconds", "threshold", "rolledBackAfter", "failed"},
}  # fmt: skip


def demo(*arguments: str, clock: VirtualClock | None = None) -> int:
    world = World(connect, clock or VirtualClock(EPOCH), lambda job: job(), {})
    return execute(program, ["demo", *arguments], world)


def test_every_field_of_its_json_is_still_there() -> None:
    found = {model: {str(field.alias) for field in model.model_fields.values()} for model in KEPT}
    assert found == KEPT


def test_json_is_one_object_a_line_and_the_last_one_is_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo("errors", "-o", "json") == 10
    *decisions, result = map(json.loads, capsys.readouterr().out.splitlines())
    assert {one["kind"] for one in decisions} == {"DemoDecision"}
    assert (decisions[-1]["phase"], decisions[-1]["weights"]["backend-api-v2"]) == ("RolledBack", 0)
    assert (result["kind"], result["reason"], result["exitCode"]) == ("DemoResult", "GateFailed", 10)
    assert result["canary"]["failed"] < result["flaggerModel"][0]["failed"]


def test_lines_tell_each_decision_and_then_what_it_cost(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo("errors") == 10
    text = capsys.readouterr().out
    for words in (
        "Started: backend-api-v2 starts at 10.0%", "RolledBack   1    0%  GateFailed: errors:", "(exit 10)",
        "Flagger's rule (60 s, threshold 5; a model)", "Flagger's rule (10 s, threshold 1; a model)",
    ):  # fmt: skip
        assert words in text


def test_the_time_it_may_take_is_an_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo("good", "--for", "20s", "-o", "json") == 14
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["virtualSeconds"] == 20


def test_its_pace_is_the_one_that_was_asked_for() -> None:
    clock = VirtualClock(EPOCH)
    demo("good", "--for", "20s", "--speed", "10", clock=clock)
    assert clock.seconds == pytest.approx(2.5)


@pytest.mark.parametrize("name", ["good", "errors"])
def test_the_first_scenes_take_half_a_minute_at_most_where_they_are_watched(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    demo(name, "-o", "json")
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["virtualSeconds"] / BY_NAME[name].speed <= 30


def test_served_it_says_how_to_get_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo("good", "--serve", "--for", "10s") == 14
    said = capsys.readouterr()
    assert "export KUBECONFIG=/" in said.err
    assert "canary status|pause|abort backend-api-split" in said.err


class Terminated(VirtualClock):
    """Somebody ends the process while it waits for the first time."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        signal.raise_signal(signal.SIGTERM)
        return super().wait(event, seconds)


def test_terminated_it_leaves_nothing_behind(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert demo("good", "--serve", clock=Terminated(EPOCH)) == 130
    path = next(line for line in capsys.readouterr().err.splitlines() if "KUBECONFIG=" in line).partition(
        "="
    )[2]
    assert not Path(path).parent.exists()
    assert signal.getsignal(signal.SIGTERM) is before


def test_another_policy_can_be_tried(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parents[2] / "policies" / "standard.yaml").read_text().replace("standard", "mine")
    (tmp_path / "policy.yaml").write_text(text)
    assert demo("errors", "--policy", str(tmp_path / "policy.yaml"), "-o", "json") == 10
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["policy"], result["expected"]) == ("mine", None)


def test_what_there_is_not_is_told_with_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo("goood") == 1
    assert f"known are {', '.join(names())}" in capsys.readouterr().err
    assert demo("good", "--policy", "standart") == 1
    assert "there is no policy standart" in capsys.readouterr().err


def test_the_list_says_how_each_scene_ends(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo("--list") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(names())
