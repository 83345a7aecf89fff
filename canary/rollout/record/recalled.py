"""
What the records of a route say where its stamp is lost: how far we had got, with which canary.

This is the one use of records in a decision, and it only ever makes us more careful: traffic is taken from a canary
that was on trial or taken out, ids seen before stay seen, and the version that was replaced last stays known as old.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from canary.rollout.record.model import Record
from canary.rollout.record.naming import sealed
from canary.rollout.requests import digest
from canary.rollout.stamp import SEEN_LIMIT, Pin
from canary.terms import Phase

LOST = "StampLost"

LONGEST_PIN = 512
"""Characters: a name takes 253. A longer one was written by hand, and would make a stamp that no server stores."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """
    The part of a record that the daemon keeps of each.

    Attributes:
        name, created: of the object; `created` sorts as text.
        route: kind and name of the route.
        told: the mark of the last write it tells; "" before there is one.
        phase: None where it has no status yet.
        replaced: what was pinned behind stable.
        sealed: no hand has changed what it is about.
    """

    name: str
    created: str
    route: tuple[str, str]
    id: str
    attempt: int
    told: str
    phase: Phase | None
    reason: str
    stable: str
    canary: str
    replaced: Pin | None
    sealed: bool

    @property
    def running(self) -> bool:
        """No end of it was told."""
        return self.phase is None or not self.phase.ended

    @property
    def refused(self) -> bool:
        """It never began, so it is judged again whenever it is asked for."""
        return self.phase is Phase.REJECTED and self.reason != LOST


@dataclass(frozen=True, slots=True)
class Recalled:
    """
    Attributes:
        id, attempt: of the newest attempt that got anywhere.
        standing: where its record says it stood.
        stable, canary: between which backends; the canary is "" where nothing is to be taken from it.
        replaced: the revision that the newest promotion replaced.
        seen: digests of all ids, oldest first.
        lost: that attempt itself is what was told when a stamp was lost before.
        edited: a hand has changed the newest, so nothing of it is believed but that there was something.
    """

    id: str
    attempt: int
    standing: str
    stable: str
    canary: str
    replaced: Pin | None
    seen: tuple[str, ...]
    lost: bool = False
    edited: bool = False


def glimpse(record: Record) -> Glimpse:
    """What is kept of it."""
    spec, status = record.spec, record.status
    return Glimpse(
        name=record.name,
        created=record.created.isoformat() if record.created else "",
        route=(spec.route.kind, spec.route.name),
        id=spec.id,
        attempt=spec.attempt,
        told=status.decisions[-1].write if status and status.decisions else "",
        phase=status.phase if status else None,
        reason=status.reason if status else "",
        stable=spec.stable,
        canary=spec.canary,
        replaced=_stored(spec.revisions.get(spec.stable)),
        sealed=sealed(spec, status),
    )


def _stored(pin: Pin | None) -> Pin | None:
    """One that fits into a stamp: with it, weights are taken back, and that must not fail for what a hand wrote."""
    words = (pin.kind, pin.name, pin.uid, pin.revision) if pin else ()
    return pin if sum(map(len, words)) <= LONGEST_PIN else None


def by_age(glimpses: Sequence[Glimpse]) -> list[Glimpse]:
    """Oldest first; of one second, the attempt that still runs is the newest."""
    return sorted(glimpses, key=lambda one: (one.created, one.running, one.attempt, one.name))


def recall(glimpses: Sequence[Glimpse]) -> Recalled | None:
    """What all records of one route say together; None if they say nothing."""
    known = [one for one in by_age(glimpses) if not (one.sealed and one.refused)]
    if not known:
        return None
    newest, begun = known[-1], [one for one in known if one.sealed and one.stable]
    seen = tuple(dict.fromkeys(digest(one.id) for one in known))[-SEEN_LIMIT:]
    promotions = [one.replaced for one in begun if one.phase is Phase.PROMOTED]
    replaced = promotions[-1] if promotions else None
    if newest.sealed and begun:
        return _told_by(begun[-1], replaced, seen)
    return Recalled(newest.id, newest.attempt, "", "", "", replaced, seen, edited=not newest.sealed)


def _told_by(newest: Glimpse, replaced: Pin | None, seen: tuple[str, ...]) -> Recalled:
    promoted = newest.phase is Phase.PROMOTED
    return Recalled(
        id=newest.id,
        attempt=newest.attempt,
        standing=str(newest.phase or Phase.WAITING),
        stable=newest.canary if promoted else newest.stable,
        canary="" if promoted else newest.canary,
        replaced=replaced,
        seen=seen,
        lost=newest.phase is Phase.REJECTED,
    )
