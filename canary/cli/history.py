"""`canary history`."""

import click

from canary.cli.shell.forms import form
from canary.cli.shell.options import ID, on_route
from canary.cli.shell.target import Target
from canary.cli.shell.world import World


@click.command("history")
@click.option("--id", "id", type=ID, help="Only this rollout, with all its decisions.")
@form("table", "wide", "json", "yaml", "name", help="wide adds policy, backends and the sentence.")
@on_route
def command(world: World, target: Target, *, id: str | None, output: str) -> int:  # noqa: A002
    """
    What became of the rollouts of ROUTE.

    Newest first, from its records. A route that was deleted keeps them. Where the cluster keeps none, it is what the stamp on the route holds.
    """
    from canary.cli.work import remembering  # noqa: PLC0415 - a third of a second

    return remembering.shown(world, target, id or "", output)
