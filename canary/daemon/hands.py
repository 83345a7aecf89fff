"""What acts: threads, and connections of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from canary.cluster.client import Cluster


class Executor(Protocol):
    """Runs a job some time soon, on another thread or (demo, fault suite) inline."""

    def submit(self, job: Callable[[], None]) -> object:
        """Run it; it handles its own errors."""


@dataclass(frozen=True, slots=True)
class Hands:
    """
    What acts.

    Attributes:
        cluster: connections of its own.
        executor: threads of its own.
    """

    cluster: Cluster
    executor: Executor
