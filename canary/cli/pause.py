"""`canary pause`."""

import click

from canary.cli.shell.options import asks, on_route, wait_for_the_daemon
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.terms import Word


@click.command("pause")
@asks("pause")
@wait_for_the_daemon
@on_route
def command(world: World, target: Target, *, wait: bool, timeout: str, **said: str | None) -> int:
    """Hold the rollout of ROUTE where it is.

    Until a resume; a canary that fails is taken out all the same.
    """
    from canary.cli.work import commands  # noqa: PLC0415 - a third of a second

    return commands.request(world, target, commands.Asked.of(Word.PAUSE, said), wait=wait, timeout=timeout)
