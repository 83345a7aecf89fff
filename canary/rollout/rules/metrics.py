"""Rules about numbers of one's own: gates of kind `metric`, which no evidence weighs. Without such a gate none answers."""

from collections.abc import Iterator

from canary.rollout.reading import State, judge
from canary.rollout.rules.answers import failed, hold, may_advance, taken_back
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Stamp
from canary.terms import Phase


def metric_failed(seen: Snapshot) -> Decision | None:
    """A number was beyond its limits often enough: as for a failed gate."""
    stamp = seen.on_trial
    why = _told(seen, stamp, State.FAILED)
    return failed(seen, stamp, "MetricFailed", why) if stamp and why else None


def metric_overdue(seen: Snapshot) -> Decision | None:
    """A number was unknown for too long, while the source told of everything else."""
    stamp = seen.on_trial
    if stamp is None or stamp.policy is None or not may_advance(stamp):
        return None
    allowed = seen.intervals(stamp.policy.unknown_deadline)
    for name, why in _found(seen, stamp, State.UNKNOWN):
        reading = seen.metrics.get(name)
        unknown = reading.unknown_for(seen.now) if reading else 0
        if min(unknown, seen.since(stamp.going)) >= allowed:
            return taken_back(
                seen, stamp, Phase.ROLLED_BACK, "UnknownTooLong", f"for too long it was not known: {why}"
            )
    return None


def metric_unknown(seen: Snapshot) -> Decision | None:
    """A number is not known: neither good nor bad. Nothing is while the canary has no endpoints, since nothing settled."""
    stamp = seen.on_trial
    why = _told(seen, stamp, State.UNKNOWN)
    return hold(seen, stamp, "MetricUnknown", why) if stamp and why else None


def metric_awaited(seen: Snapshot) -> Decision | None:
    """The evidence says go, a number has not been known for long enough on this step."""
    stamp = seen.on_trial
    why = _told(seen, stamp, State.AWAITED)
    return hold(seen, stamp, "Baking", why) if stamp and why else None


def _told(seen: Snapshot, stamp: Stamp | None, state: State) -> str:
    """What all gates say that are in this state."""
    return "; ".join(message for _, message in _found(seen, stamp, state)) if stamp else ""


def _found(seen: Snapshot, stamp: Stamp, state: State) -> Iterator[tuple[str, str]]:
    """Name and sentence of each gate that is."""
    for gate in stamp.policy.metrics if stamp.policy else ():
        found = judge(gate, seen.metrics.get(gate.name), stamp.settled, seen.now)
        if found.state is state:
            yield gate.name, found.message
