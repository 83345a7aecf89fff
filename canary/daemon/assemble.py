"""From what was looked at to a Snapshot."""

from datetime import datetime

from canary.daemon.folds import Folds
from canary.daemon.grid import Grid
from canary.daemon.moves import on_a_rung
from canary.daemon.objects import Objects
from canary.daemon.policies import Policies
from canary.daemon.windows import shut
from canary.rollout import requests
from canary.rollout.memory import remembered
from canary.rollout.policy import Policy
from canary.rollout.record.recalled import recall
from canary.rollout.snapshot import Snapshot
from canary.rollout.stamp import Stamp


def snapshot(objects: Objects, folds: Folds, policies: Policies, grid: Grid, moment: datetime) -> Snapshot:
    """All that one tick knows; people's clocks show `moment`."""
    route, now = objects.route, grid.index()
    asked, memory = requests.read(route.annotations), remembered(route)
    policy, problem = policies.find(asked.policy)
    judged = folds.of(memory.stamp) if memory.stamp else None
    return Snapshot(
        now=now,
        unit=grid.unit,
        route=route,
        requests=asked,
        stamp=memory.stamp,
        newer=memory.newer,
        lost=memory.lost,
        recalled=recall(objects.records) if memory.stamp is None else None,
        policy=policy,
        policy_problem=problem,
        leaves=objects.leaves,
        evidence=judged.sure if judged else None,
        verdict=judged.verdict if judged else None,
        unknown_for=max(0, now - judged.unknown_since) if judged and judged.unknown_since is not None else 0,
        source_away=folds.away,
        away_for=max(0, now - folds.away_since) if folds.away_since is not None else 0,
        strangers=judged.strangers if judged and not folds.away else (),
        following_for=judged.following_for(now) if judged else 0,
        missing=judged.missing if judged and not folds.away else 0.0,
        mesh=objects.mesh,
        conflicts=objects.conflicts,
        shut=shut(rules.windows, moment) if (rules := _in_force(memory.stamp, policy)) else "",
    )


def _in_force(stamp: Stamp | None, named: Policy | None) -> Policy | None:
    """The policy a rollout started with; before it has, the one that the route names."""
    return stamp.policy if stamp and on_a_rung(stamp) else named
