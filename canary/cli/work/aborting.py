"""
`abort`: all traffic to stable and the wish that it ends, in one conditional write that needs no daemon.

It never touches the stamp: that is the daemon's, which acts on the wish when it sees it.
"""

from dataclasses import dataclass

from canary.cli.shell.world import Server
from canary.cli.work.asking import Caller, fresh, signed
from canary.cli.work.route import Seen
from canary.cli.work.session import Session
from canary.cli.work.stable import check_ready, everything_to, stable_of
from canary.cli.work.writing import Change, write
from canary.errors import CanaryError, Invalid
from canary.rollout.stamp import Stamp
from canary.terms import Phase, Word

CALLER_SECONDS = 0.1
"""How long the write may be held up for who asks; that question was put together with the first one."""


@dataclass(frozen=True, slots=True)
class Orders:
    """
    Attributes:
        id: only if this is the rollout; "" = whichever it is.
        stable: which backend gets everything, where nobody else knows.
        force: without looking whether it has a ready endpoint.
    """

    id: str = ""
    stable: str = ""
    reason: str = ""
    force: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What is aborted.

    Attributes:
        request: the value that names it, without mark; "" where there is nobody to ask.
        moves: whether the weights are ours to set; they are not while they are another rollout's.
    """

    request: str
    moves: bool = True


def abort(session: Session, orders: Orders) -> Seen:
    """
    Take all traffic back; the route as it is stored afterwards.

    Raises:
        Invalid: nothing runs that could be meant, or nobody knows what stable is.
        Stalled: stable has no ready endpoint.
    """
    caller = Caller(session)
    return write(session, lambda found: _decide(session.server, found, orders, caller))


def _decide(server: Server, found: Seen, orders: Orders, caller: Caller) -> Change | None:
    subject = subject_of(found, orders)
    weights = _weights(server, found, orders) if subject.moves else None
    if subject.request:
        value = fresh(found, Word.ABORT, subject.request)
        return Change(signed(Word.ABORT, value, orders.reason, caller.name(CALLER_SECONDS)), weights)
    return None if weights == found.route.weights else Change({}, weights)


def _weights(server: Server, found: Seen, orders: Orders) -> dict[str, int]:
    stable = stable_of(found, orders.stable)
    if not orders.force:
        check_ready(server, found, stable)
    return everything_to(found, stable)


def subject_of(found: Seen, orders: Orders) -> Subject:
    """What is meant: the rollout that runs, one that was not picked up yet, or what is over and must stay so."""
    running, newer, wish = found.running, found.newer, found.wish
    if newer and orders.id in ("", newer.id):
        return Subject(newer.id)  # its attempt is beyond us, so whichever runs
    if running and orders.id in ("", running.id):
        return Subject(f"{running.id}@{running.attempt}")
    if wish and orders.id in ("", wish):
        return Subject(wish, moves=not (running or newer))
    if found.stamp and not running and orders.id in ("", found.stamp.id):
        return _over(found, found.stamp)
    if orders.stable and not orders.id and not (found.stamp or newer):
        return Subject("")
    raise _nobody(found, orders)


def _over(found: Seen, stamp: Stamp) -> Subject:
    """Aborting twice is no error. After a promotion there is nothing left to abort: the canary is what is stable."""
    if stamp.phase is not Phase.PROMOTED:
        return Subject("")
    raise Invalid(
        f"rollout {stamp.id} is over, it was promoted: {stamp.stable} is stable now, and an undo goes back",
        at=str(found.route),
        hint=found.place.command("undo", "--id", stamp.id),
    )


def _nobody(found: Seen, orders: Orders) -> CanaryError:
    head = found.stamp or found.newer
    message = f"rollout {orders.id} does not run here" if orders.id else "no rollout was ever asked for here"
    message += f"; the last one is {head.id}" if head else ""
    hint = found.place.command("status") if head else found.place.command("abort", "--stable", "SERVICE")
    return Invalid(message, at=str(found.route), hint=hint)
