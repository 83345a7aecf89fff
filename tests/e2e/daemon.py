"""The product's own processes, as a user runs them: the daemon and the command line."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import urllib3

from tests.beds.patience import wait_until
from tests.beds.program import Program, free_ports

ROOT = Path(__file__).parents[2]
CANARY = (sys.executable, "-m", "canary.cli")
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}

READY_WITHIN = 20
"""Seconds until a daemon has its first lists."""

COMMAND_SECONDS = 100


class Daemon:
    """
    One `canary run`; start it, kill it, start it again. Its log goes on in one file.

    Attributes:
        url: its own pages: /healthz, /readyz, /metrics.
        program: the process, for signals and the log.
    """

    def __init__(self, name: str, folder: Path, options: Sequence[str]) -> None:
        (port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{port}"
        command = [*CANARY, "run", *options, "--bind", f"127.0.0.1:{port}"]
        self.program = Program(name, command, folder, ENVIRONMENT)

    def start(self) -> None:
        """Start it and wait until it says it is ready."""
        self.program.start()
        wait_until(self._ready, READY_WITHIN, f"{self.program.name} is ready")

    def kill(self) -> None:
        """`kill -9`: nothing is finished, nothing is told."""
        self.program.kill()

    def stop(self) -> int | None:
        """SIGTERM; its exit code."""
        return self.program.stop()

    def restart(self) -> None:
        """After a kill or beside it: the same daemon, from the beginning."""
        self.kill()
        self.start()

    def get(self, path: str) -> str:
        """One of its own pages."""
        return urllib3.request("GET", self.url + path, timeout=5, retries=False).data.decode()

    def logs(self) -> str:
        return self.program.tail()

    def _ready(self) -> bool:
        assert self.program.running, f"the daemon ended\n{self.logs()}"
        try:
            return urllib3.request("GET", f"{self.url}/readyz", timeout=1, retries=False).status == 200
        except urllib3.exceptions.HTTPError:
            return False


class Command:
    """A `canary` command that is still running, such as `status --wait`."""

    def __init__(self, name: str, folder: Path, kubeconfig: Path, arguments: Sequence[str]) -> None:
        environment = {**ENVIRONMENT, "KUBECONFIG": str(kubeconfig)}
        self.program = Program(name, [*CANARY, *arguments], folder, environment)
        self.program.start()

    def exit_code(self, within: float) -> int:
        """
        How it ended.

        Raises:
            subprocess.TimeoutExpired: it did not within so many seconds.
        """
        code = self.program.wait(within)
        assert code is not None
        return code

    @property
    def output(self) -> str:
        """What it said on both streams."""
        return self.program.log.read_text()


def call(kubeconfig: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """A command from its beginning to its end, whatever its exit code."""
    environment = {**os.environ, **ENVIRONMENT, "KUBECONFIG": str(kubeconfig)}
    return subprocess.run(
        [*CANARY, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS,
    )
