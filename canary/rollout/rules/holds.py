"""Rules that keep a rollout where it is: people first, then the mesh, then what is not known."""

from canary.rollout.boundary import anew, boundary
from canary.rollout.requests import Request
from canary.rollout.rules.answers import (
    acted_on,
    before_the_first_rung,
    changed,
    hold,
    move,
    phase_on_rung,
    rest,
    spent,
    taken_back,
)
from canary.rollout.rules.traffic import live_share, lowered, owned_by_others, reset_again, writer
from canary.rollout.rules.wishes import WITHDRAWN, wished
from canary.rollout.snapshot import Decision, Snapshot, Workload
from canary.rollout.stamp import Pin, Stamp
from canary.terms import Phase, Word


def afresh(seen: Snapshot, stamp: Stamp, **changes: object) -> Stamp:
    """
    The stamp with changes, whose evidence for the canary begins again; what speaks against it is kept.

    Evidence that nothing was folded into yet says nothing about where it is: it goes on where it was to begin.
    """
    new = changed(seen, stamp, settled=None, **changes)
    next_share = new.policy.next_share(new.step) if new.policy else None
    if seen.evidence is not None:
        return new.but(
            since=max(stamp.since, seen.evidence.through + 1),
            checkpoint=seen.evidence.new_step(next_share).checkpoint(),
        )
    return new.but(
        since=seen.now + 1, checkpoint=boundary(stamp, seen.unit).new_step(next_share).checkpoint()
    )


def resumed(seen: Snapshot) -> Decision | None:
    """Somebody says: go on. After foreign weights or a failed gate, from the highest rung the live share reaches."""
    stamp, request = seen.running, seen.asked(Word.RESUME)
    if (
        stamp is None
        or request is None
        or not (stamp.paused or stamp.drifted or stamp.phase is Phase.FAILED_HELD)
    ):
        return None
    message = f"resumed{seen.requests.origin(request)}"
    going = stamp.but(
        paused=False, unfollowed="", drifted="", reason="Resumed", message=message, **acted_on(stamp, request)
    )
    if stamp.phase is Phase.WAITING:
        return rest(seen, changed(seen, going))
    if stamp.drifted or stamp.phase is Phase.FAILED_HELD:
        return _from_the_live_share(seen, going)
    return rest(seen, changed(seen, going, phase=phase_on_rung(going)))


def _from_the_live_share(seen: Snapshot, stamp: Stamp) -> Decision:
    policy, live = stamp.policy, live_share(seen, stamp) or 0.0
    step = min(stamp.step, policy.rung_at(live)) if policy else 0
    if policy is None or step == 0:
        again = before_the_first_rung(stamp).but(gaps=stamp.gaps, spent=spent(seen, stamp), at=seen.now)
        return move(seen, again)
    going = afresh(seen, stamp, step=step)
    if stamp.phase is Phase.FAILED_HELD:
        going = _overruled(seen, going)
    going = going.but(phase=Phase.PROGRESSING)
    return move(seen, going.but(phase=phase_on_rung(going)))


def _overruled(seen: Snapshot, stamp: Stamp) -> Stamp:
    """A person goes on in spite of a failed gate: what speaks against the canary begins again, too."""
    return stamp.but(since=seen.now + 1, checkpoint=anew(stamp, seen.unit).checkpoint())


def pausing(seen: Snapshot) -> Decision | None:
    """Somebody says: stop here. It holds until `resume`, whatever becomes of the annotation."""
    stamp, request = seen.running, seen.asked(Word.PAUSE)
    if stamp is None or request is None:
        return None
    return _paused(seen, stamp, request)


def _paused(seen: Snapshot, stamp: Stamp, request: Request) -> Decision:
    message = f"paused{seen.requests.origin(request)}"
    return rest(
        seen,
        changed(
            seen,
            stamp,
            phase=phase_on_rung(stamp.but(paused=True)),
            paused=True,
            reason="Paused",
            message=message,
            **acted_on(stamp, request),
        ),
    )


