"""Waiting until the daemon has acted on a request."""

from canary.cli.work.ends import End
from canary.cli.work.following import Follower
from canary.cli.work.route import Seen
from canary.cli.work.session import Session
from canary.rollout.requests import digest
from canary.rollout.rules.ended import UNDO_REFUSED
from canary.terms import Exit, Word


def acted_on(session: Session, asked: Seen, word: Word, seconds: float) -> tuple[End, Seen]:
    """
    Wait until the request for `word` that `asked` shows was acted on, or nobody has after so many seconds.

    How it ended, and the route as it was last seen.

    Raises:
        CanaryError: it cannot be told.
    """
    latest = asked
    clock, value = session.clock, asked.route.annotations.get(word.key, "")
    ends = clock.monotonic() + seconds
    follower = Follower(session, lambda: ends - clock.monotonic(), lambda _: None, seconds)
    for found in follower.looks():
        latest = found or latest
        if found and _acked(found, word, value):
            return _answered(found, word, value), found
        if clock.monotonic() >= ends:
            break
    late = f"nobody has acted on {word}={value} after {seconds:.0f} s: is `canary run` up?"
    return End.of(Exit.NOT_PICKED_UP, "NotPickedUp", late), latest


def _answered(found: Seen, word: Word, value: str) -> End:
    """An answer may be no: a script that asked for a way back must not take that for one."""
    if word is Word.UNDO and found.stamp and found.stamp.reason == UNDO_REFUSED:
        return End.of(Exit.ERROR, UNDO_REFUSED, f"{word}={value} was refused: {found.stamp.message}")
    return End.of(Exit.OK, "ActedOn", f"{word}={value} was acted on")


def _acked(found: Seen, word: Word, value: str) -> bool:
    return bool(found.stamp and found.stamp.acks.get(word) == digest(value))
