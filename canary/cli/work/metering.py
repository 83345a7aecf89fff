"""How a command asks Prometheus: by the daemon's grid, which the stamp on a route gives away."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor

import click

from canary.cli.shell.options import duration
from canary.cli.shell.prometheus import ADDRESS, Asking
from canary.cli.shell.world import World
from canary.cli.work.moments import shown
from canary.cli.work.subject import Subject
from canary.daemon.history import History
from canary.daemon.settings import MOST_SCRAPE, grid
from canary.errors import Stalled, Unavailable
from canary.metrics.source import Source, Timing
from canary.rollout.past import Past
from canary.rollout.policy import Policy
from canary.rollout.stamp import Stamp

DEFAULT_SCRAPE = "10s"
"""As `canary run` has it."""

RETENTION = "a later time; how far back Prometheus goes is its --storage.tsdb.retention.time"

DISAGREE = 0.01
"""Seconds of an interval: days, if intervals are of 10 s."""

MOST = MOST_SCRAPE.total_seconds()


@dataclass(frozen=True, slots=True)
class Meter:
    """A Prometheus, and the grid of its counts."""

    world: World
    url: str
    grid: Timing

    @property
    def unit(self) -> timedelta:
        """Length of an interval."""
        return timedelta(seconds=self.grid.interval)

    def source(self, at: float | None = None) -> Source:
        """As it is now, or was at a moment, Unix seconds."""
        return self.world.source(self.url, self.grid, at)

    def index(self, seconds: float) -> int:
        """The last interval that was over at a moment."""
        return floor(seconds / self.grid.interval)

    def end(self, index: int) -> float:
        """When an interval was over, Unix seconds."""
        return float(index * self.grid.interval)

    def past(self, about: Subject, policy: Policy, index: int) -> Past:
        """
        What a start of the policy right after interval `index` would have read.

        Raises:
            Unavailable: nothing was answered, so that it would have waited.
            Stalled: something was counted twice, so that it would have been refused.
        """
        history = History(self.source(self.end(index)))
        past = history.read(about.namespace, about.begun(policy), index)
        if past.away:
            raise Unavailable(
                f"no rollout could have begun at {shown(self.end(index))}: {past.away}",
                at=about.route,
                hint=RETENTION,
            )
        if past.doubt:
            raise Stalled(f"no rollout would have begun: {past.doubt}", at=about.route)
        return past


def meter(world: World, asking: Asking, stamp: Stamp | None) -> Meter:
    """
    The one that was said, by the grid of the stamp.

    Raises:
        UsageError: none was said.
    """
    url = address(world, asking)
    if not url:
        raise click.UsageError(f"say which Prometheus to ask: --prometheus URL, or {ADDRESS}")
    return Meter(world, url, timing(asking, stamp, world.clock.now()))


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

    Its moments are Unix time divided by that. They lie in the past, by at most a few months of fifty years: rounded down, that
    makes no difference. Clocks that disagree are allowed for.
    """
    seconds = floor(now.timestamp() / stamp.at + DISAGREE) if stamp and stamp.at > 0 else 0
    return seconds if 1 <= seconds <= MOST else 0
