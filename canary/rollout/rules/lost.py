"""
The rule for a stamp that is not there any more, or not about this object: pruned, copied, or the route was made anew.

Nobody knows how far its rollout had got, so nothing goes on. What the records of the route still know makes this more
careful, never less: traffic is taken from the canary they name, and what they have seen stays seen.
"""

from canary.rollout.record.recalled import Recalled
from canary.rollout.requests import digest
from canary.rollout.rules.answers import move
from canary.rollout.rules.traffic import present_total, raised
from canary.rollout.rules.wishes import wish
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import ID_LIMIT, SEEN_LIMIT, Stamp
from canary.terms import Phase


def stamp_lost(seen: Snapshot) -> Decision | None:
    """Start nothing on old memories, and leave nothing with a canary that nobody judges any more."""
    if seen.stamp or seen.newer or not (seen.lost or seen.recalled):
        return None
    lost = _refused(seen) if seen.recalled is None else _recalled(seen, seen.recalled)
    if lost.canary and raised(seen, lost):
        return move(seen, lost, page=True)
    return Decision("StampLost", lost.message, stamp=lost, page=True)


def _refused(seen: Snapshot) -> Stamp:
    """Whatever is asked for now: it may be the very rollout whose stamp was lost."""
    wanted = wish(seen)
    why = seen.lost or "the stamp is gone from the route"
    return Stamp(
        uid=seen.route.uid,
        id=wanted[:ID_LIMIT] or "lost",
        stable="",
        canary="",
        phase=Phase.REJECTED,
        total=present_total(seen),
        at=seen.now,
        acks=seen.requests.present(),
        seen=(digest(wanted),) if wanted else (),
        reason="StampLost",
        message=f"{why}; nothing is started for this id: use a new one",
    )


def _recalled(seen: Snapshot, known: Recalled) -> Stamp:
    """
    The same, with what the records know.

    An id they have not seen may begin afterwards, from nothing; not where there is a stamp, or a record changed by hand:
    these could be about that very id.
    """
    refused, wanted = _refused(seen), wish(seen)
    fresh = bool(wanted) and digest(wanted) not in known.seen
    stable = known.stable if known.stable in seen.services else ""
    kept = refused.but(
        stable=stable,
        canary=known.canary if stable and known.canary in set(seen.services) - {stable} else "",
        replaced=known.replaced,
        seen=tuple(dict.fromkeys((*known.seen, *refused.seen)))[-SEEN_LIMIT:],
        message=f"{_why(seen, known)}; nothing is started for an id that was asked for before: use a new one",
    )
    if fresh and (seen.lost or known.edited):
        return kept
    again = known.attempt if known.lost else known.attempt + 1
    return kept.but(id=known.id[:ID_LIMIT], attempt=again, seen=known.seen)


def _why(seen: Snapshot, known: Recalled) -> str:
    why = seen.lost or "the stamp is gone from the route"
    if known.edited:
        return f"{why}, and its newest record was changed by hand, so it is not believed"
    return f"{why}, and a record tells of {known.id}@{known.attempt}: {known.standing or 'refused'}"
