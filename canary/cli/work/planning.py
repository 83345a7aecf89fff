"""`canary policy plan`: what a policy would do at a given traffic."""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from math import isfinite
from pathlib import Path
from random import Random

import click

from canary.cli.shell.entry import screen_of
from canary.cli.shell.options import duration
from canary.cli.shell.prometheus import Reading
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.cli.work import plantable as table
from canary.cli.work.metering import meter
from canary.cli.work.moments import shown
from canary.cli.work.plantable import Played
from canary.cli.work.shelf import find
from canary.cli.work.subject import subject
from canary.replay.plan import Plan, Service, measured, plan
from canary.rollout.model import format_duration, parse_part
from canary.rollout.policy import Policy
from canary.rollout.policyfile import API_VERSION
from canary.terms import Exit

MOST_FAILING = 0.5
"""A service of which more fails usually has other troubles than its next version."""


LONGEST = timedelta(minutes=2)
"""Of an interval, as for the daemon."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """
    Attributes:
        rate: part of the requests that usually fails.
        unit: length of an interval.
    """

    rps: float
    rate: float
    unit: timedelta


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Attributes:
        policy, policies: a name or a file, and where names are looked up.
        seed: of the made-up traffic.
        output: `table` or `json`.
    """

    policy: str
    policies: Path
    seed: int
    output: str


def rps(asked: float) -> float:
    """What click lets through that is no number."""
    if not isfinite(asked):
        raise click.BadOptionUsage("--rps", f"'{asked}' is no number of requests")
    return asked


def rate(text: str) -> float:
    """`0.1%` or `0.001`, as a policy spells it."""
    try:
        part = parse_part(text if "%" in text else float(text))
    except ValueError as error:
        raise click.BadOptionUsage(
            "--error-rate", f"{text!r} is no part of a whole: write 0.1% or 0.001"
        ) from error
    if not 0 <= part <= MOST_FAILING:
        raise click.BadOptionUsage("--error-rate", f"{text!r} is not between 0% and {MOST_FAILING:.0%}")
    return part


def unit(text: str) -> timedelta:
    """Whole seconds, two minutes at most: what the daemon takes for an interval."""
    found = duration(text, "--interval")
    if found % timedelta(seconds=1) or not timedelta(0) < found <= LONGEST:
        raise click.BadOptionUsage("--interval", f"{text!r} is no number of whole seconds up to 2m")
    return found


def planned(world: World, wanted: Wanted, wishes: Wishes) -> int:
    """
    Play it at the traffic that was said, and tell what came out.

    Raises:
        Invalid: there is no such policy, or it is wrong.
    """
    policy = find(wanted.policy, wanted.policies).policy
    service = Service.under(policy.gates, wishes.rps, wishes.rate)
    return _tell(
        world, wanted.output, Played(policy, _plan(wanted, policy, service, wishes.unit), wishes.unit)
    )


def measured_on(world: World, wanted: Wanted, target: Target, reading: Reading) -> int:
    """
    The same at the traffic that a route had lately, as a start would read it now.

    Raises:
        Invalid: there is no such policy, nobody knows which backends are meant, or nobody asks them.
        Unavailable: Prometheus does not answer.
        Stalled: it counts something twice.
    """
    policy = find(wanted.policy, wanted.policies).policy
    about = subject(world, target, reading)
    asked = meter(world, reading.asking, about.stamp)
    now = asked.source().time()
    past = asked.past(about, policy, asked.index(now))
    found = _plan(wanted, policy, measured(policy, past, asked.unit), asked.unit)
    when = f"the {format_duration(len(past.intervals) * asked.unit)} before {shown(now)}"
    return _tell(world, wanted.output, Played(policy, found, asked.unit, about.route, when))


def _plan(wanted: Wanted, policy: Policy, service: Service, unit: timedelta) -> Plan:
    return plan(policy, service, unit, Random(wanted.seed))  # noqa: S311 - made-up traffic, the same each time


def _tell(world: World, output: str, played: Played) -> int:
    if output == "json":
        screen_of(world).line(json.dumps(_document(played), indent=2))
    else:
        table.show(played, screen_of(world))
    return Exit.OK


def _document(played: Played) -> dict[str, object]:
    found, names = played.found, {"taken_back": "takenBack"}
    steps = [{names.get(key, key): value for key, value in asdict(stage).items()} for stage in found.stages]
    for step in steps:
        step["regressions"] = step.pop("catches")
    service = found.service
    return {
        "apiVersion": API_VERSION,
        "kind": "PolicyPlan",
        "policy": played.policy.name,
        "measured": played.route or None,
        "rps": service.rps,
        "errorRate": service.rate,
        "burst": service.burst,
        "slower": {f"{bound:g}": part for bound, part in service.measured},
        "interval": found.unit.total_seconds(),
        "seconds": found.seconds,
        "steps": steps,
    }
