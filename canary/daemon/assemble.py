"""From what was looked at to a Snapshot."""

from functools import lru_cache

from canary.daemon.folds import Folds
from canary.daemon.grid import Grid
from canary.daemon.objects import Objects
from canary.daemon.policies import Policies
from canary.rollout import requests, stamp
from canary.rollout.snapshot import Snapshot
from canary.rollout.stamp import Head, Stamp, Unreadable
from canary.routes.route import Route
from canary.terms import Word

_parsed = lru_cache(maxsize=16_384)(stamp.read)
"""A stamp's text does not change between two writes, and reading it is the dearest part of a look."""


def stamp_of(route: Route) -> Stamp | None:
    """What is remembered on this very route, if this program can read it."""
    read = _read(route)
    return read if isinstance(read, Stamp) and read.uid == route.uid else None


def snapshot(objects: Objects, folds: Folds, policies: Policies, grid: Grid) -> Snapshot:
    """All that one tick knows."""
    route, now = objects.route, grid.index()
    asked, remembered, read = requests.read(route.annotations), stamp_of(route), _read(route)
    policy, problem = policies.find(asked.policy)
    judged = folds.of(remembered) if remembered else None
    return Snapshot(
        now=now,
        unit=grid.unit,
        route=route,
        requests=asked,
        stamp=remembered,
        newer=read if isinstance(read, Head) and not isinstance(read, Stamp) else None,
        lost=_lost(read, route),
        policy=policy,
        policy_problem=problem,
        leaves=objects.leaves,
        evidence=judged.sure if judged else None,
        verdict=judged.verdict if judged else None,
        unknown_for=max(0, now - judged.unknown_since) if judged and judged.unknown_since is not None else 0,
        source_away=folds.away,
        away_for=max(0, now - folds.away_since) if folds.away_since is not None else 0,
        mesh=objects.mesh,
        conflicts=objects.conflicts,
    )


def _read(route: Route) -> Stamp | Head | Unreadable | None:
    text = route.annotations.get(Word.STATE.key)
    return _parsed(text) if text is not None else None


def _lost(read: Stamp | Head | Unreadable | None, route: Route) -> str:
    if isinstance(read, Unreadable):
        return f"the stamp on the route cannot be read ({read.why})"
    if isinstance(read, Stamp) and read.uid != route.uid:
        return "the stamp on the route belongs to another object of that name (it was copied, or the route was made anew)"
    return ""
