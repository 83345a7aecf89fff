"""What an absolute gate has seen over about the last minute: the objective is a question of now, too."""

from dataclasses import dataclass

from canary.evidence.betting import Row

KEEP = 0.92
"""Weight of the past in a moving average: about twelve intervals, a minute at 5 s."""

IDLE = 12
"""Intervals without a request after which the average is about nothing."""


@dataclass(frozen=True, slots=True)
class Recent:
    """Exponentially fading counts of one arm."""

    requests: float = 0.0
    bad: float = 0.0
    idle: int = 0

    def add(self, requests: float, bad: float) -> "Recent":
        """One more interval."""
        idle = 0 if requests > 0 else self.idle + 1
        return Recent(KEEP * self.requests + requests, KEEP * self.bad + bad, idle)

    def misses(self, allowed: float) -> bool:
        """More than the allowed part was bad lately."""
        return self.idle < IDLE and self.bad > allowed * self.requests


@dataclass(frozen=True, slots=True)
class Lately:
    """Both arms over about the last minute."""

    canary: Recent = Recent()
    stable: Recent = Recent()

    def add(self, whole: Row) -> "Lately":
        """One more interval, all client workloads together."""
        requests, bad, stable_requests, stable_bad = whole
        return Lately(self.canary.add(requests, bad), self.stable.add(stable_requests, stable_bad))
