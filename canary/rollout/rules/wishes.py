"""Which rollout is wished for, and between which backends."""

from canary.rollout.requests import digest
from canary.rollout.snapshot import Snapshot
from canary.rollout.stamp import Stamp
from canary.terms import Phase, Word

WITHDRAWN = f"{Word.ROLLOUT.key} was removed; put it back to go on, or abort"


def wished(seen: Snapshot) -> bool:
    """Whether any rollout is wished for; an empty annotation is as good as none."""
    return bool(seen.route.annotations.get(Word.ROLLOUT.key))


def wish(seen: Snapshot) -> str:
    """
    The id asked for (as it stands there, well-formed or not), if it was not seen before; else \"\".

    What was rejected is judged again, but not an id whose stamp was lost: nobody knows how far it had got.
    """
    asked, stamp = seen.route.annotations.get(Word.ROLLOUT.key, ""), seen.stamp
    if stamp is None:
        return asked
    if asked == stamp.id:
        return asked if _judged_again(seen, stamp) else ""
    return "" if digest(asked) in stamp.seen else asked


def _judged_again(seen: Snapshot, stamp: Stamp) -> bool:
    if stamp.phase is Phase.REJECTED:
        return stamp.reason != "StampLost"
    return refused(stamp) and seen.asked(Word.RETRY) is not None


def refused(stamp: Stamp) -> bool:
    """It was aborted before anybody knew between which backends it would be."""
    return stamp.phase is Phase.ABORTED and not stamp.canary


def stable_of(seen: Snapshot) -> str:
    """
    The backend everybody gets: what the stamp says, on a route never stamped the one with most weight.

    \"\" where that is a tie, or the stamp's is no backend any more.
    """
    if seen.stamp and seen.stamp.stable:
        return seen.stamp.stable if seen.stamp.stable in seen.services else ""
    most = max((backend.weight or 0 for backend in seen.route.backends), default=0)
    heaviest = [backend.service for backend in seen.route.backends if backend.weight == most]
    return heaviest[0] if len(heaviest) == 1 else ""


def canary_of(seen: Snapshot, stable: str) -> str:
    """The backend on trial: the annotated one, else the only one besides stable; \"\" where several could be meant."""
    if seen.requests.canary:
        return seen.requests.canary
    others = [service for service in seen.services if service != stable]
    return others[0] if len(others) == 1 else ""
