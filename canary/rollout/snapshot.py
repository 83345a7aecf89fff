"""All that one tick knows, and what it decided. Same snapshot, same decision."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from canary.evidence import Evidence, Verdict
from canary.rollout.past import Past
from canary.rollout.policy import Policy
from canary.rollout.reading import Reading
from canary.rollout.record.recalled import Recalled
from canary.rollout.requests import Request, Requests
from canary.rollout.stamp import Head, Pin, Stamp
from canary.routes.route import Route
from canary.terms import Phase, Word


@dataclass(frozen=True, slots=True)
class Workload:
    """
    A workload behind a leaf Service.

    Attributes:
        pin: which one, at which revision; its revision is only to be believed where `observed`.
        observed: its controller has seen its newest generation.
    """

    pin: Pin
    observed: bool = True


@dataclass(frozen=True, slots=True)
class Leaf:
    """
    What stands behind one backend.

    Attributes:
        exists: the Service exists.
        ready: its ready endpoints.
        workloads: what its selector matches.
    """

    exists: bool = True
    ready: int = 0
    workloads: tuple[Workload, ...] = ()

    @property
    def workload(self) -> Workload | None:
        """The one workload behind it; None where there are none or several."""
        return self.workloads[0] if len(self.workloads) == 1 else None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    Attributes:
        now: index of the last interval that is over; the current one is `now + 1`.
        unit: how long an interval is.
        route, requests: the route and what its annotations ask for.
        stamp: what we remember; None if nothing, or nothing readable.
        newer: the head of a stamp that a newer version wrote.
        lost: a sentence, if there is a stamp but it cannot be used.
        recalled: what the records of the route say; asked only where there is no stamp that can be used.
        policy: the policy the route names, if it is there and valid.
        policy_problem: a sentence, if not.
        leaves: what stands behind each backend.
        evidence: all intervals of this step, folded; None until it has been read up to now.
        verdict: what the evidence says, provisional intervals included.
        unknown_for: for how many intervals in a row the source answered, but nothing about this rollout.
        source_away: a sentence, while the metrics source as a whole does not answer.
        away_for: for how many intervals it has not.
        past: what the source told about the time before a start; asked for when everything else lets it begin.
        strangers: client workloads that were seen not to follow the weights.
        following_for: for how many intervals in a row none was.
        missing: requests that were due to the canary and that it did not get, after it had some; 0 = it gets its share.
        metrics: what was read for the metric gates of this step, by their names.
        mesh: a sentence about why the mesh was not seen to follow the weights; "" = it was.
        conflicts: sentences about others who claim this route or its apex.
        shut: a sentence about until when nothing may start or advance, since no window is open; "" = it may.
    """

    now: int
    unit: timedelta
    route: Route
    requests: Requests
    stamp: Stamp | None = None
    newer: Head | None = None
    lost: str = ""
    recalled: Recalled | None = None
    policy: Policy | None = None
    policy_problem: str = ""
    leaves: Mapping[str, Leaf] = field(default_factory=dict)
    evidence: Evidence | None = None
    verdict: Verdict | None = None
    unknown_for: int = 0
    source_away: str = ""
    away_for: int = 0
    past: Past | None = None
    strangers: tuple[str, ...] = ()
    following_for: int = 0
    missing: float = 0.0
    metrics: Mapping[str, Reading] = field(default_factory=dict)
    mesh: str = ""
    conflicts: tuple[str, ...] = ()
    shut: str = ""

    @property
    def running(self) -> Stamp | None:
        """The stamp, if its attempt has not ended."""
        return self.stamp if self.stamp and self.stamp.running else None

    @property
    def on_trial(self) -> Stamp | None:
        """The stamp, if its canary is on a rung (at 0 only for a gap in its readiness)."""
        return self.running if self.running and self.running.phase is not Phase.WAITING else None

    @property
    def blind(self) -> bool:
        """The source answers, but nothing is known about this rollout in its newest final interval."""
        return self.unknown_for > 0 or (self.evidence is not None and self.evidence.unknown > 0)

    @property
    def services(self) -> tuple[str, ...]:
        """All backends of the route."""
        return tuple(backend.service for backend in self.route.backends)

    def leaf(self, service: str) -> Leaf:
        """What stands behind `service`; nothing, if it is unknown."""
        return self.leaves.get(service) or Leaf(exists=False)

    def asked(self, word: Word) -> Request | None:
        """The request for `word`, if it is about the stamped attempt and was not acted on yet."""
        request, stamp = self.requests.get(word), self.stamp
        if request is None or stamp is None or not request.names(stamp.id, stamp.attempt):
            return None
        return None if stamp.acks.get(word) == request.hash else request

    def intervals(self, duration: timedelta) -> int:
        """How many intervals cover `duration`."""
        return math.ceil(duration / self.unit)

    def since(self, index: int) -> int:
        """Intervals since `index`; a clock that went back counts as 0."""
        return max(0, self.now - index)


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What to do about one route.

    Attributes:
        reason, message: one public word, and the sentence that explains it.
        weights: what all backends should weigh; None = leave them.
        stamp: what should be remembered; None = leave it.
        page: a person should look at it now.
        rule: the rule that answered.
    """

    reason: str
    message: str
    weights: Mapping[str, int] | None = None
    stamp: Stamp | None = None
    page: bool = False
    rule: str = ""

    def changes(self, seen: Snapshot) -> bool:
        """Whether carrying it out would change what was observed; if not, nothing is written."""
        if self.weights is not None and dict(self.weights) != seen.route.weights:
            return True
        return self.stamp is not None and (seen.stamp is None or not self.stamp.says_the_same(seen.stamp))
