"""A plan as a table, and below it what the words in it mean."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from canary.cli.shell.screen import Screen, clean
from canary.cli.work.columns import columns
from canary.replay.plan import Catch, Plan, Service, Stage
from canary.rollout.gates import ObjectiveGate
from canary.rollout.model import format_duration
from canary.rollout.policy import Policy

USUAL = 0.5
"""Part of the rollouts from which on something is told as what happens."""

RARE = 0.1
"""Part of them from which on it is worth a remark."""

ROOM = 2
"""How many times what is usual an objective should allow: closer to it, chance misses it now and then."""


class Played(NamedTuple):
    """
    A plan, and how it was asked for.

    Attributes:
        unit: intervals as they were asked for.
        route, when: where and over which time its service was measured; "" = it was said.
    """

    policy: Policy
    found: Plan
    unit: timedelta
    route: str = ""
    when: str = ""


def show(played: Played, screen: Screen) -> None:
    """All of it."""
    policy, found, unit, route, when = played
    service = found.service
    screen.line(
        f"{policy.name} at {service.rps:.4g} rps, {100 * service.rate:.3g} % of which fail usually; "
        f"evidence every {format_duration(found.unit)}"
    )
    if route:
        screen.line(f"Measured on {clean(route)} over {when}: {_measured(service)}.")
    screen.line()
    for line in columns([_head(found), *(_row(policy, stage) for stage in found.stages)]):
        screen.line(line)
    screen.line()
    screen.line(f"All of it takes {_time(found.seconds)} when the canary is healthy{_apart(policy, found)}.")
    if found.unit > unit:
        screen.line(
            f"So long bakes are played in intervals of {format_duration(found.unit)}: short times are rough."
        )
    for line in _remarks(policy, found):
        screen.line(line)


def _measured(service: Service) -> str:
    tails = ", ".join(f"{100 * part:.3g} % take longer than {bound:g} ms" for bound, part in service.measured)
    bursts = f"stable's failures come about {service.burst:.2g} at a time"
    return f"{bursts}; {tails or 'no latency, since no gate asks for it'}"


def _head(found: Plan) -> list[str]:
    regressions = (one.name.upper() for one in found.stages[0].catches)
    return ["STEP", "SHARE", "TAKES", "REQUESTS", "WAITS FOR", *regressions]


def _row(policy: Policy, stage: Stage) -> list[str]:
    longest = policy.rungs[stage.step - 1].bake.max
    return [
        f"{stage.step}{'*' if stage.approval else ''}",
        f"{100 * stage.share:g}%",
        _time(stage.seconds),
        f"{stage.requests:.0f}",
        "a person" if stage.undecided >= USUAL else stage.by,
        *(_catch(catch, longest) for catch in stage.catches),
    ]


def _catch(catch: Catch, longest: timedelta) -> str:
    if catch.seconds is not None:
        return _time(catch.seconds)
    return "passes" if catch.passed >= USUAL else f"not in {format_duration(longest)}"


def _apart(policy: Policy, found: Plan) -> str:
    """What nobody can foretell."""
    asked = any(stage.approval for stage in found.stages)
    people = ", and what people take to approve the steps with a *" if asked else ""
    return people + (", without the time in which none of its windows is open" if policy.windows else "")


def _remarks(policy: Policy, found: Plan) -> Iterator[str]:
    rate = found.service.rate
    for gate in policy.gates:
        if isinstance(gate, ObjectiveGate) and gate.success is not None and rate > gate.allowed / ROOM:
            yield (
                f"The objective allows {100 * gate.allowed:g} % to fail, and {100 * rate:g} % do usually: nothing advances "
                f"while the last minute misses it. Leave it {ROOM} times what is usual."
            )
    for metric in policy.metrics:
        least = format_duration(metric.of * found.unit)
        yield f"Metric {metric.name} is not played. No step is left before its {metric.of} points are known, after {least} at least."
    yield from _words(policy, {cell.split()[0] for stage in found.stages for cell in _row(policy, stage)[5:]})
    for stage in found.stages:
        yield from _about(policy, stage)


def _words(policy: Policy, used: set[str]) -> Iterator[str]:
    yield (
        "The columns on the right: after which time a canary that turns so bad with the step is taken back, in half of the "
        "rollouts at least."
    )
    if "passes" in used:
        yield (
            "passes: too little to be told from chance on this step, or within what the policy tolerates; so it goes on to the "
            "next one, where it is watched as well, and from the last it is promoted."
        )
    if "not" in used:
        fewer = ", or fewer of which none failed," if policy.on_inconclusive == "advance" else ""
        yield (
            "not in …: cannot be caught within bake.max at this traffic. Then the step goes on if it has seen "
            f"{policy.min_requests} canary requests{fewer} and nothing speaks against it, else {_otherwise(policy)}."
        )


def _about(policy: Policy, stage: Stage) -> Iterator[str]:
    if stage.taken_back >= RARE:
        yield f"Step {stage.step}: {stage.taken_back:.0%} of healthy rollouts are taken back."
    if stage.undecided >= RARE:
        longest = format_duration(policy.rungs[stage.step - 1].bake.max)
        yield (
            f"Step {stage.step}: in {stage.undecided:.0%} of healthy rollouts nothing is sure after {longest}, "
            f"and {_otherwise(policy)}."
        )


def _otherwise(policy: Policy) -> str:
    rolls_back = policy.on_inconclusive == "rollback"
    return "it is rolled back" if rolls_back else "a person has to decide (TooQuiet)"


def _time(seconds: float) -> str:
    return format_duration(timedelta(seconds=round(seconds)))
