"""`canary watch`: every change of a route as it happens, until its rollout ends."""

import sys
from math import inf
from typing import TYPE_CHECKING

from canary.cli.shell.screen import Screen, clean
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.cli.work.render import show_change
from canary.cli.work.report import RolloutStatus
from canary.cli.work.route import Seen, look
from canary.cli.work.session import Session, opened
from canary.cli.work.waiting import Terms, Wait
from canary.errors import Invalid

if TYPE_CHECKING:
    from canary.cli.work.window import Window


def watched(world: World, target: Target, id: str, form: str | None, *, forever: bool) -> int:  # noqa: A002
    """
    Watch rollout `id`, or the one that runs or is asked for; how it ended is the exit code, as of `status --wait`.

    Raises:
        Invalid: there is none.
        CanaryError: it cannot be told any more.
    """
    with opened(world, target) as session:
        subject = "" if forever else id or subject_of(look(session.server, session.place))
        chosen = form or ("view" if sys.stdout.isatty() else "lines")
        with _audience(session, chosen, subject) as told:
            end = Wait(session, Terms(subject, pickup=inf, forever=forever), told.tell, told.note).run()
        if chosen == "view":
            session.screen.line(clean(f"{subject}: {end.outcome} (exit {end.exit_code})"))
    return end.exit_code


def subject_of(found: Seen) -> str:
    """Which rollout there is to watch: the one that runs, the one that is asked for, or the last one."""
    head = found.running or found.newer
    latest = head.id if head else found.wish or (found.stamp.id if found.stamp else "")
    if not latest:
        raise Invalid(
            "no rollout was ever asked for here, so there is none to watch",
            at=str(found.route),
            hint=found.place.command("watch", "--forever"),
        )
    return latest


def _audience(session: Session, form: str, subject: str) -> "Window | Reader":
    if form == "view":
        from canary.cli.work.window import Window  # noqa: PLC0415 - rich, which nothing else here needs

        return Window(session.screen, session.clock)
    return Reader(session.screen, form, subject)


class Reader:
    """One line for each change; of which rollout, where "" is whatever runs."""

    def __init__(self, screen: Screen, form: str, subject: str) -> None:
        self._screen, self._form, self._subject = screen, form, subject

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def tell(self, status: RolloutStatus) -> None:
        """Something has changed."""
        latest = status.rollout.id if status.rollout else status.requested
        show_change(status, self._screen, self._form, self._subject or latest)

    def note(self, text: str) -> None:
        """Something else to know."""
        self._screen.note(text)
