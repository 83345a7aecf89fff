"""A demo that is served: others write to its cluster, and it follows."""

import re
import threading
from datetime import datetime
from pathlib import Path

import pytest

from canary.cli import program
from canary.cli.shell.entry import execute
from canary.cli.shell.world import World, connect
from canary.demo.play import Play
from canary.demo.scene import ROLLOUT, SPLIT
from tests.demo.plays import BY_NAME, a_play, until
from tests.sim.apiserver.test_kubectl import Kubectl

A_PIECE = 0.1


class Beside:
    """A clock for who stands beside a play: while they wait, it goes on."""

    def __init__(self, play: Play) -> None:
        self._play = play

    def now(self) -> datetime:
        return self._play.show.clock.now()

    def monotonic(self) -> float:
        return self._play.show.clock.monotonic()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self._play.piece(A_PIECE)
        return event.is_set()


def canary(play: Play, *arguments: str) -> int:
    """A command on a second terminal."""
    world = World(connect, Beside(play), lambda job: job(), {})
    return execute(program, [*arguments, "--kubeconfig", str(play.show.kubeconfig)], world)


def test_status_abort_and_pause_work_on_it(capsys: pytest.CaptureFixture[str]) -> None:
    with a_play(BY_NAME["good"]) as play:
        until(play, 20)
        assert canary(play, "status", SPLIT) == 0
        assert "Progressing, step 1 of" in capsys.readouterr().out
        assert canary(play, "pause", SPLIT) == 0
        play.piece(A_PIECE)
        assert play.told[-1].phase == "Paused"
        assert canary(play, "abort", SPLIT) == 0
        assert "in the mesh after" in capsys.readouterr().out
        play.piece(A_PIECE)
        assert (play.told[-1].phase, play.show.stage.weighed[-1][1:]) == ("Aborted", (1000, 0))


def test_another_rollout_can_be_started_when_one_is_over() -> None:
    with a_play(BY_NAME["good"]) as play:
        until(play, 5)
        assert canary(play, "abort", SPLIT) == 0
        until(play, 20)
        assert play.over
        assert canary(play, "start", SPLIT, "--id", "v3") == 0
        until(play, 22)
        assert not play.over
        assert (play.told[-1].phase, play.show.stage.weighed[-1][1:]) == ("Progressing", (900, 100))


@pytest.mark.servers
def test_kubectl_shows_the_record_and_the_events(tmp_path: Path) -> None:
    with a_play(BY_NAME["good"]) as play:
        until(play, 20)
        kubectl = Kubectl(play.show.kubeconfig, tmp_path / "cache")
        heading, row = kubectl("get", "cro").splitlines()
        assert heading.split() == [
            "NAME",
            "ROUTE",
            "ID",
            "TRY",
            "PHASE",
            "STEP",
            "OF",
            "SHARE",
            "REASON",
            "AGE",
        ]
        assert row.split()[1:-1] == [SPLIT, ROLLOUT, "1", "Progressing", "1", "5", "10%", "Baking"]
        described = kubectl("describe", "trafficsplit", SPLIT).partition("Events:")[2]
        assert re.search(r"Normal +Started +\S+ +canary +backend-api-v2 starts at 10.0%", described)
