"""One known interval on its way through the accounts."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from canary.evidence.confidence import Confidence
from canary.evidence.gates import Measure
from canary.evidence.increments import Arm, Interval, Stratum
from canary.evidence.made import made
from canary.evidence.tally import together
from canary.evidence.traffic import Pair, Traffic
from canary.evidence.warmth import Warmth

Looks: TypeAlias = tuple[Measure, bool, int]
"""What a gate looks at: which responses, whether at stable's too, and after how many intervals of warming up."""


class Stream(NamedTuple):
    """
    The requests some gates look at.

    Attributes:
        cold: the canary warms up; nothing is bet.
        asked: there is something to judge.
        judged: positions of client workloads a gate can judge: those that used the canary, and stable too where the
            gate compares. None: all of them.
        traffic: their requests.
        sums: of those, by arm.
        wholes: of all client workloads, by arm.
        halves: requests of stable's two halves, each with its counts.
    """

    cold: bool
    asked: bool
    judged: Sequence[int] | None
    traffic: Traffic
    sums: Pair
    wholes: Pair
    halves: tuple[float, Arm, float, Arm] | None


class Moment(NamedTuple):
    """
    Attributes:
        settled: it may speak for the canary.
        sparing: intervals before it were missed, so what the accounts should look like is not quite known.
        warmth: of the canary, this interval included.
        highest: ln of the cap.
        share: of a purse that has begun to bet, what this interval releases.
        streams: those asked for so far.
    """

    interval: Interval
    strata: tuple[Stratum, ...]
    settled: bool
    sparing: bool
    confidence: Confidence
    warmth: Warmth
    highest: float
    share: float
    streams: dict[Looks, Stream]

    def stream(self, looks: Looks) -> Stream:
        """The requests a gate looks at."""
        found = self.streams.get(looks)
        if found is None:
            cold = self.warmth.cold(self.interval.index, looks[2])
            found = self.streams[looks] = stream(self.strata, self.interval.halves, looks, cold)
        return found


def stream(
    strata: Sequence[Stratum], halves: tuple[Arm, Arm] | None, looks: Looks, cold: bool = False
) -> Stream:
    """The requests of one interval."""
    measure, relative, _ = looks
    of_halves = None
    if halves is not None:
        one, other = halves
        of_halves = measure(one), one, measure(other), other
    if len(strata) == 1:
        ((canary, stable, _),) = strata
        alone = measure(canary), measure(stable)
        if alone[0] and (alone[1] or not relative):
            return made(Stream, (cold, True, None, Traffic((alone,)), alone, alone, of_halves))
    pairs = [(measure(canary), measure(stable)) for canary, stable, _ in strata]
    judged = [at for at, (canary, stable) in enumerate(pairs) if canary and (stable or not relative)]
    wholes = together(pairs)
    if len(judged) == len(pairs):
        return Stream(cold, bool(pairs), None, Traffic(pairs), wholes, wholes, of_halves)
    used = [pairs[at] for at in judged]
    return Stream(cold, bool(used), judged, Traffic(used), together(used), wholes, of_halves)
