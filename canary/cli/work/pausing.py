"""
`pause` and `resume`.

Of the two the newer one counts. So each withdraws the other, while that was not acted on yet: a forgotten resume would
end a later pause the moment it began.
"""

from dataclasses import dataclass

from canary.cli.work.asking import Caller, fresh, signed
from canary.cli.work.route import Seen
from canary.cli.work.session import Session
from canary.cli.work.starting import CALLER_SECONDS
from canary.cli.work.writing import Change, write
from canary.errors import CanaryError, Invalid, Stalled
from canary.rollout.stamp import Stamp
from canary.terms import Phase, Word


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Attributes:
        word: `pause` or `resume`.
        id: only if this is the rollout; "" = whichever runs.
    """

    word: Word
    id: str = ""
    reason: str = ""


def ask(session: Session, asked: Asked) -> Seen:
    """
    Write the request; the route as it is stored afterwards.

    Raises:
        Invalid, Stalled: it would do nothing, so nothing was written.
    """
    caller = Caller(session)
    decide = pause if asked.word is Word.PAUSE else resume
    return write(session, lambda found: decide(found, asked, caller))


def pause(found: Seen, asked: Asked, caller: Caller) -> Change:
    """Stop where it is, until `resume`."""
    stamp = _meant(found, asked)
    if not stamp.running:
        raise Invalid(f"rollout {stamp.id} is over: it is {stamp.phase}", at=str(found.route))
    return _request(found, stamp, asked, caller)


def resume(found: Seen, asked: Asked, caller: Caller) -> Change:
    """Go on, after a pause, foreign weights or a failed gate."""
    stamp = _meant(found, asked)
    if rests(stamp):
        return _request(found, stamp, asked, caller)
    if found.pending(Word.PAUSE):
        return Change(dict.fromkeys((Word.PAUSE.key, Word.REASON.key, Word.REQUESTED_BY.key)))
    raise _nothing_to_resume(found, stamp)


def rests(stamp: Stamp) -> bool:
    """Whether a resume would be acted on."""
    if stamp.running:
        return stamp.paused or bool(stamp.drifted) or stamp.phase is Phase.FAILED_HELD
    return stamp.phase is Phase.PROMOTED and bool(stamp.drifted)


_OPPOSITE = {Word.PAUSE: Word.RESUME, Word.RESUME: Word.PAUSE}


def _request(found: Seen, stamp: Stamp, asked: Asked, caller: Caller) -> Change:
    value, opposite = fresh(found, asked.word, f"{stamp.id}@{stamp.attempt}"), _OPPOSITE[asked.word]
    withdrawn: dict[str, str | None] = {opposite.key: None} if found.pending(opposite) else {}
    return Change(signed(asked.word, value, asked.reason, caller.name(CALLER_SECONDS)) | withdrawn)


def _meant(found: Seen, asked: Asked) -> Stamp:
    """The stamp of the rollout that is meant, or what speaks against it."""
    _legible(found)
    _picked_up(found, asked)
    stamp = found.stamp
    if stamp is None or asked.id not in ("", stamp.id):
        message = f"rollout {asked.id} does not run here" if asked.id else "no rollout runs here"
        known = f"; the last one is {stamp.id}, it is {stamp.phase}" if stamp else ""
        raise Invalid(message + known, at=str(found.route), hint=found.place.command("status"))
    return stamp


def _legible(found: Seen) -> None:
    newer = (
        f"a newer version of canary (stamp version {found.newer.v}) is at work here" if found.newer else ""
    )
    if found.lost or newer:
        raise Stalled(found.lost or newer, at=str(found.route), hint=found.place.command("status"))


def _picked_up(found: Seen, asked: Asked) -> None:
    if found.wish and not found.running and asked.id in ("", found.wish):
        raise Stalled(
            f"rollout {found.wish} has not begun, and its start spends every request that is there by then, "
            f"so a {asked.word} would do nothing",
            at=str(found.route),
            hint=found.place.command("abort", "--id", found.wish),
        )


def _nothing_to_resume(found: Seen, stamp: Stamp) -> CanaryError:
    hint = found.place.command("status")
    if stamp.phase is Phase.AWAITING_APPROVAL:
        hint = found.place.annotate(Word.APPROVE, f"{stamp.id}@{stamp.attempt}:{stamp.step + 1}")
    return Invalid(
        f"rollout {stamp.id} is not paused, so there is nothing to resume: it is {stamp.phase}",
        at=str(found.route),
        hint=hint,
    )
