"""How a wait for a rollout ends, and with which exit code."""

from canary.cli.work.route import Seen
from canary.rollout.ending import ENDS, needs_person
from canary.rollout.model import Frozen
from canary.terms import Exit, Phase, Word


class End(Frozen):
    """
    How a wait ended; the last line of a wait has one.

    Attributes:
        exit_code: of the command.
        outcome: the phase the rollout ended in, or `TimedOut`, `NeedsPerson`, `NotPickedUp`, `Interrupted`, `Error`.
    """

    exit_code: int
    outcome: str
    message: str = ""

    @classmethod
    def of(cls, code: Exit, outcome: str, message: str) -> "End":
        return cls(exit_code=int(code), outcome=outcome, message=message)


def end_of(found: Seen, id: str) -> End | None:  # noqa: A002 - the interface's own word
    """
    How that rollout ended, as far as the route tells; None: it has not, or was not picked up yet.

    The stamp tells about the latest rollout alone. One that was seen before and is not the latest is over, and how it
    ended is not known any more: that is Superseded, whatever it was, and never a success.
    """
    stamp = found.stamp
    if stamp is None or stamp.id != id:
        return _followed(found, id) if found.knows(id) else None
    if stamp.phase in ENDS:
        return End.of(ENDS[stamp.phase], str(stamp.phase), stamp.message)
    return None


def held(found: Seen, id: str) -> End | None:  # noqa: A002
    """The end for who does not want to wait for a person."""
    stamp = found.stamp
    if stamp is None or stamp.id != id or not needs_person(stamp):
        return None
    return End.of(Exit.NEEDS_PERSON, "NeedsPerson", f"{stamp.reason}: {stamp.message}")


def unclaimed(found: Seen, id: str) -> str:  # noqa: A002
    """Why nobody has picked that rollout up; "" = somebody has, or it stands in a queue."""
    stamp = found.stamp
    if (stamp and stamp.id == id) or (found.newer and found.newer.id == id):
        return ""
    asked = found.route.annotations.get(Word.ROLLOUT.key, "")
    if asked != id:
        return f"the route asks for {f'rollout {asked!r}' if asked else 'no rollout'}: was the change applied here, or is GitOps not in sync yet?"
    if Word.POLICY.key not in found.route.annotations:
        return f"the route has no annotation {Word.POLICY.key}, so no daemon looks at it"
    if stamp and stamp.phase is Phase.BAKING:
        return ""  # it waits for that one's end
    return f"{found.lost or 'no daemon has written to the route'}: is `canary run` up, and does it watch this namespace?"


def queued(found: Seen, id: str) -> str:  # noqa: A002
    """Which rollout it waits for; "" = none."""
    stamp = found.stamp
    waits = stamp and stamp.id != id and stamp.phase is Phase.BAKING and found.wish == id
    return stamp.id if stamp and waits else ""


def _followed(found: Seen, id: str) -> End:  # noqa: A002
    latest = found.stamp.id if found.stamp else ""
    if found.requests.rollout == id:
        message = f"{id} was seen here before {latest}, so asking for it again starts nothing: use a new id"
    else:
        message = f"{latest} followed it; how {id} ended is no longer kept on the route"
    return End.of(Exit.SUPERSEDED, str(Phase.SUPERSEDED), message)
