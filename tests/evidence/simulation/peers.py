"""
The rules of Flagger and Argo Rollouts on the same traffic, more kindly than they are in life.

Both ask once per window whether the canary's success rate is at least 99 %, compare with nothing, and count failed
checks that no later success takes back. Kindly: windows are exact, metrics are never late, rates are not extrapolated.
As in their sources, a window without a request has no value, and a check without a value has failed.
"""

from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from tests.evidence.simulation.causes import UNIT, Counts

SUCCESS = 0.99


@dataclass(frozen=True, slots=True)
class Peer:
    """
    Attributes:
        window: seconds, of a check and between two checks.
        failures: failed checks that are enough.
        late: windows that pass until the rollback once they are enough.
    """

    name: str
    window: int
    failures: int
    late: int

    def rolled_back(self, requests: Counts, failures: Counts) -> float | None:
        """Seconds after which the canary is rolled back; `requests` and `failures` are the canary's, per interval."""
        asked, failed = self._windows(requests), self._windows(failures)
        bad = (asked == 0) | (failed > (1 - SUCCESS) * asked)
        for number, count in enumerate(accumulate(bad.tolist()), 1):
            if count >= self.failures and number + self.late <= len(bad):
                return float((number + self.late) * self.window)
        return None

    def _windows(self, counts: Counts) -> Counts:
        size = int(self.window / UNIT)
        whole = counts[: len(counts) // size * size]
        windows: Counts = whole.reshape(-1, size).sum(axis=1)
        return windows


def flagger(window: int, threshold: int) -> Peer:
    """It acts at the tick after the one in which failed checks reached the threshold."""
    return Peer(f"Flagger {window} s/{threshold}", window, threshold, late=1)


def argo(window: int, failure_limit: int) -> Peer:
    """It acts at once when more checks failed than the limit."""
    return Peer(f"Argo {window} s/{failure_limit}", window, failure_limit + 1, late=0)


PEERS = (flagger(60, 5), flagger(60, 1), flagger(10, 1), argo(60, 3))


def all_of_them(requests: Counts, failures: Counts) -> tuple[float | None, ...]:
    """When each of `PEERS` rolls back."""
    return tuple(peer.rolled_back(np.asarray(requests), np.asarray(failures)) for peer in PEERS)
