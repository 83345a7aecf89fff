"""`canary check`."""

from typing import Any

import click

from canary.cli.shell.forms import form
from canary.cli.shell.options import ROUTE, in_cluster
from canary.cli.shell.prometheus import Asking, asks_prometheus
from canary.cli.shell.shipped import from_folder
from canary.cli.shell.target import Target
from canary.cli.shell.world import Access, World


@click.command("check")
@click.argument("route", type=ROUTE, required=False)
@click.option("--policy", metavar="NAME|FILE", help="For which policy; default: the one the route names.")
@click.option(
    "--daemon",
    metavar="NAMESPACE/ACCOUNT",
    default="canary-system/canary",
    show_default=True,
    help="The ServiceAccount the daemon runs as, or a user's name; `me`: it runs with your own credentials.",
)
@click.option(
    "--cluster-domain",
    "domain",
    default="cluster.local",
    show_default=True,
    help="DNS domain of the cluster.",
)
@form("table", "json")
@from_folder
@asks_prometheus
@in_cluster
def command(world: World, access: Access, /, route: Target | None, asking: Asking, **said: Any) -> int:  # noqa: ANN401
    """
    Is ROUTE ready to be rolled out? Without ROUTE: is the cluster?

    Each row says what is, what it means, and how to mend it. What cannot be read is unknown, never ok.

    \b
    Exit codes:
      0   no row fails; there may be warnings and what is unknown
      1   a row fails, or an error
      2   a wrong argument
    """
    from canary.cli.work import checkup  # noqa: PLC0415 - a third of a second

    return checkup.checked(world, access, checkup.Wishes(route.name if route else "", asking, **said))
