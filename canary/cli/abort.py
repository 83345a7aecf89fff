"""`canary abort`."""

import click

from canary.cli.shell.options import SERVICE, asks, on_route, only
from canary.cli.shell.target import Target
from canary.cli.shell.world import World


@click.command("abort")
@asks("abort")
@click.option("--stable", type=SERVICE, help="The backend that gets everything, if nobody else knows.")
@click.option("--force", is_flag=True, help="Without looking whether stable has a ready endpoint.")
@click.option(
    "--timeout",
    metavar="DURATION",
    default="30s",
    show_default=True,
    help="Exit with 17 if the mesh does not follow within so long.",
)
@click.option(
    "--cluster-domain",
    "domain",
    default="cluster.local",
    show_default=True,
    help="DNS domain of the cluster.",
)
@on_route
def command(world: World, target: Target, *, force: bool, timeout: str, **said: str | None) -> int:
    """
    End the rollout of ROUTE: all traffic to stable, now. Needs no daemon.

    \b
    Exit codes:
      0   all traffic is with stable, and the mesh was seen to follow
      17  stored, but not yet seen in the mesh
      1   an error; nothing was changed, or it is not known
      2   a wrong argument
    """
    from canary.cli.work import commands  # noqa: PLC0415 - a third of a second

    domain = said.pop("domain") or ""
    return commands.abort(world, target, commands.Orders(**only(said), force=force), timeout, domain)
