"""From a decision that was stored to what its record says. Everything but the list of decisions follows from the stamp."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from canary.rollout.record.conditions import conditions
from canary.rollout.record.counted import counted, digits, gates
from canary.rollout.record.model import (
    DECISIONS_LIMIT,
    Entry,
    Record,
    RouteRef,
    Spec,
    Status,
    Totals,
)
from canary.rollout.record.naming import seal, status_seal
from canary.rollout.requests import Requests
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Stamp
from canary.routes.route import Route
from canary.terms import DAEMON_MANAGER, Phase, Word


@dataclass(frozen=True, slots=True)
class News:
    """
    What there is to tell of one route.

    Attributes:
        stamp: as it was stored.
        asked: what the route asked for then.
        entry: the decision.
        totals: of the evidence, as far as it was known; its `decisions` means nothing.
    """

    route: Route
    stamp: Stamp
    asked: Requests
    entry: Entry
    totals: Totals


def told(seen: Snapshot, decision: Decision, stamp: Stamp, now: datetime) -> News:
    """A decision that was just stored, with `stamp`."""
    verdict, evidence = seen.verdict, seen.evidence
    entry = Entry(
        time=now,
        rule=decision.rule,
        verdict=verdict.outcome if verdict else "",
        odds=digits(verdict.evidence) if verdict else 1.0,
        **_standing(stamp),
        gates=gates(evidence) if evidence else (),
        weights_before=_known(seen.route.weights),
        weights_after=_known(decision.weights or seen.route.weights),
        actor=_actor(seen, stamp),
        write=stamp.write,
    )
    return News(seen.route, stamp, seen.requests, entry, counted(evidence) if evidence else Totals())


def rebuilt(route: Route, stamp: Stamp, asked: Requests, time: datetime) -> News:
    """What the stamp says by itself: whoever stored it did not come to tell it."""
    weights = _known(route.weights)
    entry = Entry(
        time=time, **_standing(stamp), weights_after=weights, actor=DAEMON_MANAGER, write=stamp.write
    )
    return News(route, stamp, asked, entry, Totals())


def spec(news: News, known: Spec | None) -> Spec:
    """
    What the attempt is about.

    Once it has ended, its backends stay as they were: a promotion makes stable of the canary in the stamp.
    """
    stamp, asked, route = news.stamp, news.asked, news.route
    if known is not None and stamp.phase is Phase.PROMOTED:
        return known
    stable, canary = (
        (stamp.canary, stamp.stable) if stamp.phase is Phase.PROMOTED else (stamp.stable, stamp.canary)
    )
    made = Spec(
        route=RouteRef(kind=route.kind, name=route.name, uid=route.uid),
        id=stamp.id,
        attempt=stamp.attempt,
        policy=stamp.policy.name if stamp.policy else asked.policy,
        stable=stable,
        canary=canary,
        revisions=stamp.pins or (known.revisions if known else {}),
        requested_by=known.requested_by if known else asked.user(Word.ROLLOUT, stamp.id),
        reason=known.reason if known else asked.reason,
    )
    return made.model_copy(update={"seal": seal(made)})


def status(record: Record, news: Iterable[News], now: datetime) -> Status | None:
    """The record's status with what is new, in order; None where it tells all of it already."""
    before = record.status
    decisions = before.decisions if before else ()
    known = {entry.write for entry in decisions}
    new = tuple(each for each in news if each.entry.write not in known)
    if not new:
        return None
    last = new[-1]
    stamp = last.stamp
    made = Status(
        observed_generation=record.generation,
        phase=stamp.phase,
        step=stamp.step,
        steps=len(stamp.policy.rungs) if stamp.policy else 0,
        share=f"{100 * canary_share(record.spec, last.entry.weights_after):.4g}%",
        weights=last.entry.weights_after,
        reason=stamp.reason,
        message=stamp.message,
        conditions=conditions(stamp, record.generation, before.conditions if before else (), now),
        decisions=(*decisions, *(each.entry for each in new))[-DECISIONS_LIMIT:],
        totals=_added(before.totals if before else Totals(), new),
    )
    return made.model_copy(update={"seal": status_seal(record.spec, made)})


def closed(record: Record, known: Status, by: News, now: datetime) -> Status:
    """The status of an attempt that was left for another one without an end of its own."""
    stamp = by.stamp.model_copy(
        update={
            "phase": Phase.SUPERSEDED,
            "message": f"attempt {by.stamp.attempt} of {by.stamp.id} took its place: {by.stamp.message}",
        }
    )
    made = known.model_copy(
        update={
            "phase": stamp.phase,
            "share": "0%",
            "weights": by.entry.weights_after,
            "reason": stamp.reason,
            "message": stamp.message,
            "conditions": conditions(stamp, record.generation, known.conditions, now),
            "observed_generation": record.generation,
        }
    )
    return made.model_copy(update={"seal": status_seal(record.spec, made)})


def canary_share(about: Spec, weights: Mapping[str, int]) -> float:
    """The part of the traffic that goes to the canary."""
    total = sum(weights.values())
    return weights.get(about.canary, 0) / total if total else 0.0


def _standing(stamp: Stamp) -> dict[str, object]:
    return {"phase": stamp.phase, "step": stamp.step, "reason": stamp.reason, "message": stamp.message}


def _added(before: Totals, new: tuple[News, ...]) -> Totals:
    """Evidence that was not read again yet, after a restart, takes nothing away."""
    every = (before, *(each.totals for each in new))
    return Totals(
        decisions=before.decisions + len(new),
        intervals=max(totals.intervals for totals in every),
        canary_requests=max(totals.canary_requests for totals in every),
        stable_requests=max(totals.stable_requests for totals in every),
    )


def _actor(seen: Snapshot, stamp: Stamp) -> str:
    """The user whom `requested-by` names for the very request that was acted on."""
    before, asked = seen.stamp, seen.requests
    if before is None or before.id != stamp.id:
        return asked.user(Word.ROLLOUT, stamp.id) or DAEMON_MANAGER
    acted = (asked.get(word) for word, value in stamp.acks.items() if before.acks.get(word) != value)
    users = (asked.user(one.word, one.value) for one in acted if one and stamp.acks[one.word] == one.hash)
    return next(filter(None, users), DAEMON_MANAGER)


def _known(weights: Mapping[str, int | None]) -> dict[str, int]:
    return {service: weight for service, weight in weights.items() if weight is not None}
