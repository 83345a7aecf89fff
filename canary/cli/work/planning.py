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
from canary.cli.shell.world import World
from canary.cli.work import plantable as table
from canary.cli.work.shelf import find
from canary.replay.plan import Plan, Service, plan
from canary.rollout.model import parse_part
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
    seed: int


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


def planned(world: World, wanted: tuple[str, Path], wishes: Wishes, output: str) -> int:
    """
    Play it, and tell what came out.

    Raises:
        Invalid: there is no such policy, or it is wrong.
    """
    policy = find(*wanted).policy
    service = Service.under(policy.gates, wishes.rps, wishes.rate)
    found = plan(policy, service, wishes.unit, Random(wishes.seed))  # noqa: S311 - made-up traffic, the same each time
    if output == "json":
        screen_of(world).line(json.dumps(_document(policy, found, wishes), indent=2))
    else:
        table.show(policy, found, wishes.unit, screen_of(world))
    return Exit.OK


def _document(policy: Policy, found: Plan, wishes: Wishes) -> dict[str, object]:
    names = {"taken_back": "takenBack"}
    steps = [{names.get(key, key): value for key, value in asdict(stage).items()} for stage in found.stages]
    for step in steps:
        step["regressions"] = step.pop("catches")
    return {
        "apiVersion": API_VERSION,
        "kind": "PolicyPlan",
        "policy": policy.name,
        "rps": wishes.rps,
        "errorRate": wishes.rate,
        "interval": found.unit.total_seconds(),
        "seconds": found.seconds,
        "steps": steps,
    }
