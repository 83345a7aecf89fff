"""How a command asks Prometheus: by the daemon's grid, which the stamp on a route gives away."""

from datetime import datetime

import click

from canary.cli.shell.options import duration
from canary.cli.shell.prometheus import ADDRESS, Asking
from canary.cli.shell.world import World
from canary.daemon.settings import MOST_SCRAPE, grid
from canary.metrics.source import Timing
from canary.rollout.stamp import Stamp

DEFAULT_SCRAPE = "10s"
"""As `canary run` has it."""

MOST = MOST_SCRAPE.total_seconds()


def address(world: World, asking: Asking) -> str:
    """Where Prometheus is; "" where nobody said."""
    return asking.url or world.environ.get(ADDRESS, "")


def timing(asking: Asking, stamp: Stamp | None, now: datetime) -> Timing:
    """
    What was said, else what the stamp was counted in, else the daemon's default.

    A scrape that is shorter than the intervals is not to be told from the stamp, and matters little: only for how long
    a sample is fresh.
    """
    seconds = counted_in(stamp, now)
    if asking.scrape is None and seconds:
        return Timing(seconds, seconds)
    scrape = duration(asking.scrape or DEFAULT_SCRAPE, "--scrape-interval")
    least = duration(asking.least, "--min-interval")
    try:
        return grid(scrape, least)
    except ValueError as error:
        raise click.BadOptionUsage("--scrape-interval", str(error)) from error


def counted_in(stamp: Stamp | None, now: datetime) -> int:
    """
    Seconds of the intervals that a stamp counts in; 0 where it does not tell.

    Its moments are Unix time divided by that, and a few days are next to nothing of fifty years.
    """
    seconds = now.timestamp() / stamp.at if stamp and stamp.at > 0 else 0.0
    return round(seconds) if 1 <= round(seconds) <= MOST and abs(seconds - round(seconds)) < 0.1 else 0
