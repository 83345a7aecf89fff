"""The tables of the report, and words that all of them use."""

from enum import Enum


class Table(Enum):
    """Title."""

    INDEPENDENT = "Healthy canaries, independent failures"
    CLUSTERS = "Healthy canaries, failures in clusters"
    HICCUPS = "Healthy canaries, endpoints that go down"
    OTHERS = "Healthy canaries, shared failures, callers that do not follow, and the margin itself"
    SLOW = "Healthy canaries, latency"
    BAD = "Bad canaries, failures"
    SLOWER = "Bad canaries, latency"
    LIMITS = "Where nothing is promised"
    LADDER = "Whole rollouts"

    @property
    def healthy(self) -> bool:
        """Its canaries ought not to be rolled back."""
        return self not in (Table.BAD, Table.SLOWER, Table.LADDER)


def told(rps: float, share: float) -> str:
    """Traffic in words."""
    return f"{rps:g} rps, {share:.0%}"


def endpoints(share: float) -> tuple[int, int]:
    """Ten, of the canary and of stable, about as the weights ask for."""
    return (5, 5) if share == 0.5 else (1, 9)


MOST = ((10, 0.1), (100, 0.1), (1000, 0.1), (1000, 0.5), (5000, 0.01))
"""Requests per second, and the canary's share, of most tables."""
