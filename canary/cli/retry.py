"""`canary retry`."""

import click

from canary.cli.shell.options import asks, on_route, wait_for_the_daemon
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.terms import Word


@click.command("retry")
@asks("try again")
@wait_for_the_daemon
@on_route
def command(world: World, target: Target, *, wait: bool, timeout: str, **said: str | None) -> int:
    """Try the rollout of ROUTE again, from its first step.

    After it was rolled back, aborted or superseded, or where a failed gate holds it."""
    from canary.cli.work import commands  # noqa: PLC0415 - a third of a second

    asked = commands.Asked.of(Word.RETRY, said)
    return commands.request(world, target, asked, wait=wait, timeout=timeout)
