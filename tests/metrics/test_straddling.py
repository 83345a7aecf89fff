"""
Which interval after a write holds nothing from before it, on a real Prometheus and the model of the mesh.

Increments are differences of samples, and the sample at an interval's start may be as old as one scrape. So the
interval after the one of the write may still count requests that were sent by the old weights; the next does not,
unless that scrape failed and there is but one in an interval.
"""

from math import ceil
from pathlib import Path

import pytest

from canary.evidence.increments import Interval
from canary.metrics.connection import Connection
from canary.metrics.prometheus import Prometheus
from canary.metrics.source import Leaves, Timing
from tests.beds.patience import CLOCK
from tests.metrics.backfill import Record, remembering
from tests.sim.scene import CANARY, NAMESPACE, STABLE, a_mesh, reweigh, weights

pytestmark = [pytest.mark.servers, pytest.mark.usefixtures("tools")]

BACKENDS = Leaves(NAMESPACE, STABLE, CANARY)
APART = 31
"""Seconds between two writes: each comes at another moment of its interval."""


@pytest.mark.parametrize(
    ("interval", "scrape", "missed", "clean"), [(5, 5, 0, 2), (4, 2, 0, 2), (5, 5, 1, 3), (4, 2, 1, 2)]
)
def test_this_many_intervals_after_that_of_a_write_none_holds_anything_from_before_it(
    tmp_path: Path, interval: int, scrape: int, missed: int, clean: int
) -> None:
    record, writes = flips(interval, scrape, missed)
    written = [ceil(write / interval) for write in writes]
    with remembering(tmp_path, record) as server, Connection(server.url) as connection:
        source = Prometheus(connection, Timing(interval, scrape))
        asked = source.increments([BACKENDS], written[0], written[-1] + clean)[BACKENDS]
    told = {one.index: both(one) for one in asked}
    assert not [one.why for one in asked if one.strata is None]
    assert not any(told[at + clean][number % 2] for number, at in enumerate(written))
    assert any(told[at + clean - 1][number % 2] for number, at in enumerate(written))


def flips(interval: int, scrape: int, missed: int) -> tuple[Record, list[float]]:
    """
    All traffic goes to stable, to the canary, to stable, …; scrapes fall between the grid's lines.

    Args:
        missed: scrapes after each write.
    """
    begins = int(CLOCK.now().timestamp()) // 60 * 60 - 900 + 1
    mesh, writes = a_mesh(weights(1, 0)), []
    record = Record(mesh, begins, scrape)
    record.run(APART + 0.5)
    for canary in range(1, 2 * interval + 1):
        reweigh(mesh, (canary + 1) % 2, canary % 2)
        writes.append(record.now)
        record.misses = missed
        record.run(APART)
    return record, writes


def both(interval: Interval) -> tuple[float, float]:
    """Requests to stable, and to the canary."""
    strata = interval.strata or ()
    return sum(one.stable.requests for one in strata), sum(one.canary.requests for one in strata)
