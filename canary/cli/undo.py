"""`canary undo`."""

import click

from canary.cli.shell.options import asks, on_route, wait_for_the_daemon
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.terms import Word


@click.command("undo")
@asks("undo")
@wait_for_the_daemon
@on_route
def command(world: World, target: Target, *, wait: bool, timeout: str, **said: str | None) -> int:
    """Take a promotion of ROUTE back.

    All traffic to the version that it replaced, now."""
    from canary.cli.work import commands  # noqa: PLC0415 - a third of a second

    asked = commands.Asked.of(Word.UNDO, said)
    return commands.request(world, target, asked, wait=wait, timeout=timeout)
