"""What a cell promises of its rollouts, and the sentence that says how it is broken."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, comb, inf
from typing import Protocol


@dataclass(frozen=True, slots=True)
class End:
    """
    How one simulated rollout went.

    Attributes:
        seconds: from the onset of the regression (or the start) to the rollback; None: it was never rolled back.
        failed: canary requests that failed until then.
        peers: the same moment for each of the peers.
        promoted: seconds from the start to the promotion; None: it was never promoted.
        untested: steps that were left upwards with fewer canary requests than the policy demands.
    """

    seconds: float | None
    failed: int
    peers: tuple[float | None, ...] = ()
    promoted: float | None = None
    untested: int = 0


class Promise(Protocol):
    """A bound on the ends of many rollouts."""

    def broken(self, ends: Sequence[End], sure: float) -> str:
        """
        How it is broken, or "".

        Args:
            sure: 0: what was counted must keep the bound. Otherwise the chance with which a true law at the bound may be
                called broken: for few runs.
        """
        ...

    def __str__(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RolledBack:
    """At most a part of the rollouts is rolled back: the canary is healthy."""

    most: float

    def broken(self, ends: Sequence[End], sure: float) -> str:
        count, runs = rolled_back(ends), len(ends)
        if count <= allowed(self.most, runs, sure):
            return ""
        return f"{count} of {runs} healthy canaries were rolled back, {self.most:.0%} are allowed"

    def __str__(self) -> str:
        return f"≤ {self.most:.0%} rolled back"


@dataclass(frozen=True, slots=True)
class Caught:
    """
    A bad canary is rolled back in time.

    Attributes:
        part: of the rollouts, at least.
        seconds: within which, from the onset; infinite: within the rollout.
    """

    part: float
    seconds: float = inf

    def broken(self, ends: Sequence[End], sure: float) -> str:
        late = sum(end.seconds is None or not 0 <= end.seconds <= self.seconds for end in ends)
        if late <= allowed(1 - self.part, len(ends), sure):
            return ""
        return f"{len(ends) - late} of {len(ends)} bad canaries were {self}"

    def __str__(self) -> str:
        when = "caught" if self.seconds == inf else f"out after {self.seconds:.0f} s"
        return f"{when} (≥ {self.part:.0%} needed)"


@dataclass(frozen=True, slots=True)
class Promoted:
    """
    A good canary gets all traffic in time.

    Attributes:
        part: of the rollouts, at least.
        seconds: within which, from the start.
    """

    part: float
    seconds: float

    def broken(self, ends: Sequence[End], sure: float) -> str:
        late = sum(end.promoted is None or end.promoted > self.seconds for end in ends)
        if late <= allowed(1 - self.part, len(ends), sure):
            return ""
        return f"{len(ends) - late} of {len(ends)} good canaries were {self}"

    def __str__(self) -> str:
        return f"promoted after {self.seconds:.0f} s (≥ {self.part:.0%} needed)"


@dataclass(frozen=True, slots=True)
class Tested:
    """No step is ever left upwards untested."""

    def broken(self, ends: Sequence[End], sure: float) -> str:
        untested = sum(end.untested > 0 for end in ends)
        return f"{untested} of {len(ends)} canaries left a step untested" if untested else ""

    def __str__(self) -> str:
        return "no step left untested"


@dataclass(frozen=True, slots=True)
class Told:
    """Nothing is promised: a limit, measured so that it can be told."""

    def broken(self, ends: Sequence[End], sure: float) -> str:
        return ""

    def __str__(self) -> str:
        return "–"


def rolled_back(ends: Sequence[End]) -> int:
    """How many."""
    return sum(end.seconds is not None for end in ends)


def allowed(part: float, runs: int, sure: float) -> int:
    """The largest count that does not break `part`; with `sure` above 0, that a true law exceeds with at most `sure`."""
    count = int(part * runs + 1e-9)
    if not sure:
        return count
    below = sum(_exactly(number, part, runs) for number in range(count + 1))
    while below < 1 - sure:
        count += 1
        below += _exactly(count, part, runs)
    return count


def _exactly(count: int, part: float, runs: int) -> float:
    return float(comb(runs, count) * part**count * (1 - part) ** (runs - count))


def quantile(ends: Sequence[End], part: float) -> float:
    """Seconds within which this part of the rollouts was rolled back; infinite if fewer were."""
    seconds = sorted(inf if end.seconds is None else end.seconds for end in ends)
    return seconds[max(0, ceil(part * len(seconds)) - 1)]
