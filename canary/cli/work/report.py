"""
What `-o json` prints: public for ever.

Fields are added, never renamed or removed; `tests/cli/test_public_json.py` lists them.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from canary.cli.work.ends import End
from canary.cli.work.route import Seen
from canary.rollout.ending import needs_person
from canary.rollout.model import Frozen
from canary.rollout.requests import ACTIONS
from canary.routes.route import Route
from canary.terms import Phase, Word


class Name(Frozen):
    """Which route. `apex` is the Service that clients call."""

    kind: str
    namespace: str
    name: str
    apex: str


class Backend(Frozen):
    """
    Attributes:
        weight: as stored; null where no weight can be read from it.
        share: its part of all traffic, 0-1; null where the weights do not say.
        role: `stable`, `canary` or "".
    """

    service: str
    weight: int | None
    share: float | None
    role: Literal["stable", "canary", ""]


class Rollout(Frozen):
    """
    The latest rollout, by the stamp on the route.

    Attributes:
        attempt, phase: null where a newer version of canary wrote the stamp.
        step, steps: which rung of how many; 0 before the first.
        share: the canary's part of traffic that goes with it, 0-1.
        ladder: that of every step.
        drifted_by: who wrote foreign weights; "" = nobody.
        needs_person: it goes on only after somebody did something.
        changed_at: when the daemon last wrote to the route, by the API server's own book-keeping; null if unknown.
    """

    id: str
    attempt: int | None = None
    phase: Phase | None = None
    step: int = 0
    steps: int = 0
    share: float = 0.0
    ladder: tuple[float, ...] = ()
    stable: str
    canary: str
    policy: str = ""
    paused: bool = False
    drifted_by: str = ""
    needs_person: bool = False
    reason: str = ""
    message: str = ""
    changed_at: datetime | None = None

    @property
    def name(self) -> str:
        """With its attempt, where that is known."""
        return f"{self.id}@{self.attempt}" if self.attempt else self.id


class Pending(Frozen):
    """Something asked for that nobody has acted on yet: the annotation's word and value."""

    word: Word
    value: str


class RolloutStatus(Frozen):
    """
    One route, its latest rollout, and what is asked of it.

    Attributes:
        policy, requested: what the route's annotations name; "" where they name nothing, or nothing readable.
        rollout: null where nothing was ever picked up.
        problems: sentences about what cannot be understood, or stands in the way.
        end: null, but in the last line of a wait.
    """

    api_version: Literal["canary.delivery/v1alpha1"] = "canary.delivery/v1alpha1"
    kind: Literal["RolloutStatus"] = "RolloutStatus"
    route: Name
    policy: str
    requested: str
    rollout: Rollout | None
    backends: tuple[Backend, ...]
    pending: tuple[Pending, ...]
    problems: tuple[str, ...]
    end: End | None = None

    def ended(self, end: End) -> "RolloutStatus":
        """The same with its end."""
        return self.model_copy(update={"end": end})


class RolloutList(Frozen):
    """The managed routes of a namespace or of the cluster."""

    api_version: Literal["canary.delivery/v1alpha1"] = "canary.delivery/v1alpha1"
    kind: Literal["RolloutList"] = "RolloutList"
    items: tuple[RolloutStatus, ...]


def report(found: Seen) -> RolloutStatus:
    """What there is to tell about a route."""
    route = found.route
    return RolloutStatus(
        route=named(route),
        policy=found.requests.policy,
        requested=found.requests.rollout,
        rollout=_rollout(found),
        backends=tuple(_backends(found)),
        pending=tuple(_pending(found)),
        problems=tuple(_problems(found)),
    )


def named(route: Route) -> Name:
    """Which route it is."""
    return Name(kind=route.kind, namespace=route.namespace, name=route.name, apex=route.apex)


def _rollout(found: Seen) -> Rollout | None:
    stamp, newer = found.stamp, found.newer
    if newer:
        return Rollout(id=newer.id, stable=newer.stable, canary=newer.canary)
    if stamp is None:
        return None
    return Rollout(
        id=stamp.id,
        attempt=stamp.attempt,
        phase=stamp.phase,
        step=stamp.step,
        steps=len(stamp.policy.rungs) if stamp.policy else 0,
        share=stamp.share,
        ladder=tuple(rung.share for rung in stamp.policy.rungs) if stamp.policy else (),
        stable=stamp.stable,
        canary=stamp.canary,
        policy=stamp.policy.name if stamp.policy else "",
        paused=stamp.paused,
        drifted_by=stamp.drifted,
        needs_person=needs_person(stamp),
        reason=stamp.reason,
        message=stamp.message,
        changed_at=found.changed_at,
    )


def _backends(found: Seen) -> Iterator[Backend]:
    head = found.stamp or found.newer
    for backend in found.route.backends:
        share = found.route.share(backend.service)
        yield Backend(
            service=backend.service,
            weight=backend.weight,
            share=None if share is None else round(share, 6),
            role=_role(backend.service, head.stable if head else "", head.canary if head else ""),
        )


def _role(service: str, stable: str, canary: str) -> Literal["stable", "canary", ""]:
    if service == stable:
        return "stable"
    return "canary" if service == canary else ""


def _pending(found: Seen) -> Iterator[Pending]:
    if found.wish and not (found.stamp and found.stamp.id == found.wish):
        yield Pending(word=Word.ROLLOUT, value=found.wish)
    for word in ACTIONS:
        if value := found.pending(word):
            yield Pending(word=word, value=value)


def _problems(found: Seen) -> Iterator[str]:
    if Word.POLICY.key not in found.route.annotations and not (found.running or found.newer):
        yield f"it has no annotation {Word.POLICY.key}, so it is not managed"
    if found.lost:
        yield found.lost
    if found.newer:
        yield f"a newer version of canary (stamp version {found.newer.v}) is at work here"
    if found.route.terminating:
        yield "the route is being deleted"
    yield from found.route.problems
    yield from found.requests.problems