def drifting(seen: Snapshot) -> Decision | None:
    """
    Somebody lowered the canary's share: kept, since it is the careful way, until a person says go on.

    Who does so again after every `resume` would keep the rollout, and people, busy for ever: the third time is its end.
    """
    stamp = seen.on_trial
    if stamp is None or stamp.drifted or stamp.gap is not None or not lowered(seen, stamp):
        return None
    told = reset_again(seen, stamp)
    if owned := owned_by_others(seen, told):
        return taken_back(seen, told, Phase.ROLLED_BACK, "Drifted", owned)
    live = live_share(seen, stamp) or 0.0
    message = f"{writer(seen)} lowered the canary to {live:.1%} where {stamp.share:.1%} is due; `canary resume` goes on from there"
    drifted = told.but(drifted=writer(seen))
    return rest(
        seen,
        changed(seen, drifted, phase=phase_on_rung(drifted), reason="Drifted", message=message),
        page=True,
    )


def resting(seen: Snapshot) -> Decision | None:
    """Paused, drifted, or held after a failed gate: a person is waited for."""
    stamp = seen.on_trial
    if stamp is None or not (stamp.paused or stamp.drifted or stamp.phase is Phase.FAILED_HELD):
        return None
    return rest(seen, stamp, page=bool(stamp.drifted) or stamp.phase is Phase.FAILED_HELD)


def withdrawn(seen: Snapshot) -> Decision | None:
    """The wish is gone from the route: nobody wants more traffic on the canary; past the deadline it is rolled back."""
    stamp = seen.on_trial
    if stamp is None or wished(seen):
        return None
    return hold(seen, stamp, "Withdrawn", WITHDRAWN)


def workload_unclear(seen: Snapshot) -> Decision | None:
    """What stands behind a leaf cannot be told just now: a stale read, or a change its controller has not seen."""
    stamp = seen.on_trial
    for service, pin in (stamp.pins if stamp else {}).items():
        workload = seen.leaf(service).workload
        if stamp and (workload is None or not workload.observed or _older(workload, pin)):
            return hold(
                seen, stamp, "WorkloadUnclear", f"the workload behind {service} is not clear just now"
            )
    return None


def _older(workload: Workload, pin: Pin) -> bool:
    return workload.pin.uid == pin.uid and workload.pin.generation < pin.generation


def stable_changed(seen: Snapshot) -> Decision | None:
    """Stable is another revision now: the comparison starts again against the new one, once that is ready."""
    stamp = seen.on_trial
    pinned = stamp.pins.get(stamp.stable) if stamp else None
    workload = seen.leaf(stamp.stable).workload if stamp else None
    if stamp is None or pinned is None or workload is None or workload.pin.same_revision(pinned):
        return None
    message = f"{stamp.stable} went from revision {pinned.revision} to {workload.pin.revision}; the step begins afresh"
    if not seen.leaf(stamp.stable).ready:
        return hold(seen, stamp, "StableChanged", message)
    pins = {**stamp.pins, stamp.stable: workload.pin}
    return rest(seen, afresh(seen, stamp, pins=pins, reason="StableChanged", message=message))


def stable_shrunk(seen: Snapshot) -> Decision | None:
    """Stable is scaled down while it loses traffic; below the floor it could not take everything back."""
    stamp = seen.on_trial
    if stamp is None or stamp.policy is None:
        return None
    ready, floor = seen.leaf(stamp.stable).ready, stamp.policy.stable_floor * stamp.stable_ready
    if ready >= floor:
        return None
    return hold(
        seen,
        stamp,
        "StableShrunk",
        f"{stamp.stable} has {ready} ready endpoints, the floor is {floor:g}",
        page=True,
    )


def source_away(seen: Snapshot) -> Decision | None:
    """No metrics at all: neither good nor bad."""
    stamp = seen.on_trial
    if stamp is None or not seen.source_away:
        return None
    return hold(seen, stamp, "SourceAway", seen.source_away, page=True)


def evidence_unread(seen: Snapshot) -> Decision | None:
    """The counters since the step began were not read yet (a restart, a new step): nothing advances before."""
    stamp = seen.on_trial
    if stamp is None or (seen.evidence is not None and seen.verdict is not None):
        return None
    return rest(seen, changed(seen, stamp))
