"""`canary approve`."""

import click

from canary.cli.shell.options import asks, on_route, wait_for_the_daemon
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.terms import Word


@click.command("approve")
@asks("approve")
@click.option(
    "--step", type=click.IntRange(1, 99), help="Only this step; default: the next one that needs an approval."
)
@wait_for_the_daemon
@on_route
def command(
    world: World, target: Target, *, step: int | None, wait: bool, timeout: str, **said: str | None
) -> int:
    """Let the rollout of ROUTE enter a step that needs an approval.

    It enters it once the evidence of the step before says so."""
    from canary.cli.work import commands  # noqa: PLC0415 - a third of a second

    asked = commands.Asked.of(Word.APPROVE, said, step or 0)
    return commands.request(world, target, asked, wait=wait, timeout=timeout)
