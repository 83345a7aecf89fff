"""Rules that take traffic away, or keep our hands off. They come first: nothing stands between us and these."""

from canary.rollout.rules.answers import (
    acted_on,
    before_the_first_rung,
    changed,
    failed,
    hold,
    may_advance,
    move,
    phase_on_rung,
    spent,
    taken_back,
)
from canary.rollout.rules.capacity import TOO_SMALL
from canary.rollout.rules.following import strange, strange_for
from canary.rollout.rules.traffic import (
    live_share,
    lowered,
    owned_by_others,
    present_total,
    raised,
    reset_again,
    writer,
)
from canary.rollout.rules.wishes import wish
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Stamp
from canary.terms import Outcome, Phase, Word

GAPS_LIMIT = 2
"""How often a canary may lose all its ready endpoints and come back before it is rolled back."""


def terminating(seen: Snapshot) -> Decision | None:
    """The route is being deleted: what it says no longer matters."""
    return (
        Decision("Terminating", "the route is being deleted; nothing more is written to it")
        if seen.route.terminating
        else None
    )


def unmanaged(seen: Snapshot) -> Decision | None:
    """No policy is named and nothing runs: not ours."""
    if Word.POLICY.key in seen.route.annotations or seen.running or seen.newer:
        return None
    return Decision("Unmanaged", f"it has no annotation {Word.POLICY.key}, so it is not managed")


def aborted(seen: Snapshot) -> Decision | None:
    """Somebody wants it to end: all traffic goes back to stable, whatever else is the matter."""
    if seen.newer:
        return _aborted_by_head(seen)
    request, stamp = seen.asked(Word.ABORT), seen.running
    if request is None or stamp is None:
        return None
    message = f"aborted{seen.requests.origin(request)}"
    return taken_back(seen, stamp.but(**acted_on(stamp, request)), Phase.ABORTED, "Aborted", message)


def _aborted_by_head(seen: Snapshot) -> Decision | None:
    head, request = seen.newer, seen.requests.get(Word.ABORT)
    if head is None or request is None or request.id != head.id:
        return None
    if head.uid != seen.route.uid or head.stable not in seen.services:
        return None
    weights = dict.fromkeys(seen.services, 0) | {head.stable: present_total(seen)}
    if weights != seen.route.weights and not seen.leaf(head.stable).ready:
        return Decision(
            "StableNotReady", f"abort is asked for, but {head.stable} has no ready endpoint", page=True
        )
    return Decision(
        "Aborted", "aborted; the stamp is from a newer version and stays as it is", weights=weights
    )


def stamp_is_newer(seen: Snapshot) -> Decision | None:
    """A newer version of this program is at work: hands off."""
    if seen.newer is None:
        return None
    return Decision(
        "StampNewer",
        f"version {seen.newer.v} of the stamp is newer than this program; only an abort is carried out",
    )


def stable_gone(seen: Snapshot) -> Decision | None:
    """Stable is no longer a backend: there is nowhere to take traffic back to."""
    stamp = seen.running
    if stamp is None or stamp.stable in seen.services:
        return None
    message = f"{stamp.stable} is no longer a backend of the route: put it back, or abort and start anew"
    return Decision(
        "StableGone", message, stamp=changed(seen, stamp, reason="StableGone", message=message), page=True
    )


def canary_gone(seen: Snapshot) -> Decision | None:
    """The canary backend, or its Service, was removed."""
    stamp = seen.running
    if stamp is None or (stamp.canary in seen.services and seen.leaf(stamp.canary).exists):
        return None
    return taken_back(seen, stamp, Phase.ROLLED_BACK, "CanaryGone", f"{stamp.canary} is gone")


def superseded(seen: Snapshot) -> Decision | None:
    """Another rollout is asked for. While this one bakes at 100 %, the new one waits for its end."""
    stamp, wanted = seen.running, wish(seen)
    if stamp is None or not wanted or wanted != seen.requests.rollout or stamp.phase is Phase.BAKING:
        return None
    return taken_back(
        seen, stamp, Phase.SUPERSEDED, "Superseded", f"rollout {wanted} takes the place of {stamp.id}"
    )


def canary_changed(seen: Snapshot) -> Decision | None:
    """
    The canary is another revision than the one on trial: what was learned is about the old one.

    So is what people asked for, seeing the old one. What is careful (abort, pause) still holds. Where nobody may change it
    on the way, that is its end.
    """
    stamp = seen.on_trial
    pinned = stamp.pins.get(stamp.canary) if stamp else None
    workload = seen.leaf(stamp.canary).workload if stamp else None
    if stamp is None or pinned is None or workload is None or not workload.observed:
        return None
    new = workload.pin
    if new.same_revision(pinned) or (new.uid == pinned.uid and new.generation < pinned.generation):
        return None
    went = f"{stamp.canary} went from revision {pinned.revision} to {new.revision}"
    if stamp.policy is not None and stamp.policy.on_new_revision == "rollback":
        return taken_back(seen, stamp, Phase.ROLLED_BACK, "CanaryChanged", f"{went} on the way")
    message = f"{went}; attempt {stamp.attempt + 1} begins"
    anew = changed(
        seen,
        stamp,
        attempt=stamp.attempt + 1,
        acks={**stamp.acks, **seen.requests.present(Word.ABORT, Word.PAUSE)},
        reason="CanaryChanged",
        message=message,
    )
    return move(seen, before_the_first_rung(anew))


