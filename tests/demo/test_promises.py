"""What the README promises of the demo, as a newcomer meets it: from nothing, on a terminal, left alone."""

import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.beds.patience import CLOCK, rest, wait_until
from tests.beds.program import Program
from tests.files.project import ROOT, files

pytestmark = pytest.mark.full

TO_THE_FIRST_PICTURE = 60.0
A_SCENE = 30.0
"""Seconds."""

MEMORY_KIB, CPU_PERCENT = 120 * 1024, 3.0
IDLE_SECONDS = 20.0
CANARY = [sys.executable, "-m", "canary.cli"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project and nothing else, as a clone has it."""
    for path in files():
        target = tmp_path / "clone" / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    return tmp_path / "clone"


def on_a_terminal(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """What a program shows on a terminal of 100 x 30, as it comes; it is killed when nobody looks any more."""
    ours, its = pty.openpty()
    child = subprocess.Popen(
        command, cwd=folder, stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True
    )
    os.close(its)
    try:
        while True:
            yield os.read(ours, 65536).decode(errors="replace")
    except OSError:  # it has ended, and the terminal with it
        return
    finally:
        child.kill()
        child.wait()
        os.close(ours)


def a_terminal(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TERM": "xterm-256color",
        "COLUMNS": "100",
        "LINES": "30",
    }


def test_the_first_picture_comes_within_a_minute_of_cloning(copy: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    began, shown = CLOCK.monotonic(), ""
    for piece in on_a_terminal(["script/demo", "errors"], copy, a_terminal(home)):
        shown += piece
        if "weights asked" in shown:
            break
    took = CLOCK.monotonic() - began
    print(f"the first picture came after {took:.1f} s")
    assert "weights asked" in shown, shown
    assert took <= TO_THE_FIRST_PICTURE


@pytest.mark.parametrize(("scene", "end"), [("good", "Promoted"), ("errors", "RolledBack")])
def test_a_scene_takes_half_a_minute_at_most(scene: str, end: str, tmp_path: Path) -> None:
    began = CLOCK.monotonic()
    shown = "".join(on_a_terminal([*CANARY, "demo", scene], ROOT, a_terminal(tmp_path)))
    took = CLOCK.monotonic() - began
    print(f"{scene} took {took:.1f} s")
    assert re.search(rf"{end}.* virtual seconds", shown), shown[-2000:]
    assert took <= A_SCENE


def test_left_alone_it_costs_little(tmp_path: Path) -> None:
    program = Program("demo", [*CANARY, "demo", "good", "--serve", "-o", "lines"], tmp_path)
    program.start()
    try:
        wait_until(lambda: "Started" in program.log.read_text(), 30, "the rollout has begun")
        before = cpu_seconds(program.pid)
        rest(IDLE_SECONDS)
        used, memory = cpu_seconds(program.pid) - before, resident(program.pid)
    finally:
        program.stop()
    print(f"{100 * used / IDLE_SECONDS:.1f} % of a processor, {memory / 1024:.0f} MiB")
    assert memory < MEMORY_KIB
    assert 100 * used / IDLE_SECONDS < CPU_PERCENT


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> int:
    (line,) = (
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")
    )
    return int(line.split()[1])
