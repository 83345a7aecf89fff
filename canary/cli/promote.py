"""`canary promote`."""

import click

from canary.cli.shell.options import asks, on_route, wait_for_the_daemon
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.terms import Word


@click.command("promote")
@click.option("--full", is_flag=True, help="Yes, all traffic, now.")
@asks("promote")
@wait_for_the_daemon
@on_route
def command(world: World, target: Target, *, full: bool, wait: bool, timeout: str, **said: str | None) -> int:
    """All traffic to the canary of ROUTE, now.

    Whatever the evidence says so far. It still bakes at 100 %, and is taken back where it fails there."""
    if not full:
        raise click.UsageError(
            "a promote sends all traffic to the canary now, without the steps in between: say --full if that is meant"
        )
    from canary.cli.work import commands  # noqa: PLC0415 - a third of a second

    asked = commands.Asked.of(Word.PROMOTE, said)
    return commands.request(world, target, asked, wait=wait, timeout=timeout)
