"""
What one interval of the grid tells about one rollout: exact counts, nothing derived.

Interval `index` covers the moments ((index - 1)·U, index·U] of Prometheus' clock.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arm:
    """
    Responses of one backend in one interval.

    Attributes:
        requests: answered, or known never to be answered.
        failures: of these, by Linkerd's classification (5xx, failing gRPC codes, no response).
        timed: of these, with a measured latency (the `+Inf` bucket).
        slow: of the timed, slower than each bound the policy asks for, in its order.
    """

    requests: float = 0.0
    failures: float = 0.0
    timed: float = 0.0
    slow: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Stratum:
    """What one client workload sent to the two backends: compared within it, summed over all."""

    canary: Arm
    stable: Arm


@dataclass(frozen=True, slots=True)
class Interval:
    """
    One interval of one rollout.

    Attributes:
        index: k, see above.
        strata: one per client workload that sent anything; empty = nobody asked; None = unknown.
        halves: two halves of the stable endpoints in this interval, to learn how bursty failures are;
            None where stable has a single endpoint.
        why: where strata is None, the sentence that says why.
    """

    index: int
    strata: tuple[Stratum, ...] | None
    halves: tuple[Arm, Arm] | None = None
    why: str = ""
