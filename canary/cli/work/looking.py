"""`canary status`, and every wait for an end. Apart from the commands that write: what they import costs a fifth of a look."""

from math import inf

from canary.cli.shell.options import Waiting, duration
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.cli.work.render import show, show_change
from canary.cli.work.report import report
from canary.cli.work.route import look
from canary.cli.work.session import Session, opened
from canary.cli.work.waiting import Terms, Wait
from canary.terms import Exit


def status(world: World, target: Target, said: Waiting, id: str | None) -> int:  # noqa: A002 - the interface's word
    """Show where it stands, or wait for the end of rollout `id`."""
    agreed = terms(said, id or "")
    with opened(world, target) as session:
        if id:
            return attend(session, agreed, said.output)
        show(report(look(session.server, session.place)), session.screen, said.output)
    return Exit.OK


def terms(said: Waiting, id: str) -> Terms:  # noqa: A002
    """What was said on the command line; a usage error where a duration is none."""
    return Terms(
        id=id,
        timeout=duration(said.timeout, "--timeout").total_seconds() if said.timeout else inf,
        pickup=duration(said.pickup_timeout, "--pickup-timeout").total_seconds(),
        fail_on_hold=said.fail_on_hold,
    )


def attend(session: Session, agreed: Terms, form: str) -> int:
    """Wait for the end of a rollout; what changes is shown, how it ended is the exit code."""
    screen = session.screen
    wait = Wait(session, agreed, lambda status: show_change(status, screen, form, agreed.id), screen.note)
    return wait.run().exit_code
