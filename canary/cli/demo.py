"""`canary demo`."""

import click

from canary.cli.shell.shipped import from_folder
from canary.cli.shell.world import World


@click.command("demo")
@click.argument("scene", required=False, default="good")
@click.option("--list", "listing", is_flag=True, help="Say which scenes there are.")
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True, max=10_000),
    metavar="N",
    help="Virtual seconds per second; default: what one can follow on a terminal, else as fast as it goes.",
)
@click.option(
    "--policy", metavar="NAME|FILE", help="Another policy than the scene was made for, by name or as a file."
)
@from_folder
@click.option(
    "--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="The same one, the same play."
)
@click.option(
    "--for", "longest", metavar="DURATION", help="Virtual time after which it is over; default: the scene's."
)
@click.option(
    "-o",
    "--output",
    type=click.Choice(["view", "lines", "json"]),
    help="A live view (default on a terminal), a line for each decision, or JSON: one object a line, the result last.",
)
@click.option("--serve", is_flag=True, help="Keep it up at real speed, for kubectl and canary beside it.")
@click.option("--no-color", is_flag=True, help="Without colours, as with NO_COLOR.")
@click.pass_obj
def command(world: World, /, scene: str, *, listing: bool, **given: object) -> int:
    """
    Watch a rollout on a cluster in memory: the real daemon, a model of Linkerd, virtual time.

    \b
    Exit codes are those of `canary status --wait`:
      0    Promoted
      10   RolledBack
      11   Aborted
      12   Superseded
      13   Rejected
      14   --for has passed, and it still runs
      15   a person is needed
      130  interrupted
    """
    from canary.cli.work import performing  # noqa: PLC0415 - the daemon and the models

    if listing:
        return performing.listed(world)
    return performing.performed(world, scene, performing.Wishes(**given))  # type: ignore[arg-type]
