"""What an absolute gate has seen over about the last minute: the objective is a question of now, too."""

from typing import NamedTuple

from canary.evidence.made import made
from canary.evidence.traffic import Pair

KEEP = 0.92
"""Weight of the past in a moving average: about twelve intervals, a minute at 5 s."""

IDLE = 12
"""Intervals without a request after which the average is about nothing."""


class Recent(NamedTuple):
    """Exponentially fading counts of one arm."""

    requests: float = 0.0
    bad: float = 0.0
    idle: int = 0

    def add(self, requests: float, bad: float) -> "Recent":
        """One more interval."""
        idle = 0 if requests > 0 else self.idle + 1
        return made(Recent, (KEEP * self.requests + requests, KEEP * self.bad + bad, idle))

    @property
    def quiet(self) -> bool:
        """Nobody asked for so long that there is nothing to tell."""
        return self.idle >= IDLE

    def misses(self, allowed: float) -> bool:
        """More than the allowed part was bad lately."""
        return not self.quiet and self.bad > allowed * self.requests


class Lately(NamedTuple):
    """Both arms over about the last minute."""

    canary: Recent = Recent()
    stable: Recent = Recent()

    def add(self, requests: Pair, bad: Pair) -> "Lately":
        """One more interval, all client workloads together."""
        return Lately(self.canary.add(requests[0], bad[0]), self.stable.add(requests[1], bad[1]))
