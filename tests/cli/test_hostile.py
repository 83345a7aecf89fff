"""
Whatever stands in a cluster cannot disturb a terminal, and whatever goes wrong is never taken for an answer.

Both hold for every command: one that is added is tried here, or these tests fail.
"""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click
import pytest

from canary.cli import COMMANDS
from canary.cli.shell.entry import execute
from canary.cli.shell.world import Access, World
from canary.cluster.objects import Raw
from canary.rollout.policy import Policy, Step
from canary.rollout.stamp import Stamp
from canary.terms import PREFIX, Phase
from tests.cli.builders import NAME, a_split, a_stamp, called, ended
from tests.cli.conftest import Call, Result
from tests.cli.fakes import Memory, a_cluster, a_world

WRITES = ("start", "pause", "resume", "approve", "promote", "abort", "retry", "undo")

ON_ROUTES: dict[str, tuple[str, ...]] = {
    "start": (NAME, "--id", "r2", "--policy", "standard"),
    "status": (NAME,),
    "explain": (NAME,),
    "check": (NAME,),
    "stat": (NAME, "--prometheus", "http://prometheus.example"),
    "watch": (NAME, "--id", "r0"),
    "list": ("-A", "-o", "wide"),
    "slot": (NAME,),
    "history": (NAME, "-o", "wide"),
    "pause": (NAME,),
    "resume": (NAME,),
    "approve": (NAME,),
    "promote": (NAME, "--full"),
    "abort": (NAME, "--timeout", "1s"),
    "retry": (NAME,),
    "undo": (NAME,),
}
"""Every command that talks to a cluster, with arguments that let it begin."""

ALONE = {"policy", "replay", "demo", "run", "completion", "version"}
"""Commands whose output says nothing of a cluster."""

EVIL = "\x1b[2J\x1b]0;title\x07\u202eevil\u202c\u200b\ufeff\x9b\r\n\tend"
LONG = "n" * 10_000


def test_every_command_is_tried_here() -> None:
    assert set(COMMANDS) == set(ON_ROUTES) | ALONE


def strange(stamp: Stamp, text: str) -> Raw:
    """A split of which everything that a stranger can choose is `text`."""
    words = {"rollout": text, "pause": text, "reason": text, "requested_by": text, "nonsense": text}
    split = a_split(stamp, 750, 250, **words)
    split["metadata"]["annotations"][PREFIX + text] = text
    split["spec"] = {**split["spec"], "service": text}
    split["spec"]["backends"] = [*split["spec"]["backends"], {"service": text, "weight": text}]
    return split


def told_by(text: str) -> list[Stamp]:
    """Stamps in several phases whose sentences are `text`."""
    strange_words: dict[str, Any] = {"reason": text, "message": text, "drifted": text}
    policy = Policy(
        name="standard", steps=(Step(share=0.1), Step(share=0.25), Step(share=0.5, approval=True))
    )
    return [
        a_stamp(policy=policy, **strange_words),
        a_stamp(id=text, **strange_words),
        a_stamp(stable=text, **strange_words),
        ended(Phase.PROMOTED).but(**strange_words),
        ended(Phase.ROLLED_BACK).but(canary=text, **strange_words),
        a_stamp(phase=Phase.REJECTED, step=0, policy=None, stable="", canary="", **strange_words),
    ]


@pytest.mark.parametrize("command", ON_ROUTES)
@pytest.mark.parametrize("text", [EVIL, LONG, EVIL * 500], ids=["evil", "long", "both"])
@pytest.mark.parametrize("form", ["table", "json"])
def test_no_text_of_a_cluster_disturbs_the_terminal(call: Call, command: str, text: str, form: str) -> None:
    for stamp in told_by(text):
        server = a_cluster(strange(stamp, text), adaptor=False)
        said = call(server, command, *ON_ROUTES[command], *(_as_json(command) if form == "json" else ()))
        assert said.code in (0, 1, 10, 11, 12, 13, 14, 15, 17)
        printed = said.out + said.err
        assert printed
        assert not [char for char in printed if char != "\n" and _moves(char)]
        if form == "table":
            assert max(map(len, printed.splitlines())) < 4000


def _as_json(command: str) -> tuple[str, ...]:
    return () if command in WRITES else ("-o", "json")


def _moves(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}


@pytest.mark.parametrize("text", [EVIL, LONG])
def test_json_has_the_text_as_it_is(call: Call, text: str) -> None:
    said = call(a_cluster(strange(a_stamp(message=text), text), adaptor=False), "status", NAME, "-o", "json")
    assert json.loads(said.out)["route"]["apex"] == text


def test_names_of_ten_kilobytes_leave_the_table_readable(call: Call) -> None:
    server = a_cluster(called(a_split(a_stamp(), 750, 250), LONG))
    assert max(map(len, call(server, "list").out.splitlines())) < 200


PLANTED: list[Callable[[], BaseException]] = [
    lambda: RuntimeError("a plant"),
    lambda: KeyError(13),
    lambda: SystemExit(0),
    lambda: SystemExit(12),
    RecursionError,
    MemoryError,
    lambda: AssertionError("no"),
    lambda: OSError(28, "No space left on device"),
]
CALLS = ("connect", "get", "list", "patch")
"""Who asks is asked beside it, and an anonymous request is a request: `whoami` may fail."""


def planting(where: str, planted: Callable[[], BaseException]) -> tuple[World, Memory]:
    """A world in which one call to the cluster ends in an error nobody expected."""
    server = a_cluster(a_split(a_stamp(), 750, 250, rollout="r1"))

    def connect(access: Access) -> Memory:
        if where == "connect":
            raise planted()
        return server

    def fail() -> None:
        raise planted()

    server.before[where] = [fail] * 20
    return replace(a_world(server), connect=connect), server


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("where", CALLS)
@pytest.mark.parametrize("command", ON_ROUTES)
def test_an_unexpected_error_is_never_taken_for_an_answer(
    call: Call, command: str, where: str, planted: Callable[[], BaseException]
) -> None:
    world, server = planting(where, planted)
    said = call(world, command, *ON_ROUTES[command])
    if where == "connect" or where in server.calls:
        is_one_line(said, planted())


def is_one_line(said: Result, error: BaseException) -> None:
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"error: unexpected {type(error).__name__}")
    assert len(said.err.splitlines()) == 3
    assert "CANARY_DEBUG=1" in said.err


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("name", COMMANDS)
def test_whatever_a_command_raises_is_exit_1(
    capsys: pytest.CaptureFixture[str], name: str, planted: Callable[[], BaseException]
) -> None:
    @click.command(name)
    def command() -> None:
        raise planted()

    code = execute(click.Group(commands=[command]), [name], a_world(Memory()))
    said = capsys.readouterr()
    is_one_line(Result(code, said.out, said.err), planted())
