"""
Why a request would do nothing: what the daemon's rules would make of it, and the command that would do it.

A request that does nothing today may do something tomorrow, when nobody thinks of it any more. So it is not written.
"""

from canary.cli.work.approving import command
from canary.cli.work.route import AFTER_THE_END, Seen
from canary.errors import CanaryError, Invalid, Stalled
from canary.rollout.rules.wishes import WITHDRAWN, refused
from canary.rollout.stamp import Stamp
from canary.terms import Phase, Word


def check_all(found: Seen, word: Word, id: str) -> None:  # noqa: A002 - the interface's own word
    """
    What speaks against every request on this route, for rollout `id` or whichever is there.

    Raises:
        Stalled: the route is beyond us, or a rollout that has not begun would spend the request.
    """
    at = str(found.route)
    newer = (
        f"a newer version of canary (stamp version {found.newer.v}) is at work here" if found.newer else ""
    )
    going = "the route is being deleted" if found.route.terminating else ""
    if why := found.lost or newer or going:
        raise Stalled(why, at=at, hint=found.place.command("status"))
    rejected = found.stamp is not None and found.stamp.id == found.wish
    if found.wish and not found.running and id in ("", found.wish) and not (rejected and word is Word.RETRY):
        raise Stalled(
            f"rollout {found.wish} has not begun, and its start spends every request that is there by then, "
            f"so {a(word)} would do nothing",
            at=at,
            hint=found.place.command("abort", "--id", found.wish),
        )


def check(found: Seen, stamp: Stamp, word: Word) -> None:
    """
    What speaks against this request about the stamped attempt.

    Raises:
        Invalid, Stalled: it would do nothing.
    """
    _CHECKS[word](found, stamp, word)
    if not stamp.running and Word.POLICY.key not in found.route.annotations:
        policy = stamp.policy.name if stamp.policy else "standard"
        raise Invalid(
            f"the route has no annotation {Word.POLICY.key}, so no daemon looks at it",
            at=str(found.route),
            hint=found.place.annotate(Word.POLICY, policy),
        )


def rests(stamp: Stamp) -> bool:
    """Whether a resume would be acted on."""
    if stamp.running:
        return stamp.paused or bool(stamp.drifted) or stamp.phase is Phase.FAILED_HELD
    return stamp.phase is Phase.PROMOTED and bool(stamp.drifted)


def _pause(found: Seen, stamp: Stamp, word: Word) -> None:
    if not stamp.running:
        raise _over(found, stamp, word)


def _resume(found: Seen, stamp: Stamp, word: Word) -> None:  # noqa: ARG001 - checks are called alike
    if not rests(stamp):
        waiting = stamp.phase is Phase.AWAITING_APPROVAL
        raise Invalid(
            f"rollout {stamp.id} is not paused, so there is nothing to resume: it is {stamp.phase}",
            at=str(found.route),
            hint=command(found, stamp, stamp.step + 1) if waiting else found.place.command("status"),
        )


def _on_a_rung(found: Seen, stamp: Stamp, word: Word) -> None:
    """What adds traffic is for a rollout that has begun and that nobody holds."""
    at = str(found.route)
    if not stamp.running:
        raise _over(found, stamp, word)
    if stamp.phase is Phase.WAITING:
        told = f"rollout {stamp.id} has not begun, it waits ({stamp.reason}: {stamp.message})"
        raise Stalled(told, at=at, hint=found.place.command("status"))
    if found.pending(Word.PAUSE) or (rests(stamp) and not found.pending(Word.RESUME)):
        raise Stalled(
            f"rollout {stamp.id} rests ({stamp.reason}), and {a(word)} does nothing before a resume",
            at=at,
            hint=found.place.command("resume", "--id", stamp.id),
        )
    _wished(found, stamp)


def _promote(found: Seen, stamp: Stamp, word: Word) -> None:
    _on_a_rung(found, stamp, word)
    if stamp.policy and stamp.step >= len(stamp.policy.rungs):
        raise Invalid(
            f"{stamp.canary} has all traffic already, and is promoted once it has baked",
            at=str(found.route),
            hint=_status(found, stamp),
        )


def _retry(found: Seen, stamp: Stamp, word: Word) -> None:
    at = str(found.route)
    if stamp.phase is Phase.REJECTED:
        told = f"rollout {stamp.id} was rejected ({stamp.reason}), and is judged again by itself once that is mended"
        raise Invalid(told, at=at, hint=found.place.command("status"))
    if stamp.phase is Phase.PROMOTED:
        raise _over(found, stamp, word)
    if stamp.running and stamp.phase is not Phase.FAILED_HELD:
        told = f"rollout {stamp.id} still runs, it is {stamp.phase}: there is nothing to try again yet"
        raise Invalid(told, at=at, hint=found.place.command("abort", "--id", stamp.id))
    _not_awaited(found, stamp)
    _wished(found, stamp)


def _undo(found: Seen, stamp: Stamp, word: Word) -> None:
    if stamp.running:
        raise Invalid(
            f"rollout {stamp.id} still runs, it is {stamp.phase}: an abort takes it back",
            at=str(found.route),
            hint=found.place.command("abort", "--id", stamp.id),
        )
    if stamp.phase is not Phase.PROMOTED:
        raise _over(found, stamp, word)
    _not_awaited(found, stamp)
    if stamp.canary not in found.route.weights:
        raise Invalid(
            f"{stamp.canary}, which had the traffic before, is no longer a backend of the route: put it back first",
            at=str(found.route),
        )


def _not_awaited(found: Seen, stamp: Stamp) -> None:
    """What brings an ended attempt back stands in the way of the next one, which may be deployed there already."""
    if found.wish not in ("", stamp.id):
        raise Stalled(
            f"rollout {found.wish} is asked for and begins next: end that one first",
            at=str(found.route),
            hint=found.place.command("abort", "--id", found.wish),
        )


def _wished(found: Seen, stamp: Stamp) -> None:
    """Nothing goes on without the wish; one that was refused before it began goes on by its own alone."""
    asked = found.route.annotations.get(Word.ROLLOUT.key)
    if not asked or (refused(stamp) and asked != stamp.id):
        raise Invalid(
            WITHDRAWN if not asked else f"the route asks for rollout {asked}, not for {stamp.id}",
            at=str(found.route),
            hint=found.place.annotate(Word.ROLLOUT, stamp.id),
        )


_CHECKS = {
    Word.PAUSE: _pause,
    Word.RESUME: _resume,
    Word.APPROVE: _on_a_rung,
    Word.PROMOTE: _promote,
    Word.RETRY: _retry,
    Word.UNDO: _undo,
}


def _over(found: Seen, stamp: Stamp, word: Word) -> CanaryError:
    """It has ended; what can be asked for after that."""
    hint = found.place.command("status")
    if stamp.phase is Phase.PROMOTED and word is Word.RETRY:
        hint = found.place.command("undo", "--id", stamp.id)
    elif Word.RETRY in AFTER_THE_END.get(stamp.phase, ()) and word in (Word.APPROVE, Word.PROMOTE):
        hint = found.place.command("retry", "--id", stamp.id)
    return Invalid(f"rollout {stamp.id} is over: it is {stamp.phase}", at=str(found.route), hint=hint)


def _status(found: Seen, stamp: Stamp) -> str:
    return found.place.command("status", "--wait", "--id", stamp.id)


def a(word: Word) -> str:
    """With its article."""
    return f"an {word}" if word[0] in "au" else f"a {word}"
