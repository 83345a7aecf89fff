"""Builders: healthy traffic of a service at 50 requests per second and 10 %, of which a test changes one thing."""

from collections.abc import Iterable

from canary.evidence import Arm, Bake, Confidence, Errors, Evidence, Interval, Objective, Stratum

GATES = (Errors(), Objective())
BAKE = Bake(min_intervals=12, max_intervals=120, min_requests=50, control=True)
ALONE = Bake(min_intervals=12, max_intervals=120, min_requests=50, control=False)

CANARY, STABLE = 25, 225
"""Requests in one interval of 5 s."""


def an_arm(requests: float, failures: float = 0) -> Arm:
    return Arm(requests, failures, timed=requests)


def a_stratum(
    canary: float = CANARY, failed: float = 0, stable: float = STABLE, stable_failed: float = 0
) -> Stratum:
    return Stratum(an_arm(canary, failed), an_arm(stable, stable_failed))


def known(index: int, *strata: Stratum, halves: tuple[Arm, Arm] | None = None) -> Interval:
    """Stable's halves are even, unless told otherwise."""
    if halves is None:
        requests = sum(stratum.stable.requests for stratum in strata)
        failures = sum(stratum.stable.failures for stratum in strata)
        halves = an_arm(requests / 2, failures / 2), an_arm(requests / 2, failures / 2)
    return Interval(index, strata, halves)


def unknown(index: int, why: str = "the targets are stale") -> Interval:
    return Interval(index, None, why=why)


def begun() -> Evidence:
    return Evidence.begin(GATES, Confidence())


def fed(evidence: Evidence, strata: Iterable[Stratum | None], settled: bool = True) -> Evidence:
    """One interval for each stratum; None is an unknown one."""
    for stratum in strata:
        index = evidence.through + 1
        evidence = evidence.feed(unknown(index) if stratum is None else known(index, stratum), settled)
    return evidence
