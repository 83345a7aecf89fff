"""A policy against what Prometheus knows of a route's past: one ending."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from canary.cli.shell.entry import screen_of
from canary.cli.shell.prometheus import Reading
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.cli.work.metering import Meter, meter
from canary.cli.work.moments import moment, shown
from canary.cli.work.replaying import show
from canary.cli.work.shelf import find
from canary.cli.work.subject import Subject, subject
from canary.daemon.asking import leaves
from canary.daemon.judged import Identity
from canary.daemon.rebuild import Missing, Rebuild
from canary.errors import Invalid
from canary.evidence import Interval
from canary.metrics.source import Leaves, Source
from canary.replay import relive
from canary.rollout.boundary import PROVISIONAL
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
    reading: Reading


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
    policy = find(wanted.policy, wanted.policies).policy
    about = subject(world, wanted.target, wanted.reading)
    asked = meter(world, wanted.reading.asking, about.stamp)
    source = asked.source()
    span = _span(wanted, asked, source.time())
    past = asked.past(about, policy, span[0] - 1)
    pair, seen = leaves(about.namespace, about.begun(policy).but(bounds=past.bounds)), Seen()
    ending = relive(policy, past, asked.unit, seen.watch(_pieces(source, pair, span)))
    traffic = _traffic(about, seen, f"from {shown(asked.end(span[0] - 1))} to {shown(asked.end(span[-1]))}")
    told = replace(ending, message=f"{ending.message}; {traffic}")
    show(("route", about.route), told, screen_of(world), output)
    return Exit.OK


def _span(wanted: Wanted, asked: Meter, now: float) -> range:
    """Indices of whole intervals that are final; the rollout begins right before the first."""
    since, until = moment(wanted.since, "--from", now), moment(wanted.until, "--to", now)
    if not since < min(until, now):
        raise click.BadOptionUsage(
            "--from", f"from {shown(since)} to {shown(min(until, now))} is no time at all"
        )
    last = min(asked.index(until), asked.index(now) - PROVISIONAL)
    span = range(asked.index(since) + 1, last + 1)
    if not span:
        raise click.BadOptionUsage(
            "--from", f"there is no whole interval of {asked.grid.interval} s in that time"
        )
    return span


def _pieces(source: Source, asked: Leaves, span: range) -> Iterator[Interval]:
    """As the daemon reads what it has missed: what is too dear is asked for in smaller pieces, what is lost is unknown."""
    rebuild, first = Rebuild(source), span[0]
    while first <= span[-1]:
        found = rebuild.read([Missing(False, first, NOBODY, asked)], span[-1])
        for interval in found.get(NOBODY, ()):
            first = interval.index + 1
            yield interval


def _traffic(about: Subject, seen: Seen, time: str) -> str:
    """
    On which traffic it was judged.

    Raises:
        Invalid: there is none that anybody knows of.
    """
    canary, stable, every = about.roles.canary, about.roles.stable, seen.canary + seen.stable
    if not seen.known or not every:
        what = "knows nothing of" if not seen.known else "saw no request to"
        why = f" ({seen.why})" if seen.why else ""
        raise Invalid(
            f"Prometheus {what} {stable} and {canary} {time}{why}",
            at=about.route,
            hint="another time, -n NAMESPACE, --stable and --canary; or the policy's view",
        )
    share = seen.canary / every
    return f"judged on the traffic that there was: weights were what they were, {canary} had {share:.1%} of {every:.0f} requests"
