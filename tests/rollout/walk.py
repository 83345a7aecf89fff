"""A rollout walked through time without a cluster: facts change, decisions are carried out, versions are kept."""

from collections.abc import Mapping
from dataclasses import replace

from canary.evidence import Evidence, Interval, Verdict
from canary.rollout.rules import decide
from canary.rollout.snapshot import Leaf, Snapshot
from canary.rollout.stamp import Stamp
from canary.terms import DAEMON_MANAGER
from tests.e2e.history import Version
from tests.rollout.builders import BAKING, GO, UNIT, about, asked_again, reweighted, written
from tests.rollout.invariants import version

BAKE = 5
"""Intervals after settling, after which a healthy canary's evidence says go."""

MOST_WRITES = 8


class Walk:
    """
    Attributes:
        seen: what would be seen now.
        versions: all that was ever stored.
    """

    def __init__(self, start: Snapshot) -> None:
        self.seen = start
        self.versions: list[Version] = []
        self._keep("kubectl")

    @property
    def stamp(self) -> Stamp:
        assert self.seen.stamp is not None
        return self.seen.stamp

    @property
    def shares(self) -> list[int]:
        """Weights of the canary in all versions, repetitions left out."""
        weights = [list(each.weights.values())[1] for each in self.versions]
        return [weight for before, weight in zip([None, *weights], weights, strict=False) if weight != before]

    def tick(self, verdict: Verdict | None = GO, intervals: int = 1) -> None:
        """Time goes on, evidence is read, and what is decided is carried out."""
        now = self.seen.now + intervals
        self.seen = replace(self.seen, now=now, evidence=None, verdict=None)
        stamp = self.seen.on_trial
        if stamp and stamp.policy and verdict:
            evidence = Evidence.begin(stamp.policy.specs({}, UNIT), stamp.policy.confidence(), 0.5)
            ripe = stamp.settled is not None and now - stamp.settled >= BAKE
            self.seen = replace(
                self.seen,
                evidence=evidence.feed(Interval(now - 2, ()), settled=False),
                verdict=BAKING if verdict is GO and not ripe else verdict,
            )
        self.act()

    def act(self) -> None:
        """Carry out decisions until nothing changes."""
        for _ in range(MOST_WRITES):
            decision = decide(self.seen)
            if not decision.changes(self.seen):
                return
            self.seen = written(self.seen, decision)
            self._keep(DAEMON_MANAGER)
        raise AssertionError(f"still {decision.rule} after {MOST_WRITES} writes: {about(self.seen.stamp)}")

    def ask(self, words: Mapping[str, str | None]) -> None:
        """Somebody changes annotations."""
        self.seen = asked_again(self.seen, words)
        self._keep("kubectl")

    def move(self, weights: Mapping[str, object], manager: str = "kubectl-edit") -> None:
        """Somebody changes weights."""
        self.seen = reweighted(self.seen, weights, manager)
        self._keep(manager)

    def face(self, service: str, leaf: Leaf) -> None:
        """What stands behind a backend is another thing now."""
        self.seen = replace(self.seen, leaves={**self.seen.leaves, service: leaf})

    def _keep(self, manager: str) -> None:
        if manager == DAEMON_MANAGER and self.seen.stamp:
            marked = self.seen.stamp.but(write=f"{len(self.versions):08x}")
            self.seen = replace(self.seen, stamp=marked)
        self.versions.append(version(self.seen.route, self.seen.stamp, len(self.versions) + 1, manager))
