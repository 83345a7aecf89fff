"""
Counts that cannot be counts make an interval unknown.

The sources refuse them already; yet one NaN would poison the evidence for good, since nothing compares with it.
"""

from canary.evidence.increments import Arm, Interval

MOST = 2.0**53
"""Above it a float does not count exactly."""


WRONG = "the counts are not counts: not finite, negative, or more bad responses than responses"


def implausible(interval: Interval) -> str:
    """The sentence that says what is wrong, or ""."""
    for stratum in interval.strata or ():
        if not (_plausible(stratum.canary) and _plausible(stratum.stable)):
            return WRONG
    for half in interval.halves or ():
        if not _plausible(half):
            return WRONG
    return ""


def _plausible(arm: Arm) -> bool:
    """NaN compares with nothing, so it fails like the rest."""
    if not (0 <= arm.failures <= arm.requests <= MOST and 0 <= arm.timed <= MOST):
        return False
    return not arm.slow or all(0 <= slow <= arm.timed for slow in arm.slow)
