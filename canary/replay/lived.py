"""A policy over what a source tells of a route's past, read as the daemon would have read it then."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from canary.evidence import Interval
from canary.replay.ladder import LIVE, NO_METRICS, Ending, Ladder, climb
from canary.replay.recording import Line
from canary.rollout.past import Past
from canary.rollout.policy import Policy


def relive(policy: Policy, past: Past, unit: timedelta, intervals: Iterable[Interval]) -> Ending:
    """
    What would have become of a rollout that began right before these intervals.

    The newest of them roll back and never advance, and after a step some count for nothing, as they do live. No more of
    them are asked for than until it is over.

    Args:
        past: what was there to know before.
        unit: length of an interval.
        intervals: one after the other, at least one.
    """
    seconds = unit.total_seconds()
    lines = (Line(interval.index * seconds, None, interval) for interval in intervals)
    ending = climb(Ladder(policy, past.bounds, unit, LIVE), lines, past.intervals)
    return replace(ending, message=f"{ending.message} ({NO_METRICS})") if policy.metrics else ending