def canary_not_ready(seen: Snapshot) -> Decision | None:
    """Without a ready endpoint the canary's share hangs for seconds and fails: it gets no traffic, at once."""
    stamp = seen.on_trial
    if stamp is None or stamp.policy is None or seen.leaf(stamp.canary).ready:
        return None
    gone = f"{stamp.canary} has no ready endpoint"
    if stamp.gap is None or stamp.reason == TOO_SMALL:  # some had returned, and were too few
        return _no_traffic_for_now(seen, stamp, gone)
    if seen.since(stamp.gap) < seen.intervals(stamp.policy.ready_grace):
        if raised(seen, stamp) or seen.asked(Word.PAUSE):
            return None
        return hold(seen, stamp, "CanaryNotReady", stamp.message)
    return taken_back(seen, stamp, Phase.ROLLED_BACK, "CanaryNotReady", f"{gone}, and none returned in time")


def _no_traffic_for_now(seen: Snapshot, stamp: Stamp, gone: str) -> Decision:
    if stamp.gaps >= GAPS_LIMIT:
        return taken_back(
            seen, stamp, Phase.ROLLED_BACK, "CanaryNotReady", f"{gone} again, after {stamp.gaps} earlier gaps"
        )
    message = f"{gone}: it gets no traffic until one is ready again"
    return move(
        seen,
        changed(
            seen,
            stamp,
            gap=seen.now,
            gaps=stamp.gaps + 1,
            settled=None,
            reason="CanaryNotReady",
            message=message,
        ),
    )


def canary_unreachable(seen: Snapshot) -> Decision | None:
    """
    Its endpoints are ready for Kubernetes, but the mesh cannot connect to them and sends its share elsewhere.

    Nothing fails any more, so no gate will; and no client that does not follow is to blame, since they did before.
    """
    stamp = seen.on_trial
    if stamp is None or not seen.missing or seen.mesh or stamp.gap is not None or lowered(seen, stamp):
        return None
    message = (
        f"{stamp.canary} got none of some {seen.missing:.0f} requests that were due, though it has ready endpoints: "
        "clients cannot connect to it (is the Service's targetPort right? does a NetworkPolicy stand in the way?)"
    )
    return taken_back(seen, stamp, Phase.ROLLED_BACK, "CanaryUnreachable", message)


def gate_failed(seen: Snapshot) -> Decision | None:
    """Enough evidence against the canary: all traffic goes back to stable, now, or a person is called, once."""
    stamp, verdict = seen.on_trial, seen.verdict
    if stamp is None or verdict is None or verdict.outcome is not Outcome.ROLLBACK:
        return None
    return failed(seen, stamp, "GateFailed", verdict.message)


def raised_by_others(seen: Snapshot) -> Decision | None:
    """Somebody else gave the canary more, or made the weights unreadable: written back, then a person is waited for."""
    stamp = seen.running
    if stamp is None or not raised(seen, stamp):
        return None
    who, found, told = writer(seen), _found(seen, stamp), reset_again(seen, stamp)
    if owned := owned_by_others(seen, told):
        return taken_back(seen, told, Phase.ROLLED_BACK, "Drifted", owned)
    message = f"{who} wrote {found}; it was written back, and `canary resume` goes on"
    drifted = changed(
        seen,
        told,
        phase=phase_on_rung(told.but(drifted=who)),
        drifted=who,
        seed=stamp.seed if seen.leaf(stamp.canary).ready else 0.0,
        settled=None,
        reason="Drifted",
        message=message,
    )
    live = seen.route.share(stamp.canary)
    return move(seen, drifted, page=True, most=1.0 if live is None else live)


def _found(seen: Snapshot, stamp: Stamp) -> str:
    live = live_share(seen, stamp)
    if live is None:
        return "weights nobody can read"
    return f"{live:.1%} of traffic where {stamp.share:.1%} is due"


def overdue(seen: Snapshot) -> Decision | None:
    """Nothing was known for too long, or the rollout takes longer than its policy allows."""
    stamp = seen.on_trial
    if stamp is None or stamp.policy is None or not may_advance(stamp):
        return None
    policy = stamp.policy
    unknown = max(seen.unknown_for, seen.away_for if policy.source_down == "rollback" else 0)
    allowed = seen.intervals(policy.unknown_deadline)
    if min(unknown, seen.since(stamp.going)) >= allowed:
        why = "nothing was known about the canary for too long"
        return taken_back(seen, stamp, Phase.ROLLED_BACK, "UnknownTooLong", why)
    if strange_for(seen, stamp, policy) >= allowed:
        why = f"for too long nothing was known about what all clients would see: {strange(seen)}"
        return taken_back(seen, stamp, Phase.ROLLED_BACK, "UnknownTooLong", why)
    if spent(seen, stamp) >= seen.intervals(policy.deadline):
        return taken_back(
            seen,
            stamp,
            Phase.ROLLED_BACK,
            "DeadlineExceeded",
            "the rollout took longer than its policy allows",
        )
    return None
