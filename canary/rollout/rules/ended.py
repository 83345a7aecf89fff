"""Rules for an attempt that has ended: it stays ended, until somebody asks for more."""

from collections.abc import Iterator

from canary.rollout.requests import digest
from canary.rollout.rules.answers import acted_on, before_the_first_rung, changed, move, rest
from canary.rollout.rules.following import followed_from
from canary.rollout.rules.refusals import was_replaced
from canary.rollout.rules.traffic import present_total, raised, writer
from canary.rollout.rules.wishes import refused, wish
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Pin, Stamp
from canary.terms import Phase, Word

LOWERED_LIMIT = 3
"""How often traffic is taken back after a rollback before a person is called instead."""

UNDO_REFUSED = "UndoRefused"

_TAKEN_BACK = (Phase.ROLLED_BACK, Phase.ABORTED, Phase.SUPERSEDED)


def undone(seen: Snapshot) -> Decision | None:
    """
    After a promotion, back to the version it replaced.

    Not to another one: what was deployed into the free slot since then was judged by nobody.
    """
    stamp, request = seen.stamp, seen.asked(Word.UNDO)
    if (
        stamp is None
        or request is None
        or stamp.phase is not Phase.PROMOTED
        or stamp.canary not in seen.services
    ):
        return None
    workload = seen.leaf(stamp.canary).workload
    if stamp.replaced is not None and workload is not None and not workload.observed:
        return None
    if stamp.replaced is not None and not was_replaced(seen, stamp, stamp.canary):
        return _not_what_it_was(seen, stamp.but(**acted_on(stamp, request)), stamp.replaced)
    message = f"undone{seen.requests.origin(request)}: all traffic is with {stamp.canary} again"
    back = stamp.but(stable=stamp.canary, canary=stamp.stable, replaced=None, **acted_on(stamp, request))
    return move(
        seen,
        changed(
            seen, back, phase=Phase.ROLLED_BACK, settled=None, drifted="", reason="Undone", message=message
        ),
    )


def _not_what_it_was(seen: Snapshot, stamp: Stamp, replaced: Pin) -> Decision:
    workload = seen.leaf(stamp.canary).workload
    now = f"is at revision {workload.pin.revision}" if workload else "has no single workload"
    message = (
        f"{stamp.canary} {now}, not at revision {replaced.revision}, which had the traffic before; nobody has judged it, "
        f"so nothing was undone: deploy the version to go back to, and start a rollout of it"
    )
    return rest(seen, changed(seen, stamp, reason=UNDO_REFUSED, message=message))


def retried(seen: Snapshot) -> Decision | None:
    """The same id once more, as the next attempt. All that was asked before is spent; a new abort still refuses it."""
    stamp, request = seen.stamp, seen.asked(Word.RETRY)
    if (
        stamp is None
        or request is None
        or not (stamp.phase in _TAKEN_BACK or stamp.phase is Phase.FAILED_HELD)
        or refused(stamp)
    ):
        return None
    message = f"attempt {stamp.attempt + 1}{seen.requests.origin(request)}"
    anew = changed(
        seen,
        stamp,
        attempt=stamp.attempt + 1,
        acks={**stamp.acks, **seen.requests.present(Word.ABORT)},
        paused=False,
        lowered=0,
        reason="Retried",
        message=message,
    )
    return move(seen, before_the_first_rung(anew))


def raised_after_the_end(seen: Snapshot) -> Decision | None:
    """Somebody gives traffic to a canary that was taken out: taken back, three times; then it takes a person."""
    stamp = seen.stamp
    if stamp is None or not _watched(seen, stamp) or not raised(seen, stamp):
        return None
    if stamp.lowered >= LOWERED_LIMIT:
        if wish(seen):
            return None
        message = f"{writer(seen)} keeps giving traffic to a canary that was taken out; {LOWERED_LIMIT} times it was taken back"
        return rest(seen, stamp.but(drifted=writer(seen), message=message), page=True)
    again = changed(seen, stamp, lowered=stamp.lowered + 1, settled=None)
    return move(seen, again, page=True)


def _watched(seen: Snapshot, stamp: Stamp) -> bool:
    """It was taken out, or something else was rejected since then."""
    rejected_since = stamp.phase is Phase.REJECTED and bool(stamp.canary) and not stamp.seed
    return (stamp.phase in _TAKEN_BACK or rejected_since) and stamp.stable in seen.services


def drifted_after_promotion(seen: Snapshot) -> Decision | None:
    """Somebody moved traffic after a promotion: told, and left alone until `resume`, unless it goes to nobody."""
    stamp = seen.stamp
    if stamp is None or stamp.phase is not Phase.PROMOTED or stamp.stable not in seen.services:
        return None
    if not (stamp.drifted or raised(seen, stamp)):
        return None
    request = seen.asked(Word.RESUME)
    if request is not None and stamp.drifted:
        return move(seen, changed(seen, stamp, drifted="", **acted_on(stamp, request)))
    drifted = changed(seen, stamp, drifted=stamp.drifted or writer(seen))
    message = f"{drifted.drifted} moved traffic after the promotion; `canary resume` takes it back"
    return Decision("Drifted", message, weights=_from_nobody(seen, stamp.stable), stamp=drifted, page=True)


def _from_nobody(seen: Snapshot, stable: str) -> dict[str, int] | None:
    """The shares of backends without a ready endpoint given to stable, if it can take them; None = leave all."""
    weights = {service: weight or 0 for service, weight in seen.route.weights.items()}
    empty = [service for service, weight in weights.items() if weight and not seen.leaf(service).ready]
    if not empty or not seen.leaf(stable).ready:
        return None
    if seen.route.problems:
        return dict.fromkeys(weights, 0) | {stable: present_total(seen)}
    lost = sum(weights[service] for service in empty)
    left: dict[str, int] = weights | dict.fromkeys(empty, 0)
    return left | {stable: weights[stable] + lost}


def moot(seen: Snapshot) -> Decision | None:
    """What there is nothing to do about is acknowledged: it must not act when there is, much later."""
    stamp = seen.stamp
    asked = [request for word in _moot_words(stamp) if (request := seen.asked(word))] if stamp else []
    if stamp is None or not asked:
        return None
    acks = {**stamp.acks, **{request.word: request.hash for request in asked}}
    return rest(seen, changed(seen, stamp, acks=acks))


def _moot_words(stamp: Stamp) -> Iterator[Word]:
    """A route that has drifted after a promotion does not get here."""
    held = stamp.phase is Phase.FAILED_HELD
    if not (stamp.paused or stamp.drifted or held):
        yield Word.RESUME
    if stamp.running:
        yield Word.UNDO
    if not held and stamp.phase not in _TAKEN_BACK:
        yield Word.RETRY


def seen_in_the_mesh(seen: Snapshot) -> Decision | None:
    """After the end, the mesh is watched until it was seen to obey."""
    stamp = seen.stamp
    if stamp is None or stamp.phase not in (*_TAKEN_BACK, Phase.PROMOTED) or stamp.settled is not None:
        return None
    if not stamp.stable or wish(seen) or raised(seen, stamp):
        return None
    if not seen.mesh:
        return rest(seen, stamp.but(settled=followed_from(seen)))
    policy = stamp.policy or seen.policy
    late = policy is not None and seen.since(stamp.at) >= seen.intervals(policy.settle_deadline)
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
