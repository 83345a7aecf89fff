"""
The conditions of a record.

`Reconciling`, `Stalled` and `Ready` mean what kstatus takes them for: under way, will not get there by itself, arrived.
`Succeeded` is for `kubectl wait --for=condition=Succeeded`: unknown until the end.
"""

from collections.abc import Iterable
from datetime import datetime

from canary.rollout.ending import HELD_REASONS
from canary.rollout.record.model import Condition
from canary.rollout.stamp import Stamp
from canary.terms import Phase

RECONCILING, STALLED, READY, SUCCEEDED = "Reconciling", "Stalled", "Ready", "Succeeded"


def conditions(
    stamp: Stamp, generation: int, before: Iterable[Condition], now: datetime
) -> tuple[Condition, ...]:
    """All four; one whose status stays keeps the moment since when it is so."""
    since = {known.type: (known.status, known.last_transition_time) for known in before}
    return tuple(
        Condition(
            type=kind,
            status=truth,
            reason=stamp.reason or str(stamp.phase),
            message=stamp.message,
            last_transition_time=since[kind][1] if kind in since and since[kind][0] == truth else now,
            observed_generation=generation,
        )
        for kind, truth in _truths(stamp).items()
    )


def _truths(stamp: Stamp) -> dict[str, str]:
    promoted = stamp.phase is Phase.PROMOTED
    stalled = _stalled(stamp)
    return {
        RECONCILING: str(stamp.running and not stalled),
        STALLED: str(stalled),
        READY: str(promoted and not stalled),
        SUCCEEDED: str(promoted) if stamp.phase.ended else "Unknown",
    }


def _stalled(stamp: Stamp) -> bool:
    """A pause, or a wait for an approval, is wanted: it is on its way. What went wrong is not."""
    taken_out = stamp.phase.ended and stamp.phase is not Phase.PROMOTED
    return (
        taken_out or stamp.phase is Phase.FAILED_HELD or bool(stamp.drifted) or stamp.reason in HELD_REASONS
    )
