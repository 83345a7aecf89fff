"""Rules for an attempt that has ended: it stays ended, until somebody asks for more."""

from canary.rollout.requests import digest
from canary.rollout.rules.answers import acted_on, before_the_first_rung, changed, move, rest
from canary.rollout.rules.traffic import raised, writer
from canary.rollout.rules.wishes import wish
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Stamp
from canary.terms import Phase, Word

LOWERED_LIMIT = 3
"""How often traffic is taken back after a rollback before a person is called instead."""

_TAKEN_BACK = (Phase.ROLLED_BACK, Phase.ABORTED, Phase.SUPERSEDED)


def undone(seen: Snapshot) -> Decision | None:
    """After a promotion, back to the version it replaced."""
    stamp, request = seen.stamp, seen.asked(Word.UNDO)
    if (
        stamp is None
        or request is None
        or stamp.phase is not Phase.PROMOTED
        or stamp.canary not in seen.services
    ):
        return None
    message = f"undone{seen.requests.origin(request)}: all traffic is with {stamp.canary} again"
    back = stamp.but(stable=stamp.canary, canary=stamp.stable, replaced=None, **acted_on(stamp, request))
    return move(
        seen,
        changed(
            seen, back, phase=Phase.ROLLED_BACK, settled=None, drifted="", reason="Undone", message=message
        ),
    )


def retried(seen: Snapshot) -> Decision | None:
    """The same id once more, as the next attempt."""
    stamp, request = seen.stamp, seen.asked(Word.RETRY)
    if (
        stamp is None
        or request is None
        or not (stamp.phase in _TAKEN_BACK or stamp.phase is Phase.FAILED_HELD)
    ):
        return None
    message = f"attempt {stamp.attempt + 1}{seen.requests.origin(request)}"
    spent = {**stamp.acks, **(seen.requests.hashes or {})}
    anew = changed(
        seen,
        stamp,
        attempt=stamp.attempt + 1,
        acks=spent,
        paused=False,
        lowered=0,
        reason="Retried",
        message=message,
    )
    return move(seen, before_the_first_rung(anew))


def raised_after_the_end(seen: Snapshot) -> Decision | None:
    """Somebody gives traffic to a canary that was taken out: taken back, three times; then it takes a person."""
    stamp = seen.stamp
    if stamp is None or stamp.phase not in _TAKEN_BACK or not stamp.stable or not raised(seen, stamp):
        return None
    if stamp.lowered >= LOWERED_LIMIT:
        message = f"{writer(seen)} keeps giving traffic to a canary that was taken out; {LOWERED_LIMIT} times it was taken back"
        return rest(seen, stamp.but(drifted=writer(seen), message=message), page=True)
    again = changed(seen, stamp, lowered=stamp.lowered + 1, settled=None)
    return move(seen, again, page=True)


def drifted_after_promotion(seen: Snapshot) -> Decision | None:
    """Somebody moved traffic after a promotion: told, and left alone until `resume`, unless it goes to nobody."""
    stamp = seen.stamp
    if stamp is None or stamp.phase is not Phase.PROMOTED or not (raised(seen, stamp) or stamp.drifted):
        return None
    request = seen.asked(Word.RESUME)
    if request is not None:
        return move(seen, changed(seen, stamp, drifted="", **acted_on(stamp, request)))
    empty = [
        b.service
        for b in seen.route.backends
        if b.weight and b.service != stamp.stable and not seen.leaf(b.service).ready
    ]
    drifted = changed(seen, stamp, drifted=stamp.drifted or writer(seen))
    if empty:
        return move(seen, drifted, page=True)
    return Decision(
        "Drifted",
        f"{drifted.drifted} moved traffic after the promotion; `canary resume` takes it back",
        stamp=drifted,
        page=True,
    )


def seen_in_the_mesh(seen: Snapshot) -> Decision | None:
    """After the end, the mesh is watched until it was seen to obey."""
    stamp = seen.stamp
    if stamp is None or stamp.running or not stamp.stable or not stamp.policy or stamp.settled is not None:
        return None
    if wish(seen) or raised(seen, stamp):
        return None
    if not seen.mesh:
        return rest(seen, stamp.but(settled=seen.now + 2))
    late = seen.since(stamp.at) >= seen.intervals(stamp.policy.settle_deadline)
    return Decision("Unsettled", f"the mesh does not follow: {seen.mesh}", stamp=stamp, page=late)


def ended(seen: Snapshot) -> Decision | None:
    """Nothing new is asked for."""
    stamp = seen.stamp
    if stamp is None or stamp.running or wish(seen):
        return None
    return _reused(seen, stamp) or Decision(stamp.reason, stamp.message, stamp=stamp)


def idle(seen: Snapshot) -> Decision | None:
    """Managed, but nothing was ever asked for."""
    return (
        None
        if seen.stamp or wish(seen)
        else Decision("Idle", f"no rollout is asked for: annotate it with {Word.ROLLOUT.key}")
    )


def _reused(seen: Snapshot, stamp: Stamp) -> Decision | None:
    asked = seen.requests.rollout
    if not asked or asked == stamp.id or digest(asked) not in stamp.seen:
        return None
    return Decision(
        "IdReused", f"rollout {asked} was seen before, so it starts nothing: use a new id", stamp=stamp
    )
