"""
Counts that cannot be counts make an interval unknown.

The sources refuse them already; yet one NaN would poison the evidence for good. NaN compares with nothing, so it
fails like the rest.
"""

from canary.evidence.increments import Interval

MOST = 2.0**53
"""Above it a float does not count exactly."""

WRONG = "the counts are not counts: not finite, negative, or more bad responses than responses"


def implausible(interval: Interval, bounds: int) -> str:
    """
    The sentence that says what is wrong, or "".

    Args:
        bounds: of the latency histogram, how many the gates need; none at all are fine, some are not.
    """
    arms = list(interval.halves or ())
    for canary, stable, _ in interval.strata or ():
        arms += (canary, stable)
    for requests, failures, timed, slow in arms:
        if not (0 <= failures <= requests <= MOST and 0 <= timed <= MOST):
            return WRONG
        for one in slow:
            if not 0 <= one <= timed:
                return WRONG
        if slow and len(slow) < bounds:
            return f"the latency was told for {len(slow)} of {bounds} bounds"
    return ""
