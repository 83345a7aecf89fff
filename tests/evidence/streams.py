"""Random streams of intervals with latencies, for laws."""

from typing import NamedTuple

from hypothesis import strategies as st

from canary.evidence import Arm, Errors, Evidence, Gate, Interval, Latency, Objective, Stratum

GATES: tuple[Gate, ...] = (
    Errors(),
    Objective(),
    Latency(bound=0, bound_ms=100, tail=0.3, warmup=4, weight=0.2),
    Latency(bound=1, bound_ms=500, tail=0.02, warmup=6, weight=0.3),
)


class Moment(NamedTuple):
    """One interval; before it the weights may have changed."""

    strata: tuple[Stratum, ...] | None
    halves: tuple[Arm, Arm] | None
    endpoints: int
    settled: bool
    stepped: bool


@st.composite
def arms(draw: st.DrawFn, most: int = 400) -> Arm:
    """Nothing at all, a healthy backend, a dead one, and all between."""
    requests = draw(st.integers(0, most))
    failures = draw(st.sampled_from([0, 0, min(1, requests), requests // 10, requests]))
    timed = requests - failures
    slow = draw(st.integers(0, timed))
    return Arm(requests, failures, timed, (slow, draw(st.integers(0, slow))))


strata = st.lists(st.builds(Stratum, arms(), arms()), max_size=3).map(tuple)
halves = st.tuples(arms(), arms())


def moments(
    halves: st.SearchStrategy[tuple[Arm, Arm] | None], most: int = 40
) -> st.SearchStrategy[list[Moment]]:
    """A stream; most of its intervals are known."""
    known = st.builds(
        Moment, strata, halves, st.integers(0, 4), st.booleans(), st.sampled_from([False] * 9 + [True])
    )
    unknown = st.builds(Moment, st.none(), st.none(), st.just(0), st.booleans(), st.just(False))
    return st.lists(known | known | known | unknown, max_size=most)


def lived(evidence: Evidence, stream: list[Moment]) -> Evidence:
    """All of the stream."""
    for moment in stream:
        evidence = evidence.new_step(0.25) if moment.stepped else evidence
        evidence = evidence.feed(interval(moment, evidence.through + 1), moment.settled)
    return evidence


def interval(moment: Moment, index: int) -> Interval:
    """At a place of the grid."""
    return Interval(index, moment.strata, moment.halves, endpoints=moment.endpoints)
