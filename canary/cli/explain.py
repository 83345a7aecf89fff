"""`canary explain`."""

import click

from canary.cli.shell.options import on_route
from canary.cli.shell.prometheus import Asking, asks_prometheus
from canary.cli.shell.target import Target
from canary.cli.shell.world import World


@click.command("explain")
@on_route
@click.argument("id", required=False, metavar="[ID[@ATTEMPT]]")
@asks_prometheus
@click.option(
    "-o", "--output", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Form."
)
def command(world: World, target: Target, /, *, id: str | None, asking: Asking, output: str) -> int:  # noqa: A002
    """
    Why the rollout of ROUTE stands where it stands, and what would let it go on.

    With --prometheus it reads the evidence of the step under way again, as the daemon does after a restart; without, it tells
    what the stamp on the route holds, and what that does not tell.
    """
    from canary.cli.work import explaining  # noqa: PLC0415 - the models

    return explaining.explain(world, target, id or "", asking, output)
