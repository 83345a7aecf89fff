"""The peers' rules, on windows that somebody counted by hand."""

import numpy as np
import pytest

from tests.evidence.simulation.causes import Counts
from tests.evidence.simulation.peers import Peer, argo, flagger
from tests.evidence.simulation.traffic import HALF_HOUR, MINUTE


def minutes(*bad: int) -> tuple[Counts, Counts]:
    """Requests and failures of half an hour in which all fail in the named minutes, counted from 0."""
    requests = np.full(HALF_HOUR, 100)
    failures = np.zeros(HALF_HOUR, dtype=np.int64)
    for minute in bad:
        failures[minute * MINUTE : (minute + 1) * MINUTE] = 100
    return requests, failures


@pytest.mark.parametrize(
    ("peer", "bad", "seconds"),
    [
        (flagger(60, 1), (0,), 120),
        (flagger(60, 5), (0, 1, 2, 3, 4), 360),
        (flagger(60, 5), (0, 7, 9, 20, 22), 24 * 60),
        (flagger(60, 5), (0, 7, 9, 20), None),
        (flagger(60, 1), (29,), None),
        (flagger(10, 1), (0,), 20),
        (argo(60, 3), (0, 1, 2, 3), 240),
        (argo(60, 3), (0, 1, 2), None),
        (argo(60, 3), (0, 10, 20, 29), 1800),
    ],
)
def test_a_peer_counts_failed_checks_and_forgets_none(
    peer: Peer, bad: tuple[int, ...], seconds: float | None
) -> None:
    assert peer.rolled_back(*minutes(*bad)) == seconds


def test_one_failure_in_a_hundred_is_within_the_threshold() -> None:
    requests, failures = minutes()
    assert flagger(60, 1).rolled_back(requests, failures + 1) is None
    assert flagger(60, 1).rolled_back(requests, failures + 2) == 120


def test_a_window_without_requests_is_a_failed_check() -> None:
    requests, failures = minutes()
    requests[:MINUTE] = 0
    assert flagger(60, 1).rolled_back(requests, failures) == 120
