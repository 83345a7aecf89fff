"""The route a command is about: how its kind is read and written, and what is remembered on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from canary.cli.shell.target import Target
from canary.cli.shell.world import Server
from canary.cluster.kinds import TRAFFIC_SPLITS, Kind
from canary.cluster.objects import Raw, metadata
from canary.rollout import requests
from canary.rollout.memory import remembered
from canary.rollout.requests import Requests, digest
from canary.rollout.stamp import Head, Stamp
from canary.routes import trafficsplit
from canary.routes.metadata import written_at
from canary.routes.route import Route
from canary.terms import DAEMON_MANAGER, Phase, Word

Patch = Callable[[Route, Mapping[str, int] | None, Mapping[str, str | None]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RouteKind:
    """
    A kind of route.

    Attributes:
        kind: as the API server knows it.
        read, patch: from its module in `canary.routes`.
    """

    kind: Kind
    read: Callable[[Raw], Route]
    patch: Patch


KINDS = {"split": RouteKind(TRAFFIC_SPLITS, trafficsplit.read, trafficsplit.patch)}


AFTER_THE_END = {
    Phase.PROMOTED: (Word.RESUME, Word.UNDO),
    Phase.ROLLED_BACK: (Word.RETRY,),
    Phase.ABORTED: (Word.RETRY,),
    Phase.SUPERSEDED: (Word.RETRY,),
}
"""What may still be asked of an attempt that has ended."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a route is."""

    kind: RouteKind
    namespace: str
    name: str

    @classmethod
    def of(cls, target: Target, server: Server) -> "Place":
        return cls(KINDS[target.kind], target.access.namespace or server.namespace, target.name)

    def command(self, verb: str, *more: str) -> str:
        """A command about this route, for a hint."""
        return " ".join(("canary", verb, self.name, "-n", self.namespace, *more))

    def annotate(self, word: Word, value: str) -> str:
        """The command that sets an annotation by hand."""
        return f"kubectl annotate {self.kind.kind.resource} {self.name} -n {self.namespace} {word.key}={value} --overwrite"


@dataclass(frozen=True, slots=True)
class Seen:
    """
    A route as it is stored.

    Attributes:
        stamp: what is remembered on it; None if nothing, or nothing that this program can use.
        newer: the head of a stamp that a newer version wrote.
        lost: a sentence, if there is a stamp but it cannot be used.
        changed_at: when the daemon last wrote to it; None where nobody knows.
    """

    place: Place
    route: Route
    requests: Requests
    stamp: Stamp | None = None
    newer: Head | None = None
    lost: str = ""
    changed_at: datetime | None = None

    @property
    def running(self) -> Stamp | None:
        """The stamp, if its attempt has not ended."""
        return self.stamp if self.stamp and self.stamp.running else None

    @property
    def wish(self) -> str:
        """The id that is asked for and was not picked up yet, or was rejected and is judged anew; else ""."""
        asked, stamp = self.requests.rollout, self.stamp
        if not asked or (self.newer and self.newer.id == asked):
            return ""
        if stamp and stamp.id == asked:
            return asked if stamp.phase is Phase.REJECTED and stamp.reason != "StampLost" else ""
        return "" if self.knows(asked) else asked

    def knows(self, id: str) -> bool:  # noqa: A002 - the interface's own word
        """Whether that id was stamped here before."""
        return bool(self.stamp and (self.stamp.id == id or digest(id) in self.stamp.seen))

    def pending(self, word: Word) -> str:
        """The value of a request that names the stamped attempt, may do something, and was not acted on yet; else ""."""
        request, stamp = self.requests.get(word), self.stamp
        if request is None or stamp is None or not request.names(stamp.id, stamp.attempt):
            return ""
        listened_to = stamp.running or word in AFTER_THE_END.get(stamp.phase, ())
        return request.value if listened_to and stamp.acks.get(word) != request.hash else ""


def look(server: Server, place: Place) -> Seen:
    """
    Read the route, fresh.

    Raises:
        Missing, Stalled, Unavailable: as `Cluster.get`.
        Invalid: it is no route at all.
    """
    return seen(place, server.get(place.kind.kind, place.namespace, place.name))


def seen(place: Place, raw: Raw) -> Seen:
    """The route in an object."""
    route = place.kind.read(raw)
    asked = requests.read(route.annotations)
    memory = remembered(route)
    changed_at = written_at(metadata(raw), DAEMON_MANAGER)
    return Seen(place, route, asked, memory.stamp, memory.newer, memory.lost, changed_at)
