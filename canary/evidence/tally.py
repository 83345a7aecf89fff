"""What a gate has counted so far, for the rule of least counts and for the sentence."""

from collections.abc import Sequence
from typing import NamedTuple

from canary.evidence.made import made
from canary.evidence.traffic import Pair


class Tally(NamedTuple):
    """
    Sums over the intervals in which the gate had a say.

    Attributes:
        expected: bad canary responses, had the canary failed as often as stable did for the same callers.
        bad_intervals: intervals with a bad canary response.
    """

    requests: float = 0.0
    bad: float = 0.0
    stable_requests: float = 0.0
    stable_bad: float = 0.0
    expected: float = 0.0
    bad_intervals: int = 0

    def add(self, requests: Pair, bad: Pair, expected: float) -> "Tally":
        """One more interval: of the canary and of stable, all client workloads together."""
        asked, had, asked_stable, stable_had, expected_so_far, bad_intervals = self
        (canary, stable), (canary_bad, stable_bad) = requests, bad
        if canary_bad:
            bad_intervals += 1
        return made(
            Tally,
            (
                asked + canary,
                had + canary_bad,
                asked_stable + stable,
                stable_had + stable_bad,
                expected_so_far + expected,
                bad_intervals,
            ),
        )


def together(pairs: Sequence[Pair]) -> Pair:
    """All client workloads as one."""
    canary, stable = 0.0, 0.0
    for of_canary, of_stable in pairs:
        canary += of_canary
        stable += of_stable
    return canary, stable
