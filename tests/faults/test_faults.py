"""Some hundred of the fault plans, evenly spread; `python -m tests.faults` plays all of them."""

from collections.abc import Iterator

import pytest
import structlog

from tests.faults.judge import tried
from tests.faults.plan import Plan, read
from tests.faults.plans import chosen, reference
from tests.faults.run import silent
from tests.faults.traces import TRACES

PLANS, PARTS = 200, 8


@pytest.fixture(autouse=True)
def _silence() -> Iterator[None]:
    silent()
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_fails_once_nothing_is_lost_and_nothing_unsafe(part: int) -> None:
    wrong = [verdict for plan in chosen(PLANS)[part::PARTS] if (verdict := tried(plan)).wrong]
    assert wrong == []


@pytest.mark.parametrize("trace", TRACES)
def test_without_a_fault_every_trace_ends_as_it_says(trace: str) -> None:
    assert reference(trace).end[0] == TRACES[trace].end


def test_a_plan_whose_fault_did_not_happen_fails() -> None:
    assert tried(Plan("good", "call", 100_000, "500")).wrong[0].startswith("it did not happen")


def test_a_plan_is_a_line_that_can_be_played_again() -> None:
    plan = Plan("good", "call", 17, "crash-before+3")
    assert read(str(plan)) == plan
