"""Which step an `approve` is about, and the value that says so."""

from canary.cli.work.route import Seen
from canary.errors import Invalid, Stalled
from canary.rollout.requests import digest
from canary.rollout.stamp import Stamp
from canary.terms import Word


def approval(found: Seen, stamp: Stamp, said: int) -> str:
    """
    An approval that will be acted on, of the step that was said, else of the next one that waits for it.

    It takes no mark: the second one of the same step does not name the attempt.

    Raises:
        Invalid: no such step needs an approval any more.
        Stalled: another approval has to be acted on first.
    """
    step = _step(found, stamp, said)
    values = (f"{stamp.id}@{stamp.attempt}:{step}", f"{stamp.id}:{step}")
    return next(value for value in values if digest(value) != stamp.acks.get(Word.APPROVE))


def command(found: Seen, stamp: Stamp, step: int, *more: str) -> str:
    """The command that approves it."""
    return found.place.command("approve", "--id", stamp.id, "--step", str(step), *more)


def _step(found: Seen, stamp: Stamp, said: int) -> int:
    waiting = _waiting(stamp)
    if not waiting or (said and said not in waiting):
        raise _none_such(found, stamp, said, waiting)
    step = said or waiting[0]
    there = found.pending(Word.APPROVE) and found.requests.get(Word.APPROVE)
    if there and there.step != step:
        raise Stalled(
            f"step {there.step} was approved and nobody has acted on it yet; the route holds one approval at a time",
            at=str(found.route),
            hint=command(found, stamp, there.step, "--wait"),
        )
    return step


def _waiting(stamp: Stamp) -> list[int]:
    """Steps to come that need an approval and have none."""
    rungs = stamp.policy.rungs if stamp.policy else ()
    return [
        step
        for step, rung in enumerate(rungs, 1)
        if rung.approval and step > stamp.step and step not in stamp.approved
    ]


def _none_such(found: Seen, stamp: Stamp, said: int, waiting: list[int]) -> Invalid:
    if waiting:
        message = f"step {said} of rollout {stamp.id} needs no approval; step {waiting[0]} does"
        return Invalid(message, at=str(found.route), hint=command(found, stamp, waiting[0]))
    message = f"no step of rollout {stamp.id} waits for an approval"
    hint = found.place.command("status", "--wait", "--id", stamp.id)
    return Invalid(message, at=str(found.route), hint=hint)
