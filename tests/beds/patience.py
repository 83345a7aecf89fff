"""
The one place in the tests that waits in real time.

Everything else waits through it: for a condition, never for a number of seconds, and never without a deadline.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

from canary.clock import SystemClock

T = TypeVar("T")

CLOCK = SystemClock()

LOOK_EVERY = 0.02
"""Seconds between two looks: short beside everything waited for, long beside one look at a local server."""


class TooLate(AssertionError):
    """The deadline passed before the condition was met."""


def wait_until(condition: Callable[[], T], within: float, what: str, every: float = LOOK_EVERY) -> T:
    """
    The condition's first true answer.

    Args:
        within: seconds after which to give up.
        what: what was waited for, for the sentence of the failure.

    Raises:
        TooLate: with the condition's last answer.
    """
    ends = CLOCK.monotonic() + within
    while not (answer := condition()):
        if CLOCK.monotonic() >= ends:
            raise TooLate(f"not within {within:g} s: {what} (last answer: {answer!r})")
        rest(every)
    return answer


def rest(seconds: float, stop: threading.Event | None = None) -> bool:
    """Let `seconds` pass, or fewer where `stop` is set meanwhile; True if it is set."""
    return CLOCK.wait(stop or threading.Event(), seconds)
