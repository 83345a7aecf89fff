"""The command as a process: real imports, real sockets, real signals, real exit codes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from canary.cli import COMMANDS
from canary.terms import Phase
from tests.beds.patience import wait_until
from tests.cli.builders import NAME, a_split, a_stamp, ended, running
from tests.cluster.scripted import Scripted, hang, json_answer, refusal, stream

ROOT = Path(__file__).parents[2]
SECONDS = 30
HEAVY = (
    "kubernetes",
    "pydantic",
    "structlog",
    "urllib3",
    "yaml",
    "aiohttp",
    "apscheduler",
    "prometheus_client",
    "rich",
)
INTERRUPTIBLE = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, and so would we
import canary.__main__
"""
STORED = {"resourceVersion": "41"}


def environment(**more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/nonexistent", **more}


def canary(*arguments: str, module: str = "canary", **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment(**environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def stored(split: dict[str, object]) -> dict[str, object]:
    about = split["metadata"]
    assert isinstance(about, dict)
    return {**split, "metadata": {**about, **STORED}}


def imported(arguments: Sequence[str]) -> set[str]:
    """Modules that are loaded once the command has ended, and their top-level packages."""
    code = (
        "import sys\n"
        "from canary.cli import program\n"
        "from canary.cli.shell.entry import execute\n"
        "from canary.cli.shell.world import World\n"
        f"execute(program, {list(arguments)!r}, World.real())\n"
        "print(*{each for name in sys.modules for each in (name, name.partition('.')[0])}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        *([name, "--help"] for name in COMMANDS),
        ["status"],
        ["status", "httproute/x"],
        ["start", NAME, "--id", "-"],
        ["status", NAME, "--wait"],
        ["version"],
    ],
    ids=" ".join,
)
def test_help_and_parsing_import_nothing_heavy(arguments: list[str]) -> None:
    assert imported(arguments) & set(HEAVY) == set()


def test_a_look_imports_no_daemon_and_nothing_that_decides_or_writes() -> None:
    looked = imported(["status", NAME])
    assert {"kubernetes", "pydantic"} <= looked
    assert looked & {"structlog", "apscheduler", "prometheus_client", "rich", "aiohttp"} == set()
    ours = {
        "canary.rollout.rules",
        "canary.cli.work.commands",
        "canary.daemon",
        "canary.demo",
        "canary.metrics",
    }
    assert looked & ours == set()


@pytest.mark.parametrize("module", ["canary", "canary.cli"])
def test_both_modules_are_the_command(module: str) -> None:
    done = canary("version", module=module)
    assert (done.returncode, done.stdout[:7]) == (0, "canary ")


def test_status_reads_over_http(tmp_path: Path) -> None:
    with Scripted(json_answer(stored(running()))) as server:
        done = canary("status", NAME, KUBECONFIG=server.kubeconfig(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "phase     Progressing, step 2 of 4, 25.0%" in done.stdout
    assert [request.path.split("/")[-1] for request in server.requests] == [NAME]


def test_as_is_an_impersonation(tmp_path: Path) -> None:
    with Scripted(json_answer(stored(running()))) as server:
        canary("status", NAME, "--as", "bob", KUBECONFIG=server.kubeconfig(tmp_path))
    assert server.requests[0].headers["impersonate-user"] == "bob"


def test_no_rights_is_exit_1_with_a_command_that_shows_it(tmp_path: Path) -> None:
    message = 'trafficsplits.split.smi-spec.io "x" is forbidden: User "v" cannot get resource "trafficsplits"'
    with Scripted(refusal(403, message, "Forbidden")) as server:
        done = canary("status", NAME, KUBECONFIG=server.kubeconfig(tmp_path))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "try: kubectl auth can-i get trafficsplits.split.smi-spec.io -n sample-app"
    )


def test_no_kubeconfig_is_exit_1_with_a_hint(tmp_path: Path) -> None:
    done = canary("status", NAME, "--kubeconfig", str(tmp_path / "none"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == "try: kubectl config get-contexts"


def test_a_wait_ends_with_the_change_that_a_watch_tells(tmp_path: Path) -> None:
    over = {"type": "MODIFIED", "object": stored(a_split(ended(Phase.ROLLED_BACK), 1000, 0, rollout="r1"))}
    with Scripted(json_answer(stored(running())), stream(over)) as server:
        done = canary(
            "status", NAME, "--wait", "--id", "r1", "-o", "json", KUBECONFIG=server.kubeconfig(tmp_path)
        )
    assert (done.returncode, done.stderr) == (10, "")
    assert json.loads(done.stdout.splitlines()[-1])["end"]["exitCode"] == 10


def test_ctrl_c_is_130_and_leaves_the_rollout_alone(tmp_path: Path) -> None:
    with Scripted(json_answer(stored(running())), stream(then=hang())) as server:
        process = subprocess.Popen(
            [sys.executable, "-c", INTERRUPTIBLE, "status", NAME, "--wait", "--id", "r1"],
            env=environment(KUBECONFIG=server.kubeconfig(tmp_path)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_until(lambda: len(server.methods()) == 2, SECONDS, "the watch is open")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert out.endswith("r1: Interrupted (exit 130): rollout r1 goes on\n")
    assert "Traceback" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [("version",), ("--help",)])
def test_an_output_that_cannot_be_written_is_exit_1(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "canary", *arguments],
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=SECONDS,
        )
    assert done.returncode == 1


def test_a_reader_that_has_gone_is_exit_1_without_a_word(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with Scripted(json_answer(stored(running()))) as server:
        done = subprocess.run(
            [sys.executable, "-m", "canary", "status", NAME],
            env=environment(KUBECONFIG=server.kubeconfig(tmp_path)),
            stdout=write,
            stderr=subprocess.PIPE,
            check=False,
            timeout=SECONDS,
        )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_character_that_the_terminal_cannot_show_is_no_failure(tmp_path: Path) -> None:
    with Scripted(json_answer(stored(a_split(a_stamp(message="中"), 750, 250)))) as server:
        done = canary("status", NAME, KUBECONFIG=server.kubeconfig(tmp_path), PYTHONIOENCODING="latin-1")
    assert done.returncode == 0
    assert "Baking: \\u4e2d" in done.stdout


def test_no_colour_where_there_is_no_terminal(tmp_path: Path) -> None:
    with Scripted(json_answer(stored(a_split(ended(Phase.PROMOTED))))) as server:
        done = canary("status", NAME, KUBECONFIG=server.kubeconfig(tmp_path))
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(("no_color", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colour_on_a_terminal_unless_it_is_not_wanted(
    tmp_path: Path,
    no_color: dict[str, str],
    coloured: bool,
) -> None:
    pty = pytest.importorskip("pty", reason="needs pseudo terminals")
    ours, theirs = pty.openpty()
    with Scripted(json_answer(stored(a_split(ended(Phase.PROMOTED))))) as server:
        subprocess.run(
            [sys.executable, "-m", "canary", "status", NAME],
            env=environment(KUBECONFIG=server.kubeconfig(tmp_path), **no_color),
            stdout=theirs,
            check=True,
            timeout=SECONDS,
        )
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    os.close(theirs)
    assert ("\x1b[32mPromoted" in shown) is coloured


def test_run_without_policies_is_exit_1_with_a_sentence(tmp_path: Path) -> None:
    done = canary("run", "--policies", str(tmp_path / "none"))
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "error: there is no such folder of policies"


def test_run_without_a_cluster_is_exit_1_with_a_hint(tmp_path: Path) -> None:
    done = canary("run", "--kubeconfig", str(tmp_path / "none"))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "try: kubectl config get-contexts"
