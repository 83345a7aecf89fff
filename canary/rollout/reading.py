"""What was read of a metric gate's number, and what follows from it: failed, unknown, not enough yet, or fine."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from canary.rollout.metric import MetricGate

FRESH = 8
"""Intervals after which what was read says nothing about now: it is two behind as a rule, and asked for in each."""


@dataclass(frozen=True, slots=True)
class Reading:
    """
    The newest points of one gate's number, one for each interval.

    Attributes:
        first: interval of the first of them.
        values: None = unknown; () = there was no answer.
        why: a sentence about what is unknown; "" = nothing is.
        unknown_since: interval since when something has been at every look; None = nothing is.
    """

    first: int
    values: tuple[float | None, ...]
    why: str = ""
    unknown_since: int | None = None

    @property
    def through(self) -> int:
        """The last interval it tells about."""
        return self.first + len(self.values) - 1

    def unknown_for(self, now: int) -> int:
        """For how many intervals in a row something has been unknown."""
        return 0 if self.unknown_since is None else max(0, now - self.unknown_since)


class State(Enum):
    """What a gate says about the canary."""

    FAILED = auto()
    UNKNOWN = auto()
    AWAITED = auto()
    FINE = auto()


class Finding(NamedTuple):
    """That, with the sentence about it."""

    state: State
    message: str


def judge(gate: MetricGate, reading: Reading | None, settled: int | None, now: int) -> Finding:
    """
    Points from before the step settled never count: they are about other weights.

    What is unknown neither fails nor passes; what has failed often enough has, whatever is unknown beside it.

    Args:
        settled: the first interval that counts; None = the step has not settled.
        now: the last interval that is over.
    """
    named = f"metric {gate.name}"
    if reading is None or settled is None:
        return Finding(State.AWAITED, f"{named} was not read yet on this step")
    points = reading.values[max(0, settled - reading.first) :][-gate.of :]
    bad = [value for value in points if value is not None and gate.fails(value)]
    if len(bad) >= gate.failures:
        counted = (
            f"{len(bad)} of the last {len(points)} points are {gate.limits}, the last such one {bad[-1]:g}"
        )
        return Finding(State.FAILED, f"{named}: {counted}")
    if not reading.values or None in points:
        return Finding(State.UNKNOWN, f"{named}: {reading.why}")
    if now - reading.through > FRESH:
        return Finding(State.UNKNOWN, f"{named} was not read for {now - reading.through} intervals")
    if len(points) < gate.of:
        return Finding(
            State.AWAITED, f"{named}: {len(points)} of {gate.of} points are known since the step settled"
        )
    return Finding(State.FINE, f"{named}: {len(bad)} of the last {gate.of} points are {gate.limits}")
