"""`canary start`."""

import click

from canary.cli.shell.options import ID, POLICY, REASON, SERVICE, Waiting, only, waits
from canary.cli.shell.target import Target
from canary.cli.shell.world import World


@click.command("start")
@click.option(
    "--id", "id", type=ID, required=True, help="Name of the rollout, never used before on this route."
)
@click.option("--policy", type=POLICY, help="Policy to follow; default: the one on the route.")
@click.option("--canary", type=SERVICE, help="Backend on trial; default: the only one besides stable.")
@click.option("--reason", type=REASON, help="Why; it is kept beside the request.")
@click.option("--wait", is_flag=True, help="Wait for its end; exit codes as of `canary status --wait`.")
@waits
def command(world: World, target: Target, said: Waiting, *, wait: bool, **wish: str | None) -> int:
    """Start a rollout of ROUTE: annotate it, the daemon does the rest."""
    from canary.cli.work import commands  # noqa: PLC0415 - a third of a second

    return commands.start(world, target, said, commands.Wish(**only(wish)), wait=wait)
