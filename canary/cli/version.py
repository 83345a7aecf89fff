"""`canary version`."""

import click

from canary import __version__
from canary.cli.shell.entry import screen_of
from canary.cli.shell.world import World


@click.command("version")
@click.pass_obj
def command(world: World) -> int:
    """Which version this is."""
    screen_of(world).line(f"canary {__version__}")
    return 0
