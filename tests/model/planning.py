"""
What a daemon makes of a route it sees: by the product's own `decide`, its own stamp, its own conditional patch.

Time is taken out so that there are finitely many routes: moments become constants, and each stay on a step has a number.
Who looks sees no time pass, so deadlines are met by what is told about the evidence alone.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from canary.daemon.judged import identity
from canary.daemon.moves import begins_alike, gives_traffic, refuses, route_patch
from canary.evidence import Evidence, Interval, Verdict
from canary.rollout import requests
from canary.rollout.boundary import boundary
from canary.rollout.memory import remembered
from canary.rollout.policy import Policy
from canary.rollout.rules import decide
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Stamp
from canary.routes import trafficsplit
from canary.terms import Outcome, Phase, Word
from tests.e2e.invariants import EARNED
from tests.model.contents import POLICY, TOTAL, Facts, Judged, Plan, Raw
from tests.rollout.builders import CANARY, ID, STABLE, UID, UNIT

NOW = 1000

MEANT = frozenset({"StampLost", *EARNED})
"""Reasons that rules or invariants ask for."""

AWAY, BLIND = "Away", "Blind"
"""The source as a whole does not answer, or nothing about this rollout for longer than is allowed."""


class Product(NamedTuple):
    """
    What of the product decides and writes; a test that the check can fail brings another one.

    Attributes:
        patch: a decision as it is sent.
        about: whether evidence is about the step that a stamp is at.
    """

    decide: Callable[[Snapshot], Decision] = decide
    patch: Callable[[Snapshot, Raw], Raw] = lambda seen, body: route_patch(seen, body).merge()
    about: Callable[[Judged, Stamp], bool] = lambda judged, stamp: judged.about == identity(stamp)


PRODUCT = Product()


class Sight(NamedTuple):
    """
    Attributes:
        cached, fresh: what its copy says about the backends, and what is the case.
        base: evidence of a stamp that follows none begins after it.
    """

    cached: Facts
    fresh: Facts
    judged: Judged | None
    base: int


def planned(product: Product, raw: Raw, sight: Sight) -> Plan | None:
    """
    What a look leads to, as `daemon.controller` goes about it: decided on the copy, observed freshly, decided again.
    """
    cached, fresh, judged, base = sight
    seen = _snapshot(product, raw, cached, judged)
    decision = product.decide(seen)
    if refuses(decision, seen):
        seen = _snapshot(product, raw, fresh, judged)
        decision = product.decide(seen)
    if decision.changes(seen) and decision.weights is not None:
        gives, first = gives_traffic(decision), decision
        observed = (
            fresh
            if gives
            else cached._replace(canary_ready=fresh.canary_ready, stable_ready=fresh.stable_ready)
        )
        seen = _snapshot(product, raw, observed, judged)
        decision = product.decide(seen)
        if gives_traffic(decision) and not (gives and begins_alike(first, decision)):
            return None
    return _written(product, seen, decision, judged, base) if decision.changes(seen) else None


def _written(product: Product, seen: Snapshot, decision: Decision, judged: Judged | None, base: int) -> Plan:
    stamp = _timeless(decision.stamp, seen.stamp, base) if decision.stamp else None
    annotations = {Word.STATE.key: stamp.render()} if stamp else {}
    patch = product.patch(seen, trafficsplit.patch(seen.route, decision.weights, annotations))
    conditional = patch["metadata"].pop("resourceVersion", None) is not None
    return Plan(
        json.dumps(patch, sort_keys=True),
        conditional,
        decision.rule,
        judged if decision.weights is not None else None,
    )


def _timeless(new: Stamp, old: Stamp | None, base: int) -> Stamp:
    """What only time and readers tell apart is one."""
    return new.but(
        since=_since(new, old, base),
        settled=None if new.settled is None else 0,
        gap=None if new.gap is None else 0,
        reason=new.reason if new.reason in MEANT else "",
        **dict.fromkeys(("going", "spent"), 0),
        **dict.fromkeys(("checkpoint", "message", "write"), ""),
        at=NOW,
    )


def _since(new: Stamp, old: Stamp | None, base: int) -> int:
    """A number that no other stay on the same step of the same attempt has."""
    if new.policy is None:
        return 0
    if old is None or old.policy is None or (old.id, old.attempt) != (new.id, new.attempt):
        return base + 1
    again = new.step < old.step or (new.step == old.step and new.since != old.since)
    return old.since + again


def _snapshot(product: Product, raw: Raw, facts: Facts, judged: Judged | None) -> Snapshot:
    route = trafficsplit.read(raw)
    memory = remembered(route)
    plain = Snapshot(
        now=NOW,
        unit=UNIT,
        route=route,
        requests=requests.read(route.annotations),
        stamp=memory.stamp,
        newer=memory.newer,
        lost=memory.lost,
        policy=POLICY,
        leaves=facts.leaves,
    )
    return _with_evidence(product, plain, judged) if judged else plain


def _with_evidence(product: Product, plain: Snapshot, judged: Judged) -> Snapshot:
    """As `daemon.folds` finds it: by what it is about."""
    if judged.outcome == AWAY:
        return replace(plain, source_away="away", away_for=NOW)
    stamp = plain.stamp
    if stamp is None or not product.about(judged, stamp):
        return plain
    evidence = evidence_of(stamp.policy or POLICY, stamp.step, stamp.since)
    if judged.outcome == BLIND:
        return replace(plain, evidence=evidence, verdict=verdict(Outcome.HOLD), unknown_for=NOW)
    return replace(plain, evidence=evidence, verdict=verdict(Outcome(judged.outcome)))


@cache
def evidence_of(policy: Policy, step: int, since: int) -> Evidence:
    """One interval was folded."""
    stamp = Stamp(
        uid=UID,
        id=ID,
        stable=STABLE,
        canary=CANARY,
        phase=Phase.PROGRESSING,
        step=step,
        total=TOTAL,
        policy=policy,
    )
    return boundary(stamp, UNIT).feed(Interval(since, ()), settled=True)


@cache
def verdict(outcome: Outcome) -> Verdict:
    reason = "WithinMargin" if outcome is Outcome.ADVANCE else str(outcome)
    return Verdict(outcome, reason, "")
