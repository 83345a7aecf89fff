"""
How long one interval takes the evidence of one rollout, beside a plain computation of the same formulas.

    python -m tests.bench.evidence [--check]

Two gates and six bounds of latency at 100 requests per second and 10 %, with one and with three client workloads.
`--check` exits with 1 where the evidence is not at least `LEAST` times as fast as the plain computation.
"""

import sys
from collections.abc import Callable, Sequence
from random import Random
from time import process_time
from timeit import Timer
from typing import NamedTuple

from canary.evidence import Arm, Confidence, Errors, Evidence, Gate, Interval, Latency, Objective, Stratum
from tests.evidence.oracle import Oracle

TAILS = {50.0: 0.5, 100.0: 0.3, 200.0: 0.1, 300.0: 0.05, 400.0: 0.02, 500.0: 0.01}
GATES: tuple[Gate, ...] = (
    Errors(),
    Objective(),
    *(
        Latency(bound=position, bound_ms=bound, tail=tail, weight=0.5 / len(TAILS))
        for position, (bound, tail) in enumerate(TAILS.items())
    ),
)
INTERVALS, REPEATS = 120, 40
"""Many short runs: the least of them is the one that nothing else on the machine disturbed."""

LEAST = {1: 2.35, 3: 2.15}
"""
By client workloads. It stands for twice as fast as the executable specification this package was written after
(test_vectors has its figures), which knew neither the bounded bet nor the limit on dilution: on the same stream, in turns
in one process, the plain computation takes 1.17 times as long as that with one client workload, 1.08 times with three.
"""

CANARY, STABLE = 50, 450
"""Requests in one interval of 5 s."""


class Figures(NamedTuple):
    """Microseconds per interval."""

    evidence: float
    oracle: float

    @property
    def ratio(self) -> float:
        return self.oracle / self.evidence


def stream(workloads: int, intervals: int = INTERVALS, seed: int = 1) -> list[Interval]:
    """A healthy service; its callers share the requests."""
    draw = Random(seed)
    return [
        Interval(
            index,
            tuple(
                Stratum(arm(draw, CANARY / workloads), arm(draw, STABLE / workloads))
                for _ in range(workloads)
            ),
            (arm(draw, STABLE / 2), arm(draw, STABLE / 2)),
        )
        for index in range(1, intervals + 1)
    ]


def arm(draw: Random, mean: float) -> Arm:
    """About so many requests, 0.1 % of them failed, the rest as slow as `TAILS` says."""
    requests = max(1, round(draw.gauss(mean, mean**0.5)))
    failures = sum(draw.random() < 0.001 for _ in range(requests))
    delays = [draw.random() for _ in range(requests - failures)]
    slow = tuple(float(sum(delay < tail for delay in delays)) for tail in TAILS.values())
    return Arm(requests, failures, len(delays), slow)


def measure(workloads: int, repeats: int = REPEATS) -> Figures:
    """Processor time; the least of several runs of each, in turn, since whatever else the machine does only adds."""
    intervals = stream(workloads)
    evidence, oracle = (
        Timer(work, timer=process_time) for work in (folding(intervals), computing(intervals))
    )
    runs = [(evidence.timeit(1), oracle.timeit(1)) for _ in range(repeats)]
    fold, plain = (min(column) / len(intervals) * 1e6 for column in zip(*runs, strict=True))
    return Figures(fold, plain)


def folding(intervals: Sequence[Interval]) -> Callable[[], None]:
    """With the product."""

    def work() -> None:
        evidence = Evidence.begin(GATES, Confidence())
        for interval in intervals:
            evidence = evidence.feed(interval, settled=True)

    return work


def computing(intervals: Sequence[Interval]) -> Callable[[], None]:
    """With the plain formulas, the odds included."""

    def work() -> None:
        oracle = Oracle(GATES, Confidence())
        for interval in intervals:
            oracle.feed(interval, settled=True)
            assert oracle.odds >= 0

    return work


def main(arguments: Sequence[str]) -> int:
    """Prints the figures; 1 if they were to be checked and are not good enough."""
    slow = False
    for workloads, least in LEAST.items():
        figures = measure(workloads)
        slow = slow or figures.ratio < least
        print(
            f"{workloads} client workload(s), {len(GATES)} gates: {figures.evidence:.0f} µs an interval, "
            f"plainly {figures.oracle:.0f} µs: {figures.ratio:.2f} times as fast, {least} needed"
        )
    return 1 if "--check" in arguments and slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
