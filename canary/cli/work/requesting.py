"""
What is asked of a rollout that the daemon knows: `pause`, `resume`, `approve`, `promote`, `retry`, `undo`.

Of a pause and a resume the newer one counts. So each withdraws the other, while that was not acted on yet: a forgotten
resume would end a later pause the moment it began.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from canary.cli.work.approving import approval
from canary.cli.work.asking import Caller, fresh, signed
from canary.cli.work.objections import check, check_all, rests
from canary.cli.work.route import Seen
from canary.cli.work.session import Session
from canary.cli.work.starting import CALLER_SECONDS
from canary.cli.work.writing import Change, write
from canary.errors import Invalid
from canary.rollout.stamp import Stamp
from canary.terms import Word


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Attributes:
        word: what is asked for.
        id: only if this is the rollout; "" = the latest one.
        step: which one an `approve` is about; 0 = the next one that needs it.
    """

    word: Word
    id: str = ""
    reason: str = ""
    step: int = 0

    @classmethod
    def of(cls, word: Word, said: Mapping[str, str | None], step: int = 0) -> "Asked":
        """As the options `--id` and `--reason` say it."""
        return cls(word, said["id"] or "", said["reason"] or "", step)


def ask(session: Session, asked: Asked) -> Seen:
    """
    Write the request; the route as it is stored afterwards.

    Raises:
        Invalid, Stalled: it would do nothing, so nothing was written.
    """
    caller = Caller(session)
    return write(session, lambda found: decide(found, asked, caller))


def decide(found: Seen, asked: Asked, caller: Caller) -> Change:
    """What to write, or what speaks against it."""
    check_all(found, asked.word, asked.id)
    stamp = _meant(found, asked)
    if asked.word is Word.RESUME and found.pending(Word.PAUSE) and not rests(stamp):
        return Change(dict.fromkeys((Word.PAUSE.key, Word.REASON.key, Word.REQUESTED_BY.key)))
    check(found, stamp, asked.word)
    value = _value(found, stamp, asked)
    return Change(
        signed(asked.word, value, asked.reason, caller.name(CALLER_SECONDS)) | _withdrawn(found, asked)
    )


def _value(found: Seen, stamp: Stamp, asked: Asked) -> str:
    if asked.word is Word.APPROVE:
        return approval(found, stamp, asked.step)
    return fresh(found, asked.word, f"{stamp.id}@{stamp.attempt}")


_OPPOSITE = {Word.PAUSE: Word.RESUME, Word.RESUME: Word.PAUSE}


def _withdrawn(found: Seen, asked: Asked) -> dict[str, str | None]:
    opposite = _OPPOSITE.get(asked.word)
    return {opposite.key: None} if opposite and found.pending(opposite) else {}


def _meant(found: Seen, asked: Asked) -> Stamp:
    """The stamp of the rollout that is meant, or what speaks against it."""
    stamp = found.stamp
    if stamp is None or asked.id not in ("", stamp.id):
        message = f"rollout {asked.id} does not run here" if asked.id else "no rollout runs here"
        known = f"; the last one is {stamp.id}, it is {stamp.phase}" if stamp else ""
        raise Invalid(message + known, at=str(found.route), hint=found.place.command("status"))
    return stamp
