"""The bodies of the commands that write: connect, do, show, exit code. What they do stands in the modules beside this one."""

from dataclasses import replace

from canary.cli.shell.options import Waiting, duration
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.cli.work import aborting, requesting, starting
from canary.cli.work.aborting import Orders
from canary.cli.work.acting import acted_on
from canary.cli.work.looking import attend, terms
from canary.cli.work.mesh import Mesh
from canary.cli.work.render import show, weights
from canary.cli.work.report import report
from canary.cli.work.requesting import Asked
from canary.cli.work.route import Seen
from canary.cli.work.session import Session, opened
from canary.cli.work.starting import Wish
from canary.terms import Exit, Word

__all__ = ["Asked", "Orders", "Wish", "abort", "request", "start"]


def start(world: World, target: Target, said: Waiting, wish: Wish, *, wait: bool) -> int:
    """Start a rollout; wait for its end, or show what the server shows."""
    agreed = terms(said, wish.id)
    with opened(world, target) as session:
        found = starting.start(session, wish)
        if wait:
            before = found.route.annotations.get(Word.STATE.key, "")
            return attend(session, replace(agreed, stale=before), said.output)
        show(report(found), session.screen, said.output)
    return Exit.OK


def abort(world: World, target: Target, orders: Orders, timeout: str, domain: str) -> int:
    """Take all traffic back, then wait for the mesh."""
    seconds = duration(timeout, "--timeout").total_seconds()
    with opened(world, target) as session:
        began = world.clock.monotonic()
        found = aborting.abort(session, orders)
        stored = world.clock.monotonic()
        _tell_stored(session, found, stored - began)
        why = Mesh(session, domain, seconds).wait(found)
        if why:
            session.screen.failure(f"stored, but not yet seen in the mesh: {why}", str(found.route))
            return Exit.NOT_SEEN_IN_MESH
        session.screen.line(f"in the mesh after {_milliseconds(world.clock.monotonic() - stored)}")
    return Exit.OK


def _tell_stored(session: Session, found: Seen, seconds: float) -> None:
    request = found.requests.get(Word.ABORT)
    named = f", {Word.ABORT}={request.value}" if request else ""
    session.screen.line(f"stored after {_milliseconds(seconds)}: {weights(found.route)}{named}")
    if request and found.running and found.wish == request.id:
        session.screen.note(
            f"rollout {found.running.id} still runs; it ends all the same, since the route asks for another"
        )
    elif request and found.wish not in ("", request.id):
        session.screen.note(
            f"rollout {found.wish} is asked for as well, and begins next unless it is aborted too"
        )


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


def request(world: World, target: Target, asked: Asked, *, wait: bool, timeout: str) -> int:
    """Ask for something; wait until it was acted on, or show what the server shows."""
    seconds = duration(timeout, "--timeout").total_seconds()
    with opened(world, target) as session:
        found = requesting.ask(session, asked)
        code: int = Exit.OK
        if wait and found.pending(asked.word):
            end, found = acted_on(session, found, asked.word, seconds)
            session.screen.note(end.message)
            code = end.exit_code
        show(report(found), session.screen, "table")
    return code
