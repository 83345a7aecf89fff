"""A policy against what Prometheus knows of a route's past: one ending."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from math import floor
from pathlib import Path

import click

from canary.cli.shell.entry import screen_of
from canary.cli.shell.prometheus import ADDRESS, Asking
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.cli.work.metering import address, timing
from canary.cli.work.moments import moment, shown
from canary.cli.work.replaying import show
from canary.cli.work.shelf import find
from canary.cli.work.subject import Roles, Subject, subject
from canary.daemon.asking import leaves
from canary.daemon.history import History
from canary.daemon.judged import Identity
from canary.daemon.rebuild import Missing, Rebuild
from canary.errors import Invalid, Stalled, Unavailable
from canary.evidence import Interval
from canary.metrics.source import Leaves, Source, Timing
from canary.replay import relive
from canary.rollout.boundary import PROVISIONAL
from canary.rollout.past import Past
from canary.rollout.policy import Policy
from canary.terms import Exit

NOBODY: Identity = ("", "", 0, 0, 0)
"""Stands for the one rollout that is asked about."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Attributes:
        policy, policies: a name or a file, and where names are looked up.
        since, until: moments, as they were said.
    """

    target: Target
    policy: str
    policies: Path
    since: str
    until: str
    roles: Roles
    asking: Asking


@dataclass(slots=True)
class Seen:
    """What was read so far; requests are those of known intervals."""

    known: int = 0
    canary: float = 0.0
    stable: float = 0.0
    why: str = ""

    def watch(self, intervals: Iterable[Interval]) -> Iterator[Interval]:
        """The same, counted."""
        for interval in intervals:
            self.known += interval.strata is not None
            self.why = interval.why or self.why
            for stratum in interval.strata or ():
                self.canary += stratum.canary.requests
                self.stable += stratum.stable.requests
            yield interval


def route(world: World, wanted: Wanted, output: str) -> int:
    """
    Replay one route.

    Raises:
        Invalid: there is no such policy, nobody knows which backends are meant, or nothing is known about them.
        Unavailable: Prometheus does not answer, or does not reach back so far.
        Stalled: it counts something twice, so that no rollout would have begun.
    """
    url = address(world, wanted.asking)
    if not url:
        raise click.UsageError(f"say which Prometheus to ask: --prometheus URL, or {ADDRESS}")
    policy = find(wanted.policy, wanted.policies).policy
    about = subject(world, wanted.target, wanted.roles)
    grid = timing(wanted.asking, about.stamp, world.clock.now())
    source = world.source(url, grid, None)
    span = _span(wanted, grid, source.time())
    past = _past(world.source(url, grid, float(span[0] - 1) * grid.interval), about, policy, span[0] - 1)
    if past.away:
        began = shown((span[0] - 1) * grid.interval)
        raise Unavailable(
            f"no rollout could have begun at {began}: {past.away}",
            at=about.route,
            hint="a later --from; how far back Prometheus goes is its --storage.tsdb.retention.time",
        )
    asked = leaves(about.namespace, about.begun(policy).but(bounds=past.bounds))
    seen = Seen()
    intervals = seen.watch(_pieces(source, asked, span))
    ending = relive(policy, past, timedelta(seconds=grid.interval), intervals)
    told = replace(ending, message=f"{ending.message}; {_traffic(about, grid, span, seen)}")
    show(("route", about.route), told, screen_of(world), output)
    return Exit.OK


def _span(wanted: Wanted, grid: Timing, now: float) -> range:
    """Indices of whole intervals that are final; the rollout begins right before the first."""
    since, until = (
        moment(text, option, now) for text, option in ((wanted.since, "--from"), (wanted.until, "--to"))
    )
    if not since < min(until, now):
        raise click.BadOptionUsage(
            "--from", f"from {shown(since)} to {shown(min(until, now))} is no time at all"
        )
    final = floor(now / grid.interval) - PROVISIONAL
    span = range(floor(since / grid.interval) + 1, min(floor(until / grid.interval), final) + 1)
    if not span:
        raise click.BadOptionUsage("--from", f"there is no whole interval of {grid.interval} s in that time")
    return span


def _past(source: Source, about: Subject, policy: Policy, now: int) -> Past:
    """As a start reads it, at that moment."""
    past = History(source).read(about.namespace, about.begun(policy), now)
    if past.doubt:
        raise Stalled(f"no rollout would have begun: {past.doubt}", at=about.route)
    return past


def _pieces(source: Source, asked: Leaves, span: range) -> Iterator[Interval]:
    """As the daemon reads what it has missed: what is too dear is asked for in smaller pieces, what is lost is unknown."""
    rebuild, first = Rebuild(source), span[0]
    while first <= span[-1]:
        found = rebuild.read([Missing(False, first, NOBODY, asked)], span[-1])
        for interval in found.get(NOBODY, ()):
            first = interval.index + 1
            yield interval


def _traffic(about: Subject, grid: Timing, span: range, seen: Seen) -> str:
    """
    On which traffic it was judged.

    Raises:
        Invalid: there is none that anybody knows of.
    """
    canary, stable, every = about.roles.canary, about.roles.stable, seen.canary + seen.stable
    if not seen.known or not every:
        time = f"from {shown((span[0] - 1) * grid.interval)} to {shown(span[-1] * grid.interval)}"
        what = "knows nothing of" if not seen.known else "saw no request to"
        why = f" ({seen.why})" if seen.why else ""
        raise Invalid(
            f"Prometheus {what} {stable} and {canary} {time}{why}",
            at=about.route,
            hint="another time, -n NAMESPACE, --stable and --canary; or the policy's view",
        )
    share = seen.canary / every
    return f"judged on the traffic that there was: weights were what they were, {canary} had {share:.1%} of {every:.0f} requests"
