"""
The invariants over every version that we write, for versions that no server ever stored.

They are those of `tests/e2e/invariants.py`, with what pure walks meet and the servers' tests do not: a rejected start
is judged again, a rollout that waits keeps the share it found, and after a promotion a share nobody answers goes home.
"""

from collections.abc import Sequence

from canary.rollout.stamp import Stamp
from canary.routes.route import Route
from canary.terms import Phase, Word
from tests.e2e import invariants as stored
from tests.e2e.history import Version
from tests.e2e.invariants import Change, Invariant


def an_end_stays(change: Change) -> str | None:
    rejected = change.memory.over.get(change.attempt) == Phase.REJECTED
    return None if rejected else stored.an_end_stays(change)


def shares_stand_on_rungs(change: Change) -> str | None:
    off_the_ladder = change.new.get("phase") in (Phase.WAITING, Phase.PROMOTED)
    return None if off_the_ladder else stored.shares_stand_on_rungs(change)


OWN: tuple[Invariant, ...] = (an_end_stays, shares_stand_on_rungs)
INVARIANTS = (
    *OWN,
    *(each for each in stored.INVARIANTS if each.__name__ not in [own.__name__ for own in OWN]),
)


def violations(versions: Sequence[Version]) -> list[str]:
    """One sentence for each invariant broken by each version."""
    return [
        f"version {change.after.number}: {check.__name__}: {sentence}"
        for change in stored.changes(versions)
        for check in INVARIANTS
        if (sentence := check(change))
    ]


def version(route: Route, stamp: Stamp | None, number: int, manager: str) -> Version:
    """As the server would have stored it."""
    annotations = {key: value for key, value in route.annotations.items() if key != Word.STATE.key}
    if stamp:
        annotations[Word.STATE.key] = stamp.render()
    meta = {
        "name": route.name,
        "uid": route.uid,
        "resourceVersion": str(number),
        "annotations": annotations,
    }
    backends = [{"service": service, "weight": weight} for service, weight in route.weights.items()]
    return Version({"metadata": meta, "spec": {"service": route.apex, "backends": backends}}, None, manager)
