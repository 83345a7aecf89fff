"""`canary watch`."""

import click

from canary.cli.shell.options import ID, on_route
from canary.cli.shell.target import Target
from canary.cli.shell.world import World


@click.command("watch")
@click.option("--id", "id", type=ID, help="This rollout; default: the one that runs or is asked for.")
@click.option("--forever", is_flag=True, help="Go on after the end of a rollout, until Ctrl-C.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["view", "lines", "json"]),
    help="A live view (default on a terminal), a line for each change, or JSON: one object a line, the last says the end.",
)
@on_route
def command(world: World, target: Target, *, id: str | None, forever: bool, output: str | None) -> int:  # noqa: A002
    """
    Watch the rollout of ROUTE until it ends.

    Exit codes are those of `canary status --wait`. It only looks: Ctrl-C (130) changes nothing about the rollout.
    """
    if id and forever:
        raise click.UsageError("--forever watches whatever runs, and --id one rollout: say one of them")
    from canary.cli.work import watching  # noqa: PLC0415 - a third of a second

    return watching.watched(world, target, id or "", output, forever=forever)
