"""
The one way commands write: read, decide, one conditional patch. Whoever wrote in between makes us decide again.

An answer that was lost is resolved by reading: what we wanted is there, or the write is tried again. Trying again is
safe, since both tries are for the same version and only one of them can succeed.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from canary.cli.work.route import Seen, look, seen
from canary.cli.work.session import Session
from canary.cluster.patch import RoutePatch
from canary.errors import Conflict, Unavailable
from canary.terms import CLI_MANAGER

TRIES = 6
PATIENCE_SECONDS = 10.0
"""After which no other try begins, where each takes long to fail."""

AGAIN_SECONDS = 0.2
"""Pause after a lost answer; after a conflict there is none."""


@dataclass(frozen=True, slots=True)
class Change:
    """
    What to write.

    Attributes:
        annotations: whole keys; None removes one.
        weights: of all backends; None leaves them.
    """

    annotations: Mapping[str, str | None]
    weights: Mapping[str, int] | None = None

    def stored_in(self, route: Seen) -> bool:
        """Whether the route says all of it."""
        found = route.route.annotations
        said = all(found.get(key) == value for key, value in self.annotations.items())
        return said and self.weights in (None, route.route.weights)


Decide = Callable[[Seen], Change | None]
"""What to write to the route as it is; None: nothing. Raises what speaks against it."""


def write(session: Session, decide: Decide) -> Seen:
    """
    The route as it is stored afterwards.

    Raises:
        Conflict: somebody else wrote before us, every time.
        Unavailable: no answer, and reading did not tell either.
    """
    unclear: list[Change] = []
    gives_up = session.clock.monotonic() + PATIENCE_SECONDS
    for left in reversed(range(TRIES)):
        try:
            return _try(session, decide, unclear)
        except (Conflict, Unavailable) as error:
            if not left or session.clock.monotonic() >= gives_up:
                raise
            if isinstance(error, Unavailable):
                session.clock.wait(threading.Event(), AGAIN_SECONDS)
    raise AssertionError("the last try returns or raises")


def _try(session: Session, decide: Decide, unclear: list[Change]) -> Seen:
    found = look(session.server, session.place)
    if any(change.stored_in(found) for change in unclear):
        return found
    change = decide(found)
    if change is None:
        return found
    try:
        return seen(session.place, session.server.patch_route(patch(found, change)))
    except Unavailable:
        unclear.append(change)
        raise


def patch(found: Seen, change: Change) -> RoutePatch:
    """A write for the very version that was read."""
    route, kind = found.route, found.place.kind
    return RoutePatch(
        kind=kind.kind,
        namespace=route.namespace,
        name=route.name,
        uid=route.uid,
        resource_version=route.version,
        body=kind.patch(route, change.weights, change.annotations),
        manager=CLI_MANAGER,
    )
