"""
What `canary history -o json` prints, and where it comes from: the records of a route, and its stamp.

Records are written behind everything else, so the stamp may know of an attempt that has none yet.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from canary.cli.shell.world import Server
from canary.cli.work.report import Name, named
from canary.cli.work.route import Seen, look
from canary.cli.work.session import Session
from canary.cluster import records
from canary.errors import Missing, Stalled, Unavailable
from canary.rollout.model import Frozen
from canary.rollout.record import Entry, Record
from canary.rollout.stamp import Stamp
from canary.terms import Phase


class Attempt(Frozen):
    """
    Attributes:
        record: name of the CanaryRollout object; "" where only the stamp knows.
        phase: null where a record was opened and nothing told yet.
        requested_by, because: who asked for it and why, as far as it is told.
        began_at: when the record was made; null where there is none.
        changed_at: when it last changed.
        decisions: the newest, oldest of them first; a stamp has none.
    """

    record: str = ""
    id: str
    attempt: int
    phase: Phase | None
    step: int = 0
    steps: int = 0
    policy: str = ""
    stable: str = ""
    canary: str = ""
    requested_by: str = ""
    because: str = ""
    reason: str = ""
    message: str = ""
    began_at: datetime | None = None
    changed_at: datetime | None = None
    decisions: tuple[Entry, ...] = ()


class RolloutHistory(Frozen):
    """
    Attributes:
        recorded: whether there are records; if not, `problem` says why, and all there is comes from the stamp.
        attempts: newest first.
    """

    api_version: Literal["canary.delivery/v1alpha1"] = "canary.delivery/v1alpha1"
    kind: Literal["RolloutHistory"] = "RolloutHistory"
    route: Name
    recorded: bool
    problem: str = ""
    attempts: tuple[Attempt, ...]


def history(session: Session, id: str) -> RolloutHistory:  # noqa: A002 - the interface's own word
    """
    All attempts on a route, or those of one rollout.

    Raises:
        Missing: there is no such route, and no record of one.
    """
    place = session.place
    recorded, problem = _recorded(session.server, place.namespace, place.name)
    found, gone = _route(session)
    if gone and not recorded:
        raise gone
    apart = Name(kind=place.kind.kind.kind, namespace=place.namespace, name=place.name, apex="")
    attempts = [*_of_stamp(found, recorded), *map(_of_record, reversed(recorded))]
    return RolloutHistory(
        route=named(found.route) if found else apart,
        recorded=not problem,
        problem=problem,
        attempts=tuple(one for one in attempts if id in ("", one.id)),
    )


def entries(session: Session, stamp: Stamp) -> tuple[Entry, ...]:
    """What was recorded of the decisions about an attempt, oldest first; () where there is no record."""
    found, _ = _recorded(session.server, session.place.namespace, session.place.name)
    own = (record for record in found if _is_of(record, stamp) and record.status)
    return next((record.status.decisions for record in own if record.status), ())


def _recorded(server: Server, namespace: str, name: str) -> tuple[tuple[Record, ...], str]:
    try:
        return records.listed(server, namespace, name), ""
    except Missing:
        return (), "the cluster keeps no records: deploy/base/crd.yaml is not installed there"
    except (Stalled, Unavailable) as error:
        return (), f"the records cannot be read: {error}"


def _route(session: Session) -> tuple[Seen | None, Missing | None]:
    try:
        return look(session.server, session.place), None
    except Missing as error:
        return None, error


def _of_stamp(found: Seen | None, recorded: tuple[Record, ...]) -> Iterator[Attempt]:
    stamp = found.stamp if found else None
    if found is None or stamp is None or any(_is_of(record, stamp) for record in recorded):
        return
    yield Attempt(
        id=stamp.id,
        attempt=stamp.attempt,
        phase=stamp.phase,
        step=stamp.step,
        steps=len(stamp.policy.rungs) if stamp.policy else 0,
        policy=stamp.policy.name if stamp.policy else "",
        stable=stamp.stable,
        canary=stamp.canary,
        reason=stamp.reason,
        message=stamp.message,
        changed_at=found.changed_at,
    )


def _is_of(record: Record, stamp: Stamp) -> bool:
    spec = record.spec
    return (spec.route.uid, spec.id, spec.attempt) == (stamp.uid, stamp.id, stamp.attempt)


def _of_record(record: Record) -> Attempt:
    spec, status = record.spec, record.status
    about = {
        "record": record.name,
        "id": spec.id,
        "attempt": spec.attempt,
        "policy": spec.policy,
        "stable": spec.stable,
        "canary": spec.canary,
        "requested_by": spec.requested_by,
        "because": spec.reason,
        "began_at": record.created,
    }
    if status is None:
        return Attempt.model_validate({**about, "phase": None})
    became = {
        "phase": status.phase,
        "step": status.step,
        "steps": status.steps,
        "reason": status.reason,
        "message": status.message,
        "decisions": status.decisions,
        "changed_at": status.decisions[-1].time if status.decisions else None,
    }
    return Attempt.model_validate(about | became)
