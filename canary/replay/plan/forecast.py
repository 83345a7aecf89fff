"""What many made-up rollouts have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, inf
from statistics import median, mode

from canary.evidence import Evidence
from canary.replay.plan.climb import Climb, Left, Stay
from canary.replay.plan.dice import Dice
from canary.replay.plan.traffic import REGRESSIONS, Regression, Service, Traffic
from canary.rollout.bounds import asks_for_latency, watched
from canary.rollout.policy import Policy

RUNS = 49
"""
Rollouts, each with a past of its own: where times vary most, at little traffic, the median of so many is some 5 % off, and
takes some seconds. What is learned in the hour before makes times differ: where four rollouts shared one, it was 9 %.
"""

TRIALS = 9
"""Of them with each regression at each step: whether it is caught is mostly far from even."""

HISTORY = timedelta(hours=1)
"""Before the start, as a start reads it."""


MOST = 720
"""Intervals of the longest bake: two hours at 10 s, and some seconds of work. Where it is longer, so are they."""


@dataclass(frozen=True, slots=True)
class Catch:
    """
    A regression that begins with a step.

    Attributes:
        caught: part of the rollouts that are taken back on this step.
        seconds: after which half of all of them are; None: fewer than half are, ever.
        passed: part that is sure before `bake.max` to be good enough, and goes on to the next step.
    """

    name: str
    caught: float
    seconds: float | None
    passed: float


@dataclass(frozen=True, slots=True)
class Stage:
    """
    A step when the canary is healthy.

    Attributes:
        approval: a person lets it be entered; how long that takes is not in here.
        seconds: half of the rollouts have left it by then,
        slowest: and 90 % by then.
        requests: the canary's in that time, half of the rollouts have had more.
        undecided: part of the rollouts for which `bake.max` is over before anything is sure.
        taken_back: part that is rolled back wrongly.
        by: what it mostly waits for: `bake.min`, `evidence` or `bake.max`.
    """

    step: int
    share: float
    approval: bool
    seconds: float
    slowest: float
    requests: float
    undecided: float
    taken_back: float
    by: str
    catches: tuple[Catch, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """
    Attributes:
        unit: length of the intervals it was made with.
        seconds: all of a healthy rollout, without what people take.
    """

    service: Service
    unit: timedelta
    stages: tuple[Stage, ...]
    seconds: float


def plan(policy: Policy, service: Service, unit: timedelta, dice: Dice, runs: int = RUNS) -> Plan:
    """
    How a policy does on a service.

    Args:
        unit: length of an evidence interval; longer ones are taken for bakes of many hours.
        runs: healthy rollouts to make up.
    """
    unit, tails = max(unit, _coarse(policy)), service.tails()
    bounds = watched(policy.gates, tails) if asks_for_latency(policy.gates) else {}
    climb = Climb(policy, Traffic(service, unit.total_seconds(), tuple(bounds), dice))
    specs = policy.specs(bounds, unit)
    rollouts = [list(climb.steps(climb.begun(specs, round(HISTORY / unit)))) for _ in range(runs)]
    asked = [one for one in REGRESSIONS if one.slower == 1 or bounds]
    reached = range(1, max(map(len, rollouts)) + 1)
    stages = tuple(
        _stage(climb, step, [rollout[step - 1] for rollout in rollouts if len(rollout) >= step], asked)
        for step in reached
    )
    return Plan(service, unit, stages, sum(stage.seconds for stage in stages))


def _coarse(policy: Policy) -> timedelta:
    longest = max(rung.bake.max for rung in policy.rungs)
    return timedelta(seconds=ceil(longest.total_seconds() / MOST))


def _stage(
    climb: Climb, step: int, seen: Sequence[tuple[Evidence, Stay]], asked: Sequence[Regression]
) -> Stage:
    rung, stays = climb.policy.rungs[step - 1], [stay for _, stay in seen]
    left = [stay for stay in stays if stay.left is not Left.ROLLED_BACK] or stays
    entered = [evidence for evidence, _ in seen][:TRIALS]
    return Stage(
        step=step,
        share=rung.share,
        approval=rung.approval,
        seconds=median(stay.seconds for stay in left),
        slowest=_nine_tenths(sorted(stay.seconds for stay in left)),
        requests=median(stay.requests for stay in left),
        undecided=_part(stays, Left.UNDECIDED),
        taken_back=_part(stays, Left.ROLLED_BACK),
        by=mode(stay.by for stay in left),
        catches=tuple(_catch(climb, step, entered, one) for one in asked),
    )


def _catch(climb: Climb, step: int, entered: Sequence[Evidence], regression: Regression) -> Catch:
    stays = [climb.stay(step, evidence, regression)[1] for evidence in entered]
    after = median(stay.seconds if stay.left is Left.ROLLED_BACK else inf for stay in stays)
    return Catch(
        regression.name,
        _part(stays, Left.ROLLED_BACK),
        None if after == inf else after,
        sum(stay.left is Left.ADVANCED and stay.by != "bake.max" for stay in stays) / len(stays),
    )


def _nine_tenths(ascending: Sequence[float]) -> float:
    return ascending[ceil(0.9 * len(ascending)) - 1]


def _part(stays: Sequence[Stay], left: Left) -> float:
    return sum(stay.left is left for stay in stays) / len(stays)
