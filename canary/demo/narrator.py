"""Listens to the daemon: every decision that is new, and every write, with its virtual moment. Nothing is logged."""

import sys
from collections.abc import Mapping
from typing import NamedTuple

from canary.clock import Clock
from canary.daemon.shelf import Name
from canary.daemon.teller import Teller
from canary.errors import CanaryError
from canary.rollout.snapshot import Decision
from canary.rollout.stamp import Stamp


class Told(NamedTuple):
    """
    One decision.

    Attributes:
        at: on the clock, seconds.
        phase, step: where the rollout stands with it; "" and 0 where there is none.
        weights: of all backends, where it wrote them.
    """

    at: float
    phase: str
    step: int
    reason: str
    message: str
    weights: Mapping[str, int | None] | None = None

    @property
    def heading(self) -> tuple[str, int, str]:
        """All but the sentence, whose figures always move."""
        return self.phase, self.step, self.reason


class Narrator(Teller):
    """
    Attributes:
        latest: the newest decision about the route, whether it changed anything or not.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._told: list[Told] = []
        self._newest = Told(0.0, "", 0, "", "")
        self.latest: Decision | None = None

    def news(self) -> list[Told]:
        """What was told since it was last asked for."""
        told, self._told = self._told, []
        return told

    def decided(self, name: Name, stamp: Stamp | None, decision: Decision) -> None:  # noqa: ARG002, one route
        self.latest = decision
        self._tell(self._of(decision, decision.stamp or stamp))

    def written(self, name: Name, decision: Decision, weights: Mapping[str, int | None]) -> None:  # noqa: ARG002
        self.latest = decision
        told = self._of(decision, decision.stamp)
        self._tell(told if decision.weights is None else told._replace(weights=dict(weights)))

    def _tell(self, told: Told) -> None:
        """Nothing twice; of what is decided at one moment without a change of weights, the last counts."""
        last, self._newest = self._newest, told
        if told.heading == last.heading and told.weights is None:
            return
        if self._told and self._told[-1].at == told.at and self._told[-1].weights is None:
            self._told.pop()
        self._told.append(told)

    def failed(self, name: Name, error: CanaryError) -> None:  # noqa: ARG002
        self._told.append(Told(self._clock.monotonic(), "", 0, type(error).__name__, str(error)))

    def source(self, why: str) -> None:
        """The decisions about it tell enough."""

    def refused(self, file: str, error: CanaryError) -> None:
        """Another policy of the folder; the one that is used was read before."""

    def gone(self, name: Name) -> None:  # noqa: ARG002
        self._told.append(Told(self._clock.monotonic(), "", 0, "Gone", "the route was deleted"))

    def bug(self, where: str) -> None:
        raise AssertionError(f"a bug in {where}") from sys.exception()

    def _of(self, decision: Decision, stamp: Stamp | None) -> Told:
        phase, step = (str(stamp.phase), stamp.step) if stamp else ("", 0)
        return Told(self._clock.monotonic(), phase, step, decision.reason, decision.message)
