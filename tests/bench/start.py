"""
How long `canary --help` and `canary status` take, beside the start of a bare Python.

    python -m tests.bench.start [--check]

Processor time of the whole process, the least of several runs in turn: what else the machine does only adds. `status` asks
a server on loopback that answers at once. `--check` exits with 1 where one of them takes more than `MOST` times the start
of Python.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cli.builders import NAME, running
from tests.cluster.scripted import Scripted, json_answer

REPEATS = 12
MOST = {"canary --help": 8, "canary status": 50}
"""A bare Python starts in 12 ms on the machine these were set on: a look takes 0.6 s at most."""

ROOT = Path(__file__).parents[2]
HELP = (sys.executable, "-m", "canary", "--help")
STATUS = (sys.executable, "-m", "canary", "status", NAME)
BARE = (sys.executable, "-c", "pass")


def seconds(command: Sequence[str], **environ: str) -> float:
    """Processor time that one run takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/nonexistent", **environ}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measure(repeats: int = REPEATS) -> tuple[float, dict[str, float]]:
    """Seconds of a bare Python, and of each command."""
    split = running()
    stored = {**split, "metadata": {**split["metadata"], "resourceVersion": "41"}}
    answers = [json_answer(stored) for _ in range(repeats)]
    with TemporaryDirectory() as folder, Scripted(*answers) as server:
        kubeconfig = server.kubeconfig(Path(folder))
        runs = [
            (seconds(BARE), seconds(HELP), seconds(STATUS, KUBECONFIG=kubeconfig)) for _ in range(repeats)
        ]
    bare, *commands = (min(column) for column in zip(*runs, strict=True))
    return bare, dict(zip(MOST, commands, strict=True))


def main(arguments: Sequence[str]) -> int:
    """Prints the figures; 1 if they were to be checked and are not good enough."""
    bare, commands = measure()
    slow = False
    for name, took in commands.items():
        slow = slow or took > MOST[name] * bare
        print(
            f"{name}: {1000 * took:.0f} ms, {took / bare:.1f} times the {1000 * bare:.0f} ms of a bare Python; {MOST[name]} allowed"
        )
    return 1 if "--check" in arguments and slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
