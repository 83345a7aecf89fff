"""Everything that is simulated, by name; and many runs of it, on several processes."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from typing import Protocol

from tests.evidence.simulation import ladder, nulls, power, slowness
from tests.evidence.simulation.promises import End, Promise
from tests.evidence.simulation.tables import Table

AT_ONCE = 25
"""Runs a process makes of one cell before it takes the next piece of work."""


class Experiment(Protocol):
    """A cell of a table."""

    @property
    def table(self) -> Table: ...
    @property
    def what(self) -> str: ...
    @property
    def traffic(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def promise(self) -> Promise: ...
    @property
    def short(self) -> bool: ...
    @property
    def times(self) -> int: ...

    def run(self, number: int) -> End:
        """The rollout of that number, always the same."""
        ...


def every() -> Iterator[Experiment]:
    """All cells, in the order of the report."""
    yield from chain(
        nulls.independent(), nulls.clusters(), nulls.hiccups(), nulls.after_an_outage(),
        nulls.shared(), nulls.strangers(), nulls.at_the_margin(), nulls.limits(),
        slowness.as_fast(), slowness.wavering(), slowness.slower(),
        power.dead(), power.failing_more(), power.bursty(), ladder.rollouts(),
    )  # fmt: skip


EXPERIMENTS: Mapping[str, Experiment] = {experiment.name: experiment for experiment in every()}

Ends = Mapping[str, list[End]]


def simulate(names: list[str], runs: int, jobs: int) -> Iterator[tuple[str, list[End]]]:
    """So many rollouts of each, or as many times more as it needs, told as they are done."""
    pieces = [(name, piece) for name in names for piece in _pieces(runs * EXPERIMENTS[name].times)]
    with ProcessPoolExecutor(jobs) as pool:
        some = pool.map(_piece, *zip(*pieces, strict=True))
        for name in names:
            yield name, [end for _ in _pieces(runs * EXPERIMENTS[name].times) for end in next(some)]


def _pieces(runs: int) -> list[range]:
    return [range(first, min(first + AT_ONCE, runs)) for first in range(0, runs, AT_ONCE)]


def broken(name: str, ends: list[End], sure: float = 0.0) -> str:
    """The promise that is, as a sentence."""
    sentence = EXPERIMENTS[name].promise.broken(ends, sure)
    return f"{name}: {sentence}" if sentence else ""


def _piece(name: str, numbers: range) -> list[End]:
    return [EXPERIMENTS[name].run(number) for number in numbers]
