"""Latency: healthy canaries, and slow ones."""

from collections.abc import Iterator
from itertools import product

from tests.evidence.simulation.latency import Latency
from tests.evidence.simulation.nulls import BASE
from tests.evidence.simulation.power import LATER
from tests.evidence.simulation.promises import Caught, RolledBack, Told
from tests.evidence.simulation.rollout import Cell
from tests.evidence.simulation.tables import MOST, Table, endpoints, told
from tests.evidence.simulation.traffic import Caller, Scene


def as_fast() -> Iterator[Cell]:
    """Healthy: no slower than stable in the mean, or no more than is tolerated, or only while it warms up."""
    laws = {
        "the same latency": Latency(),
        "latency of each endpoint wavers by 15 %": Latency(endpoint_noise=0.15),
        "latency of all wavers by 40 %": Latency(shared_noise=0.4),
        "the canary is 1.2 times slower, just within the margins": Latency(times=1.2),
        "the canary is 3 times slower for 45 s": Latency(times=3, between=(0, 45)),
    }
    for (what, law), (rps, share) in product(laws.items(), MOST[:4]):
        yield Cell(
            table=Table.SLOW,
            what=what,
            traffic=told(rps, share),
            scene=Scene(
                callers=(Caller(rps, share),), causes=(BASE,), latency=law, endpoints=endpoints(share)
            ),
            promise=RolledBack(0.01),
            short=(rps, share) == (1000, 0.1) and "all" not in what and "1.2" not in what,
        )


def wavering() -> Iterator[Cell]:
    """Healthy, and no promise: what happens to stable as a whole, no comparison of its halves shows."""
    for noise, rps in product((0.05, 0.1, 0.15), (10, 100, 1000)):
        yield Cell(
            table=Table.SLOW,
            what=f"latency of each version as a whole wavers by {noise:.0%}",
            traffic=told(rps, 0.1),
            scene=Scene(callers=(Caller(rps, 0.1),), causes=(BASE,), latency=Latency(noise=noise)),
            promise=Told(),
        )


def slower() -> Iterator[Cell]:
    """Bad: slower than is tolerated."""
    soon = Caught(0.5, 120)
    for what, law, promise in (
        ("twice as slow", Latency(times=2), soon),
        ("5 times slower", Latency(times=5), soon),
        ("5 times slower after 5 min", Latency(times=5, between=(LATER, 1e9)), soon),
        ("5 % of requests 10 times slower", Latency(times=10, part=0.05), Told()),
        ("3 % of requests 10 times slower", Latency(times=10, part=0.03), Told()),
    ):
        for rps, share in MOST[:3]:
            kept = promise if rps == 1000 else Told()
            yield Cell(
                table=Table.SLOWER,
                what=what,
                traffic=told(rps, share),
                scene=Scene(
                    callers=(Caller(rps, share),), causes=(BASE,), latency=law,
                    onset=max(0.0, law.between[0]), endpoints=endpoints(share),
                ),
                promise=kept,
                short=kept != Told(),
            )  # fmt: skip
