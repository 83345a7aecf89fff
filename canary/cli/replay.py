"""`canary replay`."""

from pathlib import Path

import click

from canary.cli.shell.shipped import from_folder
from canary.cli.shell.world import World


@click.command("replay")
@click.option("--policy", required=True, metavar="NAME|FILE", help="The policy to try, by name or as a file.")
@click.option(
    "--increments",
    required=True,
    metavar="FILE|DIR",
    type=click.Path(path_type=Path),
    help="Recorded intervals, one JSON object a line; of a folder, every *.jsonl file.",
)
@from_folder
@click.option(
    "-o",
    "--output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="json is one object a line, one for each file.",
)
@click.pass_obj
def command(world: World, policy: str, increments: Path, policies: Path, output: str) -> int:
    """
    What would a policy have done with these intervals, and when?

    Exit code 0 says that everything was read, whatever the verdicts are; 1 that a file could not be.
    """
    from canary.cli.work import replaying  # noqa: PLC0415 - the models

    return replaying.files(world, replaying.Asked(policy, increments, policies), output)
