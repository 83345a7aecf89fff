"""The service a plan is made for: an even stream of requests that fail one by one, with latencies as they usually are."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import erfc, log, sqrt
from typing import NamedTuple

from canary.evidence import Arm, Interval, Stratum
from canary.replay.arms import together
from canary.replay.plan.dice import Dice, out_of, poisson
from canary.rollout.bounds import HISTOGRAM, bound_from
from canary.rollout.gates import Gate, ObjectiveGate

MEDIAN, SPREAD = 20.0, 1.0
"""Of latencies, in ms and of the natural logarithm: p95 is 104 ms, p99 205 ms. What is judged is the canary against it."""


class Regression(NamedTuple):
    """
    Attributes:
        more: part of the canary's requests that fail in addition.
        slower: how many times longer each of them takes.
    """

    name: str
    more: float = 0.0
    slower: float = 1.0


HEALTHY = Regression("healthy")

REGRESSIONS = (
    Regression("+1 %", 0.01),
    Regression("+5 %", 0.05),
    Regression("dead", 1.0),
    Regression("2x slower", slower=2.0),
)
"""From the smallest that matters to the one that everybody sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """
    Attributes:
        rps: requests per second, to both versions together.
        rate: part of them that fails in a healthy version.
        median: of the latencies of a healthy version, ms; made up, where `measured` does not say more.
        burst: how many of a healthy version's failures come at a time, at least 1.
        measured: some bounds, in ms, ascending, each with the part of the responses that was slower.
    """

    rps: float
    rate: float
    median: float = MEDIAN
    burst: float = 1.0
    measured: tuple[tuple[float, float], ...] = ()

    @classmethod
    def under(cls, gates: Sequence[Gate], rps: float, rate: float) -> "Service":
        """One that keeps every latency objective of these gates with half of what it allows."""
        median = MEDIAN
        for gate in gates:
            if isinstance(gate, ObjectiveGate) and gate.within is not None:
                while _slower(bound_from(gate.within), median) > gate.allowed / 2:
                    median *= 0.9
        return cls(rps=rps, rate=rate, median=median)

    def tails(self) -> dict[float, float]:
        """For each bound that is known of, in ms, the part of the responses that takes longer."""
        known = [bound for bound, _ in self.measured] or HISTOGRAM
        return {bound: self.slower_than(bound) for bound in known}

    def slower_than(self, bound: float, times: float = 1.0) -> float:
        """The part of the responses that takes longer than `bound` ms where each takes so many times as long."""
        return _part(self, bound / times)


@dataclass(frozen=True, slots=True)
class Traffic:
    """
    Attributes:
        seconds: length of an interval.
        bounds: of the latency histogram, ms, that are counted.
    """

    service: Service
    seconds: float
    bounds: tuple[float, ...]
    dice: Dice

    def interval(self, index: int, share: float, regression: Regression = HEALTHY) -> Interval:
        """One of the grid. Stable has two halves, so it is known how its failures come."""
        usual = self.service.rps * self.seconds
        one, other = (self._arm(usual * (1 - share) / 2, HEALTHY) for _ in range(2))
        canary = self._arm(usual * share, regression)
        return Interval(
            index, (Stratum(canary, together((one, other))),), (one, other), endpoints=1 if share else 0
        )

    def _arm(self, usual: float, regression: Regression) -> Arm:
        requests = poisson(usual, self.dice)
        failures = self._failures(requests, regression.more)
        return Arm(requests, failures, requests, self._slow(requests, regression.slower))

    def _failures(self, requests: int, more: float) -> int:
        """One by one, or some at a time, with as many in all."""
        rate, burst = self.service.rate, self.service.burst
        if burst <= 1:
            return out_of(requests, min(1.0, rate + more), self.dice)
        usual = round(burst * poisson(requests * rate / burst, self.dice))
        return min(requests, usual + out_of(requests, more, self.dice))

    def _slow(self, requests: int, slower: float) -> tuple[float, ...]:
        left, before, slow = requests, 1.0, []
        for bound in self.bounds:
            tail = self.service.slower_than(bound, slower)
            left = out_of(left, tail / before, self.dice) if before else 0
            before = tail
            slow.append(float(left))
        return tuple(slow)


def _slower(bound: float, median: float) -> float:
    """Lognormal: the part above a bound."""
    return 0.5 * erfc(log(bound / median) / SPREAD / sqrt(2))


@cache
def _part(service: Service, bound: float) -> float:
    if not service.measured:
        return _slower(bound, service.median)
    return _between(service.measured, bound)


def _between(measured: Sequence[tuple[float, float]], bound: float) -> float:
    """A line from one bound to the next; all responses take longer than nothing, and of longer ones nothing is known."""
    points = ((0.0, 1.0), *measured)
    for (low, above_low), (high, above_high) in pairwise(points):
        if bound <= high:
            return above_low + (bound - low) / (high - low) * (above_high - above_low)
    return points[-1][1]
