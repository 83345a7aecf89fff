"""`canary slot`."""

import click

from canary.cli.shell.forms import form
from canary.cli.shell.options import on_route
from canary.cli.shell.target import Target
from canary.cli.shell.world import World


@click.command("slot")
@form("table", "json", "yaml", "name", help="name is the free backend alone.")
@on_route
def command(world: World, target: Target, *, output: str) -> int:
    """
    The backend of ROUTE for the next release.

    Which one is free for it, and which one is stable.

    \b
    Exit codes:
      0   one is free: deploy the next release there, then start its rollout
      14  a rollout runs, or is asked for: none is free before its end
      15  a person has to say which one: several could be meant
      1   an error
      2   a wrong argument
    """
    from canary.cli.work import slots  # noqa: PLC0415 - a third of a second

    return slots.shown(world, target, output)
