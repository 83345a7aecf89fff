"""One plan for each point of each reference trace and each thing that may happen there."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from tests.faults.gateway import CRASHES, READS, WRITES
from tests.faults.plan import Plan
from tests.faults.run import EVENTS, GAPS, Run
from tests.faults.source import QUERIES
from tests.faults.traces import TRACES

AGAIN = range(1, 13)
"""At which call of its recovery the process ends once more."""


class Reference(NamedTuple):
    """
    A trace without a fault.

    Attributes:
        end: phase and id.
        points: how many of each kind there were until it had ended.
        verbs: of the calls.
    """

    end: tuple[str, str]
    points: Mapping[str, int]
    verbs: tuple[str, ...]


@cache
def reference(trace: str) -> Reference:
    """
    Raises:
        AssertionError: it does not end as it should.
    """
    run = Run(Plan(trace))
    run.play()
    stamp = run.stamp
    assert stamp is not None
    assert stamp.phase == run.trace.end, f"{trace} ends {stamp.phase}: {stamp.message}"
    return Reference((str(stamp.phase), stamp.id), run.until_end, tuple(run.fault.verbs))


def plans() -> Iterator[Plan]:
    """All of them, always in the same order."""
    for trace in TRACES:
        found = reference(trace)
        for point, count in sorted(found.points.items()):
            for number in range(1, count + 1):
                for kind in _kinds(point, found.verbs[number - 1] if point == "call" else ""):
                    yield Plan(trace, point, number, kind)


def chosen(most: int) -> list[Plan]:
    """So many, evenly spread."""
    every = list(plans())
    return [every[index * len(every) // most] for index in range(min(most, len(every)))]


def _kinds(point: str, verb: str) -> Iterator[str]:
    if point == "event":
        yield from EVENTS
    elif point == "gap":
        yield from GAPS
    else:
        once = QUERIES if point == "query" else (*WRITES, *CRASHES) if verb == "patch" else READS
        yield from once
        yield from (f"{kind}+{again}" for kind in once if kind.startswith("crash") for again in AGAIN)
