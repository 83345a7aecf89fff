"""
What one interval of the grid tells about one rollout: exact counts, nothing derived.

Interval `index` covers the moments ((index - 1)·U, index·U] of Prometheus' clock.
"""

from dataclasses import dataclass
from typing import NamedTuple


class Arm(NamedTuple):
    """
    Responses of one backend in one interval.

    Attributes:
        requests: answered, or known never to be answered.
        failures: of these, by Linkerd's classification (5xx, failing gRPC codes, no response).
        timed: of these, with a measured latency (the `+Inf` bucket).
        slow: of the timed, slower than each of the rollout's bounds, in ascending order of these; empty: not told.
    """

    requests: float = 0.0
    failures: float = 0.0
    timed: float = 0.0
    slow: tuple[float, ...] = ()


class Stratum(NamedTuple):
    """
    What one client workload sent to the two backends: compared within it, summed over all.

    Attributes:
        client: the workload's name for sentences, `namespace/deployment`; may be "".
    """

    canary: Arm
    stable: Arm
    client: str = ""


class Astray(NamedTuple):
    """
    What one client workload sent to the Service in front of the backends while that was none of them: past the split.

    Attributes:
        client: as of a `Stratum`.
    """

    client: str
    requests: float


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
        endpoints: of the canary, that answered in this interval; 0 = not told.
        astray: requests that the route split for nobody; no evidence, but about who does not follow it.
    """

    index: int
    strata: tuple[Stratum, ...] | None
    halves: tuple[Arm, Arm] | None = None
    why: str = ""
    endpoints: int = 0
    astray: tuple[Astray, ...] = ()
