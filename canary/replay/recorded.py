"""A policy over a recording, in which something may be missing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from canary.evidence import Arm, Interval, Stratum
from canary.replay.ladder import NO_METRICS, Ending, Ladder, climb
from canary.replay.recording import Recording
from canary.rollout.bounds import asks_for_latency, beyond, watched
from canary.rollout.policy import Policy

NO_LATENCY = "no latency in the recording: gates about it were left out"


def replay(policy: Policy, recording: Recording) -> Ending:
    """
    Fold a recording over the ladder of a policy.

    Where the recording names no steps, the ladder goes on by itself whenever the evidence says so, and the shares are
    what they were. Approvals, windows and readiness are taken as given: a recording does not tell.

    Raises:
        Invalid: it names a step the policy does not have.
    """
    tails = recording.tails()
    bounds = watched(policy.gates, tails) if tails else {}
    asked, notes = _answerable(policy, tails, bounds)
    named = any(line.step is not None for line in recording.lines)
    ladder = Ladder(asked, bounds, timedelta(seconds=recording.seconds), named=named)
    picked = _positions(tuple(bounds), recording.bounds)
    lines = recording.lines
    if picked is not None:
        lines = tuple(line._replace(interval=_with_bounds(line.interval, picked)) for line in lines)
    ending = climb(ladder, lines)
    return replace(ending, message=ending.message + "".join(f" ({note})" for note in notes))


def _answerable(
    policy: Policy, tails: Mapping[float, float], bounds: Mapping[float, float | None]
) -> tuple[Policy, tuple[str, ...]]:
    """The policy without what the recording cannot tell, and remarks that say so."""
    unasked = (NO_METRICS,) if policy.metrics else ()
    if not asks_for_latency(policy.gates):
        return policy, unasked
    if tails:
        return policy, (*beyond(policy.gates, bounds), *unasked)
    left = tuple(gate for gate in policy.gates if not asks_for_latency((gate,)))
    return policy.model_copy(update={"gates": left}), (NO_LATENCY, *unasked)


def _positions(watched_bounds: Sequence[float], recorded: Sequence[float]) -> tuple[int, ...] | None:
    """Where in a recorded arm the watched bounds stand; None = all of them, as they are."""
    if tuple(watched_bounds) == tuple(recorded):
        return None
    return tuple(recorded.index(bound) for bound in watched_bounds)


def _with_bounds(interval: Interval, picked: tuple[int, ...]) -> Interval:
    """The counts of the bounds this policy watches, in its order."""
    if interval.strata is None:
        return interval
    strata = tuple(
        Stratum(_picked(one.canary, picked), _picked(one.stable, picked)) for one in interval.strata
    )
    halves = interval.halves and (_picked(interval.halves[0], picked), _picked(interval.halves[1], picked))
    return replace(interval, strata=strata, halves=halves)


def _picked(arm: Arm, positions: tuple[int, ...]) -> Arm:
    return arm._replace(slow=tuple([arm.slow[position] for position in positions])) if arm.slow else arm
