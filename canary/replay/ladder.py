"""The policy's ladder over intervals: the same fold and the same verdicts as live, without a cluster around them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from canary.errors import Invalid
from canary.evidence import AnyGate, Bake, Evidence, Interval
from canary.replay.recording import Line
from canary.rollout.boundary import FOLLOWED, PROVISIONAL, bake_at
from canary.rollout.bounds import Bounds
from canary.rollout.policy import Policy
from canary.terms import Outcome

NO_METRICS = "metric gates are not replayed"


class Found(StrEnum):
    """How a replay ends; public."""

    ROLLBACK = "Rollback"
    PROMOTED = "Promoted"
    HOLD = "Hold"
    TOO_QUIET = "TooQuiet"


@dataclass(frozen=True, slots=True)
class Ending:
    """
    What the policy would have done.

    Attributes:
        at: end of the interval that decided it, Unix seconds; None where the intervals end before.
        step: of the ladder, from 1.
        intervals: read until then.
        evidence: how many to one they speak against the canary.
        gate: the one that speaks most against it.
    """

    verdict: Found
    at: float | None
    step: int
    intervals: int
    evidence: float
    gate: str
    message: str


class Pace(NamedTuple):
    """
    How much later than its interval something is believed.

    Attributes:
        provisional: newest intervals that may roll back and never advance.
        settling: from the interval in which a step is taken to the first that counts for the canary on it.
        stamped: at each step the evidence passes through a stamp, which rounds it.
    """

    provisional: int = 0
    settling: int = 1
    stamped: bool = False


AT_ONCE = Pace()
"""As a recording is read: whoever wrote it knew what was final."""

LIVE = Pace(PROVISIONAL, FOLLOWED, stamped=True)
"""As the daemon reads, if the mesh follows at once."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """
    A policy, ready to be climbed.

    Attributes:
        bounds: of the latency histogram, as a start would freeze them.
        unit: length of an interval.
        named: the lines say on which step the route was.
    """

    policy: Policy
    bounds: Bounds
    unit: timedelta
    pace: Pace = AT_ONCE
    named: bool = False

    def specs(self) -> tuple[AnyGate, ...]:
        return self.policy.specs(self.bounds, self.unit)


def climb(ladder: Ladder, lines: Iterable[Line], past: Sequence[Interval] = ()) -> Ending:
    """
    Go up as long as there are lines, at least one.

    Args:
        past: intervals before the first.

    Raises:
        Invalid: a line names a step the policy does not have.
    """
    run: _Run | None = None
    for line in lines:
        run = run or _Run(ladder, line.interval.index, past)
        ending = run.read(line)
        if ending is not None:
            return ending
    if run is None:
        raise ValueError("nothing to climb on")
    return run.unfinished()


class _Run:
    """One climb."""

    def __init__(self, ladder: Ladder, first: int, past: Sequence[Interval]) -> None:
        self._ladder, self._policy = ladder, ladder.policy
        self._specs, self._confidence = ladder.specs(), ladder.policy.confidence()
        self._step, self._read, self._unknown_since = 1, 0, 0
        self._settled = first - 1 + ladder.pace.settling
        self._waiting: tuple[Interval, ...] = ()
        begun = Evidence.begin(self._specs, self._confidence, self._policy.next_share(1), past)
        self._sure = self._evidence = self._entered(begun)
        self._bake = self._baking()
        self._verdict = self._evidence.judge(self._bake)

    def read(self, line: Line) -> Ending | None:
        """One more interval; the end, if it brings one."""
        self._read += 1
        self._follow(line)
        self._feed(line.interval)
        self._verdict = self._evidence.judge(self._bake)
        return self._decided(line) or self._overdue(line)

    def unfinished(self) -> Ending:
        """There is no more to read, and the rollout is not over."""
        quiet = self._verdict.outcome is Outcome.TOO_QUIET
        return self._ending(Found.TOO_QUIET if quiet else Found.HOLD, None, self._verdict.message)

    def _feed(self, newest: Interval) -> None:
        """The newest ones onto a copy, as far as they may still change; whatever is older for good."""
        waiting, provisional = (*self._waiting, newest), self._ladder.pace.provisional
        final = len(waiting) - provisional
        for interval in waiting[: max(0, final)]:
            self._sure = self._sure.feed(interval, settled=interval.index >= self._settled)
        self._waiting = waiting[max(0, final) :]
        self._evidence = self._sure
        for interval in self._waiting:
            if interval.strata is not None:
                self._evidence = self._evidence.feed(interval, settled=False)

    def _decided(self, line: Line) -> Ending | None:
        outcome = self._verdict.outcome
        if outcome is Outcome.ROLLBACK:
            held = self._policy.on_failure == "hold"
            return self._ending(Found.HOLD if held else Found.ROLLBACK, line.t, self._verdict.message)
        if outcome is Outcome.TOO_QUIET and self._policy.on_inconclusive == "rollback":
            return self._ending(Found.ROLLBACK, line.t, self._verdict.message)
        if outcome is Outcome.ADVANCE:
            return self._advance(line)
        return None

    def _advance(self, line: Line) -> Ending | None:
        if self._step == len(self._policy.rungs):
            return self._ending(Found.PROMOTED, line.t, self._verdict.message)
        if not self._ladder.named:
            self._go_to(self._step + 1)
            self._settled = line.interval.index + self._ladder.pace.settling
        return None

    def _overdue(self, line: Line) -> Ending | None:
        """Unknown for too long: the daemon takes the traffic back."""
        known, unit = line.interval.strata is not None, self._ladder.unit
        self._unknown_since = line.interval.index + 1 if known else self._unknown_since or line.interval.index
        unknown = (line.interval.index + 1 - self._unknown_since) * unit
        if known or unknown < self._policy.unknown_deadline:
            return None
        return self._ending(
            Found.ROLLBACK, line.t, f"nothing is known since {unknown}; {self._verdict.message}"
        )

    def _follow(self, line: Line) -> None:
        """The lines name their steps: one that has just been taken was in an interval that belongs to both."""
        step = line.step
        if step is None or step == self._step:
            return
        if step > len(self._policy.rungs):
            raise Invalid(
                f"the recording is on step {step}, policy {self._policy.name} has {len(self._policy.rungs)}",
                hint="canary policy show NAME, or replay it with the policy it ran with",
            )
        if self._read > 1:
            self._settled = line.interval.index + 1
        self._go_to(step)

    def _go_to(self, step: int) -> None:
        self._step = step
        self._sure = self._evidence = self._entered(self._sure.new_step(self._policy.next_share(step)))
        self._bake = self._baking()

    def _entered(self, evidence: Evidence) -> Evidence:
        if not self._ladder.pace.stamped:
            return evidence
        return Evidence.resume(self._specs, self._confidence, evidence.checkpoint())

    def _baking(self) -> Bake:
        return bake_at(self._policy, self._step, self._ladder.unit)

    def _ending(self, verdict: Found, at: float | None, message: str) -> Ending:
        gate = self._evidence.loudest.gate.name
        return Ending(verdict, at, self._step, self._read, self._evidence.odds, gate, message)
