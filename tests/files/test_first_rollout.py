"""
docs/first-rollout.md is what happens: its commands are run, but for those that are marked, and print what it says.

In Linkerd's place stands the model; scrapes and bakes take a second or two. Names of pods, figures and how long things
took differ from run to run, and are not compared.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from canary.cli import program
from canary.cli.shell.world import World as CommandWorld
from canary.rollout.policyfile import read
from tests.beds.controlplane import ControlPlane
from tests.beds.kubelet import Kubelet
from tests.beds.patience import wait_until
from tests.beds.prometheus import PrometheusServer
from tests.cli.bench import WITHIN, Bench, a_bench
from tests.e2e.world import World
from tests.files.project import ROOT

TEXT = (ROOT / "docs" / "first-rollout.md").read_text()
BLOCK = re.compile(r"(?P<before>[^\n]*)\n\n```console\n(?P<body>.*?)```", re.DOTALL)
NOT_RUN = re.compile(r"\*Not run here: (?P<why>.+)\*")
ANYTHING = "…"
YOUNG = re.compile(r"[0-9]+ of [0-9]+ intervals are known: Prometheus has no fresh data")
"""The test's Prometheus has not yet run for the minute that is asked for."""

QUICK = re.compile(r"min: 60s, max: 10m")


class Step(NamedTuple):
    """A command, and the lines it is to print."""

    command: str
    printed: list[str]


def blocks() -> Iterator[tuple[str, list[Step]]]:
    """Why it is not run, "" where it is; and its commands."""
    for match in BLOCK.finditer(TEXT):
        marked = NOT_RUN.fullmatch(match["before"])
        steps: list[Step] = []
        for line in match["body"].splitlines():
            if line.startswith("$ "):
                steps.append(Step(line[2:], []))
            else:
                steps[-1].printed.append(line)
        yield (marked["why"] if marked else ""), steps


def run_here() -> list[Step]:
    return [step for why, steps in blocks() for step in steps if not why]


def test_what_needs_k3s_or_linkerd_is_marked_and_nothing_else() -> None:
    assert len(list(blocks())) == TEXT.count("```console") >= 10
    for why, steps in blocks():
        foreign = any(
            re.search(r"k3s|linkerd|helm|pip|port-forward|delete namespace", step.command) for step in steps
        )
        assert foreign == bool(why), steps


@pytest.mark.parametrize(
    "step", [one for one in run_here() if one.command.startswith("canary ")], ids=lambda one: one.command
)
def test_every_command_of_ours_is_one_with_these_options(step: Step) -> None:
    name, *arguments = shlex.split(step.command.removesuffix("&"))[1:]
    with program.make_context("canary", ["version"], obj=CommandWorld.real()) as context:
        command = program.get_command(context, name)
        assert command is not None
        given = [one.replace("policies/", f"{ROOT}/policies/") for one in arguments]
        command.make_context(name, given, parent=context).close()


def alike(line: str) -> str:
    """Without what differs from run to run: figures, what was already there, and how columns are padded."""
    line = re.sub(r"[0-9]+([.,:][0-9]+)*", "#", line)
    line = re.sub(r"(created|configured|unchanged)$", "applied", line)
    return " ".join(line.split())


def fits(printed: list[str], expected: list[str]) -> bool:
    """`…` stands for any lines."""
    pattern = "".join(".*" if line == ANYTHING else re.escape(alike(line)) + "\n" for line in expected)
    return re.fullmatch(pattern, "".join(alike(line) + "\n" for line in printed), re.DOTALL) is not None


@pytest.fixture(scope="module")
def bench(
    control_plane: ControlPlane,
    kubelet: Kubelet,
    prometheus: PrometheusServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("first-rollout")
    with a_bench(World(control_plane, kubelet, prometheus, folder), folder) as found:
        found.environment["CANARY_PROMETHEUS"] = prometheus.url
        yield found


def started(bench: Bench, command: str, folder: Path) -> None:
    """The daemon: its own flags, one-second scrapes, and the policy with bakes of seconds."""
    quick = QUICK.sub("min: 2s, max: 10s", (ROOT / "policies" / "seed-900-100.yaml").read_text())
    quick = quick.replace("warmup: 60s", "warmup: 1s")
    assert read(quick, "quick").name == "seed-900-100"
    (folder / "policies").mkdir()
    (folder / "policies" / "seed-900-100.yaml").write_text(quick)
    flags = [one for one in shlex.split(command)[2:] if one != "&"]
    seconds = ("--scrape-interval", "1s", "--min-interval", "1s", "--policies", str(folder / "policies"))
    bench.world.daemon(*flags, *seconds, user="admin").start()


def settled(bench: Bench) -> None:
    """Pods run, are scraped, and have been for a few intervals: nothing is unknown any more."""
    bench.tells({"retries": "warn"})
    asked = ("--policy", "seed-900-100")
    wait_until(
        lambda: {row["level"] for row in bench.rows(*asked).values()} == {"ok", "warn"},
        WITHIN,
        "nothing is unknown",
        every=0.5,
    )


def taken(bench: Bench, step: Step, folder: Path, code: int) -> tuple[list[str], int]:
    """What it printed, and its exit code."""
    command = step.command.replace("$?", str(code))
    if command.startswith("canary run"):
        started(bench, command, folder)
        return [], 0
    if re.match(r"canary (check|stat) ", command):
        command += " --scrape-interval 1s"
    done = bench.shell(command)
    if command.startswith("kubectl apply"):
        bench.inject()
        settled(bench)
    printed = [line for line in done.stdout.splitlines() if not YOUNG.match(line)]
    return printed, done.returncode


@pytest.mark.servers
@pytest.mark.full
@pytest.mark.timeout(400)
def test_the_commands_print_what_the_page_says(bench: Bench, tmp_path: Path) -> None:
    settled(bench)
    code, differing = 0, list[str]()
    for step in run_here():
        printed, code = taken(bench, step, tmp_path, code)
        told = "\n".join((f"$ {step.command}", *printed))
        print(told)
        if not fits(printed, step.printed):
            differing.append(told)
    assert not differing, "\n".join(differing)
