"""`canary resume`."""

import click

from canary.cli.shell.options import asks, on_route, wait_for_the_daemon
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.terms import Word


@click.command("resume")
@asks("resume")
@wait_for_the_daemon
@on_route
def command(world: World, target: Target, *, wait: bool, timeout: str, **said: str | None) -> int:
    """Let the rollout of ROUTE go on.

    After a pause, after somebody else wrote weights, or after a failed gate whose policy says hold."""
    from canary.cli.work import commands  # noqa: PLC0415 - a third of a second

    return commands.request(world, target, commands.Asked.of(Word.RESUME, said), wait=wait, timeout=timeout)
