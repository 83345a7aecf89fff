"""
What the daemon wrote down, computed again: from the stored stamps and from what Prometheus holds, without any daemon.

The source and the fold are the product's own. So this shows that live, after a crash and after an outage they were
given the same intervals, and in what way those were read makes no difference.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, pairwise

from canary.daemon.asking import leaves
from canary.daemon.history import SPANS
from canary.daemon.judged import identity
from canary.daemon.moves import on_a_rung
from canary.evidence import Evidence, Interval
from canary.metrics.connection import Connection
from canary.metrics.prometheus import Prometheus
from canary.metrics.source import Source, Timing
from canary.rollout.boundary import boundary
from canary.rollout.stamp import Stamp, read
from canary.terms import Word
from tests.e2e.world import NAMESPACE, SPLIT, World

SECOND = timedelta(seconds=1)
"""An interval, where the daemon is told of scrapes every second."""


def source_of(world: World, timing: Timing) -> Prometheus:
    """The product's source on the world's Prometheus."""
    return Prometheus(Connection(world.prometheus.url), timing)


def steps_of(world: World) -> list[Stamp]:
    """The newest stamp of each step that was stood on, in order: it knows from when on the mesh was seen to follow."""
    texts = (version.annotations.get(Word.STATE.key, "") for version in world.history.of(SPLIT))
    stamps = (stamp for stamp in map(read, texts) if isinstance(stamp, Stamp) and on_a_rung(stamp))
    return [list(alike)[-1] for _, alike in groupby(stamps, identity)]


@dataclass(frozen=True, slots=True)
class Rebuilder:
    """Reads again what a rollout was judged by, in intervals of a second."""

    source: Source

    def intervals(self, stamp: Stamp, last: int) -> Sequence[Interval]:
        """Those from the beginning of the stamp's step on."""
        asked = leaves(NAMESPACE, stamp)
        return self.source.increments((asked,), stamp.since, last)[asked]

    def written(self, stamp: Stamp) -> Evidence:
        """What the stamp's checkpoint holds."""
        return boundary(stamp, SECOND)

    def folded(self, stamp: Stamp, last: int) -> Evidence:
        """The evidence of a step after interval `last`."""
        evidence = self.written(stamp)
        for interval in self.intervals(stamp, last):
            settled = stamp.settled is not None and interval.index >= stamp.settled
            evidence = evidence.feed(interval, settled=settled)
        return evidence

    def start(self, stamp: Stamp) -> str:
        """The checkpoint at the start, by the time before."""
        policy, asked = stamp.policy, leaves(NAMESPACE, stamp)
        assert policy is not None
        last = self.written(stamp).through
        past = self.source.increments((asked,), last - SPANS[0] + 1, last)[asked]
        gates, next_share = policy.specs(stamp.bounds, SECOND), policy.next_share(stamp.step)
        return Evidence.begin(gates, policy.confidence(), next_share, past).checkpoint()

    def boundaries(self, steps: Sequence[Stamp]) -> Iterator[tuple[str, str]]:
        """The checkpoint at each boundary, as it is now computed and as it was stored."""
        for before, after in pairwise(steps):
            assert after.policy is not None
            next_share = after.policy.next_share(after.step)
            yield self.folded(before, after.since - 1).new_step(next_share).checkpoint(), after.checkpoint
