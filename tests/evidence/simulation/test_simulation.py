"""
Forty rollouts each of what matters most. `python -m tests.evidence.simulation` runs all cells, and far more often.

Seeds are fixed, so this passes or fails for good: until the engine changes. Then a promise that holds is called broken
in one of a thousand cells.
"""

import pytest

from tests.evidence.simulation.experiments import EXPERIMENTS, every

RUNS = 40
SURE = 0.001

SHORT = [name for name, experiment in EXPERIMENTS.items() if experiment.short]


@pytest.mark.parametrize("name", SHORT)
def test_the_engine_keeps_its_promises(name: str) -> None:
    experiment = EXPERIMENTS[name]
    ends = [experiment.run(number) for number in range(RUNS)]
    assert experiment.promise.broken(ends, SURE) == ""


def test_no_two_cells_have_the_same_name() -> None:
    assert len(list(every())) == len(EXPERIMENTS)


def test_a_run_can_be_repeated() -> None:
    experiment = EXPERIMENTS[SHORT[0]]
    assert experiment.run(7) == experiment.run(7)
