"""`canary list`."""

import click

from canary.cli.shell.forms import form
from canary.cli.shell.options import in_cluster
from canary.cli.shell.world import Access, World


@click.command("list")
@click.option("-A", "--all-namespaces", "everywhere", is_flag=True, help="In all namespaces.")
@form("table", "wide", "json", "yaml", "name", help="wide adds policy, backends and the sentence.")
@in_cluster
def command(world: World, access: Access, *, everywhere: bool, output: str) -> int:
    """
    The managed routes, and where their latest rollouts stand.

    CHANGED says how long ago the daemon last wrote to the route; `!` behind a phase, that a person is needed.
    """
    from canary.cli.work import listing  # noqa: PLC0415 - a third of a second

    return listing.listed(world, access, output, everywhere=everywhere)
