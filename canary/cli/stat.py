"""`canary stat`."""

from typing import Any

import click

from canary.cli.shell.forms import form
from canary.cli.shell.options import on_route
from canary.cli.shell.prometheus import ADDRESS, Asking, asks_prometheus
from canary.cli.shell.target import Target
from canary.cli.shell.world import World


@click.command("stat")
@click.option("--watch", "-w", is_flag=True, help="Again and again, until interrupted.")
@click.option(
    "--proxies",
    metavar="[NAMESPACE/DEPLOYMENT=]HOST[:PORT]",
    multiple=True,
    help="Instead of Prometheus: read the page of this client's proxy, twice; may be given several times.",
)
@click.option(
    "-t",
    "--time-window",
    "window",
    metavar="DURATION",
    help="Over how long; default: 1m, with --proxies 10s.",
)
@form("table", "json", help="With --watch, json is one object a line.")
@asks_prometheus
@on_route
def command(
    world: World,
    target: Target,
    *,
    asking: Asking,
    proxies: tuple[str, ...],
    **said: Any,  # noqa: ANN401 - click's own
) -> int:
    """
    How the backends of ROUTE answer now, as their clients see it: what `linkerd viz stat` shows, and the shares.

    Each attempt counts, also where a retry hid it from the caller, and so do requests that never got an answer.
    """
    if proxies and asking.url:
        raise click.UsageError("--prometheus and --proxies are two ways to ask the same")
    if not proxies and not (asking.url or world.environ.get(ADDRESS)):
        raise click.UsageError(
            "say whom to ask: --prometheus URL (or CANARY_PROMETHEUS), or --proxies ADDRESS"
        )
    from canary.cli.work import stat  # noqa: PLC0415 - a third of a second

    return stat.shown(world, target, stat.Wishes(asking, proxies, **said))
