"""How an attempt ends, in the words of exit codes, and which states nothing but a person ends."""

from canary.rollout.stamp import Stamp
from canary.terms import Exit, Phase

ENDS = {
    Phase.PROMOTED: Exit.OK,
    Phase.ROLLED_BACK: Exit.ROLLED_BACK,
    Phase.ABORTED: Exit.ABORTED,
    Phase.SUPERSEDED: Exit.SUPERSEDED,
    Phase.REJECTED: Exit.REJECTED,
}

HELD_PHASES = frozenset({Phase.PAUSED, Phase.AWAITING_APPROVAL, Phase.FAILED_HELD})
HELD_REASONS = frozenset({"TooQuiet", "Withdrawn", "StableGone"})
"""What nothing but a person ends. Things that may pass by themselves (a pod not ready, Prometheus away) are not here."""


def needs_person(stamp: Stamp) -> bool:
    """Whether it goes on only after somebody did something."""
    if not stamp.running:
        return False
    held = stamp.phase in HELD_PHASES or stamp.reason in HELD_REASONS
    return held or stamp.paused or bool(stamp.drifted)
