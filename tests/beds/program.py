"""A child process with a log file: started, asked to end, killed; never left behind."""

import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.beds.patience import wait_until

ENDS_WITHIN = 10
"""Seconds between asking a program to end and killing it."""


class Program:
    """One child in a process group of its own, which ends with it."""

    def __init__(
        self, name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.command = tuple(command)
        self.log = folder / f"{name}.log"
        self._environment = {**os.environ, **(environment or {})}
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, again too; its log goes on in the same file."""
        if self.running:
            return
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        assert self._child is not None, f"{self.name} was never started"
        return self._child.pid

    def stop(self) -> int | None:
        """Ask it to end, kill it where it does not; its exit code, None where it was never started."""
        self.signal(signal.SIGTERM)
        try:
            return self.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int | None:
        """SIGKILL, for it and all it started."""
        self.signal(signal.SIGKILL)
        return self.wait(ENDS_WITHIN)

    def wait(self, within: float) -> int | None:
        """
        Its exit code.

        Raises:
            subprocess.TimeoutExpired: it is still running after `within` seconds.
        """
        return self._child.wait(within) if self._child else None

    def signal(self, number: int) -> None:
        if self.running:
            os.killpg(self.pid, number)

    def tail(self, characters: int = 3000) -> str:
        """The end of its log."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return f"--- {self.name} ---\n{text[-characters:]}"


def free_ports(count: int) -> list[int]:
    """Loopback ports nobody uses, all different; held until all are found."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def wait_for_port(port: int, within: float, what: str) -> None:
    """Until somebody listens there."""
    wait_until(lambda: _answers(port), within, what)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
