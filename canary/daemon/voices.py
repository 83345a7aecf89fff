"""Who is told what was decided and done. None of it decides anything, and nothing waits for it."""

from dataclasses import dataclass
from typing import Protocol

from canary.daemon.objects import Objects
from canary.daemon.shelf import Name
from canary.daemon.teller import Teller
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Stamp


class Writes(Protocol):
    """Keeps records of what was stored."""

    def stored(self, seen: Snapshot, decision: Decision, stamp: Stamp) -> None:
        """A decision about what was seen was stored, with this stamp."""

    def looked(self, seen: Snapshot, objects: Objects) -> None:
        """A route, as it is now."""

    def gone(self, name: Name) -> None:
        """The route is no more."""


@dataclass(frozen=True, slots=True)
class Voices:
    """
    Attributes:
        teller: log and metrics.
        scribe: records and Events.
    """

    teller: Teller
    scribe: Writes
