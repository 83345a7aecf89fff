"""One cell of a table: a scene, the gates that judge it, a promise. And one rollout of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from canary.evidence import AnyGate, Confidence, Errors, Evidence, Interval, Latency, Objective
from tests.evidence.simulation.causes import UNIT, Counts
from tests.evidence.simulation.latency import TAILS
from tests.evidence.simulation.peers import all_of_them
from tests.evidence.simulation.promises import End, Promise
from tests.evidence.simulation.tables import Table
from tests.evidence.simulation.traffic import MINUTE, Scene, drawn, intervals

ALONE = (Errors(weight=0.8), Objective(weight=0.2))
"""A policy without latency gates stakes all its evidence on failures: most ready to roll back, so healthy canaries meet it."""

PARTLY = (Errors(), Objective())
"""A policy with latency gates keeps half of its evidence for them: slowest to see failures, so bad canaries meet it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """
    Attributes:
        table: where it stands in the report.
        what: what happens, in words; with the traffic its name, which seeds its runs.
        traffic: who asks how often, in words.
        gates: on failures; a scene with latency gets the gates on it as well.
        short: it is part of every test run.
        times: how many times as many runs it needs as others.
    """

    table: Table
    what: str
    traffic: str
    scene: Scene
    promise: Promise
    gates: tuple[AnyGate, ...] = ALONE
    short: bool = False
    times: int = 1

    @property
    def name(self) -> str:
        return f"{self.what}, {self.traffic}"

    def run(self, number: int) -> End:
        """The rollout of that number, always the same."""
        scene = self.scene
        counts = drawn(scene, np.random.default_rng([crc32(self.name.encode()), number]))
        stream = intervals(scene, counts)
        index = rolled_back_at(gates_of(self), stream[: scene.history], stream[scene.history :])
        requests = np.sum([caller.requests[0] for caller in counts], axis=0)[scene.history :]
        failures = np.sum([caller.failures[0] for caller in counts], axis=0)[scene.history :]
        return told_from_onset(scene.onset, index, requests, failures)


def told_from_onset(onset: float, index: int | None, requests: Counts, failures: Counts) -> End:
    """What became of the canary, and when the peers would have rolled it back."""
    first = int(onset / UNIT)
    peers = tuple([None if at is None else at - onset for at in all_of_them(requests, failures)])
    seconds = None if index is None else (index - first) * UNIT
    return End(seconds, int(failures[first:index].sum()), peers)


def gates_of(cell: Cell) -> Sequence[AnyGate]:
    """All of them."""
    latency = cell.scene.latency
    if latency is None:
        return cell.gates
    each = 0.5 / len(latency.bounds)
    watching = [
        Latency(bound=place, bound_ms=bound, tail=TAILS[bound], warmup=MINUTE, weight=each)
        for place, bound in enumerate(latency.bounds)
    ]
    return *PARTLY, *watching


def rolled_back_at(
    gates: Sequence[AnyGate], past: Sequence[Interval], rollout: Sequence[Interval]
) -> int | None:
    """After how many intervals of one long step the canary is condemned."""
    evidence = Evidence.begin(gates, Confidence(), past=past)
    for number, interval in enumerate(rollout, 1):
        evidence = evidence.feed(interval, settled=True)
        if evidence.condemned is not None:
            return number
    return None
