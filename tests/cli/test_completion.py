"""`canary completion`, and what shells and kubectl are answered when they complete a line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from canary.cli import COMMANDS, program
from canary.cli.shell.completing import for_kubectl
from canary.cli.shell.entry import execute
from tests.beds import toolchain
from tests.cli.conftest import Call
from tests.cli.fakes import Memory, a_world

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", "complete -o nosort -F _canary_completion canary"),
        ("zsh", "#compdef canary"),
        ("fish", "complete --no-files --command canary"),
    ],
)
def test_each_shell_gets_a_script_of_its_own(call: Call, shell: str, line: str) -> None:
    said = call(Memory(), "completion", shell)
    assert (said.code, said.err) == (0, "")
    assert line in said.out
    assert f"_CANARY_COMPLETE={shell}_complete" in said.out


def test_another_shell_is_a_usage_error(call: Call) -> None:
    said = call(Memory(), "completion", "powershell")
    assert (said.code, said.out) == (2, "")
    assert "'bash', 'zsh', 'fish'" in said.err


def test_as_a_plugin_of_kubectl_it_is_for_the_plugin(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(program, ["completion", "bash"], a_world(Memory()), "kubectl canary") == 0
    assert "-F _kubectl_canary_completion kubectl-canary" in capsys.readouterr().out


def answered(line: str) -> list[str]:
    """What bash would be told about the last word."""
    words = line.split(" ")
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "_CANARY_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    asked = [sys.executable, "-m", "canary"]
    done = subprocess.run(asked, env=environ, capture_output=True, text=True, check=True, timeout=30)
    return [word.removeprefix("plain,") for word in done.stdout.splitlines()]


def test_commands_and_options_are_completed() -> None:
    assert answered("canary st") == ["start", "status", "stat"]
    assert answered("canary promote web --f") == ["--full"]
    assert answered("canary watch web -o ") == ["view", "lines", "json"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_understands_its_script(call: Call) -> None:
    script = call(Memory(), "completion", "bash").out
    asked = ["bash", "-c", f"{script}\ncomplete -p canary"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=30)
    assert "_canary_completion" in done.stdout


def test_kubectl_is_told_in_its_own_way() -> None:
    assert [line.split("\t")[0] for line in for_kubectl(program, [""])] == [*COMMANDS, ":4"]
    assert list(for_kubectl(program, ["retry", "web", "--rea"])) == [
        "--reason\tWhy; it is kept beside the request.",
        ":4",
    ]
    assert list(for_kubectl(program, ["policy", "show", "x", "-o", "y"])) == ["yaml", ":4"]


@pytest.mark.servers
def test_kubectl_itself_completes_its_plugin(tmp_path: Path) -> None:
    for name, function in (("kubectl-canary", "main"), ("kubectl_complete-canary", "complete")):
        script = tmp_path / name
        start = f"import sys; sys.argv[0] = {name!r}; from canary.cli import {function}; {function}()"
        script.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{start}" "$@"\n')
        script.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    asked = [str(toolchain.control_plane()), "kubectl", "__complete", "canary", "promote", "web", "--f"]
    done = subprocess.run(asked, env=environ, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "--full\tYes, all traffic, now.\n:4\n"
