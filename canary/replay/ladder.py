"""The policy's ladder over a recording: the same fold and the same verdicts as live, without a cluster around them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from canary.errors import Invalid
from canary.evidence import Arm, Bake, Evidence, Interval, Stratum
from canary.replay.recording import Line, Recording
from canary.rollout.boundary import bake_at
from canary.rollout.bounds import asks_for_latency, watched
from canary.rollout.policy import Policy
from canary.terms import Outcome


class Found(StrEnum):
    """How a recording ends; public."""

    ROLLBACK = "Rollback"
    PROMOTED = "Promoted"
    HOLD = "Hold"
    TOO_QUIET = "TooQuiet"


@dataclass(frozen=True, slots=True)
class Ending:
    """
    What the policy would have done.

    Attributes:
        at: end of the interval that decided it, Unix seconds; None where the recording ends before.
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


def replay(policy: Policy, recording: Recording) -> Ending:
    """
    Fold a recording over the ladder of a policy.

    Where the recording names no steps, the ladder goes on by itself whenever the evidence says so, and the shares are
    what they were. Approvals, windows and readiness are taken as given: a recording does not tell.

    Raises:
        Invalid: it names a step the policy does not have.
    """
    run = _Run(policy, recording)
    for number, line in enumerate(recording.lines, 1):
        ending = run.read(line, number)
        if ending is not None:
            return ending
    return run.unfinished()


class _Run:
    """One recording, one policy."""

    def __init__(self, policy: Policy, recording: Recording) -> None:
        self._unit = timedelta(seconds=recording.seconds)
        self._policy, self._note = _answerable(policy, recording)
        tails = recording.tails()
        bounds = watched(self._policy.gates, tails) if tails else {}
        self._picked = _positions(tuple(bounds), recording.bounds)
        self._evidence = Evidence.begin(
            self._policy.specs(bounds, self._unit), self._policy.confidence(), self._policy.next_share(1)
        )
        self._named = any(line.step is not None for line in recording.lines)
        self._step, self._read, self._unknown_since = 1, 0, 0
        self._bake = self._baking()
        self._verdict = self._evidence.judge(self._bake)

    def read(self, line: Line, number: int) -> Ending | None:
        """One more interval; the end, if it brings one."""
        self._read = number
        changed = self._follow(line.step)
        interval = self._with_bounds(line.interval)
        self._evidence = self._evidence.feed(interval, settled=not changed)
        self._verdict = self._evidence.judge(self._bake)
        return self._decided(line) or self._overdue(line)

    def unfinished(self) -> Ending:
        """The recording is over, the rollout is not."""
        quiet = self._verdict.outcome is Outcome.TOO_QUIET
        return self._ending(Found.TOO_QUIET if quiet else Found.HOLD, None, self._verdict.message)

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
        if not self._named:
            self._go_to(self._step + 1)
        return None

    def _overdue(self, line: Line) -> Ending | None:
        """Unknown for too long: the daemon takes the traffic back."""
        known = line.interval.strata is not None
        self._unknown_since = line.interval.index + 1 if known else self._unknown_since or line.interval.index
        unknown = (line.interval.index + 1 - self._unknown_since) * self._unit
        if known or unknown < self._policy.unknown_deadline:
            return None
        return self._ending(
            Found.ROLLBACK, line.t, f"nothing is known since {unknown}; {self._verdict.message}"
        )

    def _follow(self, step: int | None) -> bool:
        """The recording names its steps: whether it has just taken one, in an interval that belongs to both."""
        if step is None or step == self._step:
            return False
        if step > len(self._policy.rungs):
            raise Invalid(
                f"the recording is on step {step}, policy {self._policy.name} has {len(self._policy.rungs)}",
                hint="canary policy show NAME, or replay it with the policy it ran with",
            )
        began = self._read > 1
        self._go_to(step)
        return began

    def _go_to(self, step: int) -> None:
        self._step = step
        self._evidence = self._evidence.new_step(self._policy.next_share(step))
        self._bake = self._baking()

    def _baking(self) -> Bake:
        return bake_at(self._policy, self._step, self._unit)

    def _with_bounds(self, interval: Interval) -> Interval:
        """The counts of the bounds this policy watches, in its order."""
        if self._picked is None or interval.strata is None:
            return interval
        strata = tuple(
            Stratum(_picked(one.canary, self._picked), _picked(one.stable, self._picked))
            for one in interval.strata
        )
        halves = interval.halves and (
            _picked(interval.halves[0], self._picked),
            _picked(interval.halves[1], self._picked),
        )
        return replace(interval, strata=strata, halves=halves)

    def _ending(self, verdict: Found, at: float | None, message: str) -> Ending:
        gate = self._evidence.loudest.gate.name
        said = f"{message}{self._note}"
        return Ending(verdict, at, self._step, self._read, self._evidence.odds, gate, said)


def _answerable(policy: Policy, recording: Recording) -> tuple[Policy, str]:
    """The policy without what the recording cannot tell, and a remark that says so."""
    note = " (metric gates are not replayed)" if policy.metrics else ""
    if recording.tails() or not asks_for_latency(policy.gates):
        return policy, note
    left = tuple(gate for gate in policy.gates if not asks_for_latency((gate,)))
    return policy.model_copy(
        update={"gates": left}
    ), f" (no latency in the recording: gates about it were left out){note}"


def _positions(watched_bounds: Sequence[float], recorded: Sequence[float]) -> tuple[int, ...] | None:
    """Where in a recorded arm the watched bounds stand; None = all of them, as they are."""
    if tuple(watched_bounds) == tuple(recorded):
        return None
    return tuple(recorded.index(bound) for bound in watched_bounds)


def _picked(arm: Arm, positions: tuple[int, ...]) -> Arm:
    return arm._replace(slow=tuple([arm.slow[position] for position in positions])) if arm.slow else arm
