"""What clients got from the canary, second by second, as the model itself counts it."""

from collections.abc import Sequence
from typing import NamedTuple

from canary.demo.scene import CANARY
from canary.sim.mesh import Mesh

SERVER_ERRORS = ("5", "eof")
"""How outcomes begin that are failures to Linkerd: statuses of 500 and more, and no answer at all."""


class Count(NamedTuple):
    """Requests to the canary, and how many of them failed."""

    requests: int = 0
    failed: int = 0


def total(counts: Sequence[Count]) -> Count:
    return Count(sum(count.requests for count in counts), sum(count.failed for count in counts))


class Ledger:
    """
    Attributes:
        seconds: one entry each.
    """

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._before = self._now()
        self.seconds: list[Count] = []

    def enter(self) -> None:
        """Another second is over."""
        now = self._now()
        self.seconds.append(Count(now.requests - self._before.requests, now.failed - self._before.failed))
        self._before = now

    def _now(self) -> Count:
        outcomes = [(sent.outcome, n) for sent, n in self._mesh.sent.items() if sent.service == CANARY]
        failed = sum(n for outcome, n in outcomes if outcome.startswith(SERVER_ERRORS))
        return Count(sum(n for _, n in outcomes), failed)
