"""Why a rollout stands where it stands, as far as the route tells by itself."""

from collections.abc import Iterator, Sequence

from canary.cli.work.explanation import Decided, Why
from canary.cli.work.reasons import remedy
from canary.cli.work.route import Seen
from canary.rollout.record import Entry
from canary.rollout.requests import ACTIONS
from canary.rollout.stamp import Stamp
from canary.terms import Word

ALIVE = "the daemon acts within seconds: see that it runs (`canary run`) and may look at this namespace"

MOST_DECISIONS = 10
"""That are told; `canary history --id` has all that are kept."""

BY_EVIDENCE = frozenset({
    "Started", "Baking", "WithinMargin", "NothingAgainst", "EvidenceBuilding", "ObjectiveMissedNow", "NoMetrics", "Rebuilding",
    "TooQuiet", "TooQuietAdvanced", "Approved", "Resumed", "PromoteRequested", "CanaryReady", "StableChanged",
})  # fmt: skip
"""What was said by the evidence of an earlier moment, or is news that holds nothing: newer evidence takes its place."""


def stands(found: Seen) -> Iterator[Why]:
    """All that the route tells; the first one decides."""
    if found.newer:
        yield _why(
            found, "StampNewer", f"a newer version of canary (stamp version {found.newer.v}) is at work here"
        )
    elif found.lost:
        yield _why(found, "StampLost", found.lost)
    elif found.stamp:
        yield _why(found, found.stamp.reason or "Idle", found.stamp.message)
    elif Word.POLICY.key not in found.route.annotations:
        yield _why(found, "Unmanaged", f"it has no annotation {Word.POLICY.key}, so it is not managed")
    elif not found.wish:
        yield _why(found, "Idle", "no rollout was asked for")
    yield from _asked(found)


def _asked(found: Seen) -> Iterator[Why]:
    """What nobody has acted on yet, and what cannot be understood."""
    stamp = found.stamp
    if found.wish and not (stamp and stamp.id == found.wish):
        yield Why(
            reason="", message=f"rollout {found.wish} is asked for, and nobody has picked it up", opens=ALIVE
        )
    for word in ACTIONS:
        if value := found.pending(word):
            yield Why(
                reason="", message=f"{word}={value} is asked for, and nobody has acted on it", opens=ALIVE
            )
    for problem in (*found.route.problems, *found.requests.problems):
        yield Why(
            reason="",
            message=problem,
            opens="mend it; a running rollout goes on meanwhile, a start is refused",
        )


def _why(found: Seen, reason: str, message: str) -> Why:
    told = remedy(reason, found.place.name, found.place.namespace)
    return Why(reason=reason, message=message, means=told.means, opens=told.todo)


def decisions(found: Seen, recorded: Sequence[Entry], seconds: float) -> Iterator[Decided]:
    """
    The last ones, newest first: as recorded, and of what nobody has recorded what the stamp remembers.

    Args:
        recorded: those of the stamped attempt, oldest first.
        seconds: length of an interval; 0 = it is not known.
    """
    stamp = found.stamp
    if stamp is None:
        return
    if recorded and recorded[-1].write == stamp.write:
        newest = reversed(recorded[-MOST_DECISIONS:])
        yield from (
            Decided(at=one.time.timestamp(), reason=one.reason, message=one.message) for one in newest
        )
        return
    at = stamp.at * seconds if stamp.at and seconds else None
    yield Decided(at=at, reason=stamp.reason, message=stamp.message)
    yield from _acted_on(found, stamp)


def _acted_on(found: Seen, stamp: Stamp) -> Iterator[Decided]:
    for word in ACTIONS:
        request = found.requests.get(word)
        if request and request.names(stamp.id, stamp.attempt) and stamp.acks.get(word) == request.hash:
            origin = found.requests.origin(request)
            yield Decided(
                at=None,
                reason="",
                message=f"{word}={request.value}{origin} was acted on, or spent before the start",
            )
