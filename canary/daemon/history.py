"""
The hour before a start, asked for once: how fast stable is, how bursty its failures are, and whether counts can be trusted.

Asked last, when everything else lets the rollout begin, on a thread that nothing but starts waits for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from canary.daemon.asking import leaves
from canary.errors import CanaryError
from canary.evidence import Interval
from canary.metrics.source import Leaves, Source
from canary.rollout.boundary import PROVISIONAL
from canary.rollout.bounds import asks_for_latency, watched
from canary.rollout.past import Past
from canary.rollout.policy import Policy
from canary.rollout.stamp import Stamp

SPANS = (720, 120, 12)
"""
Intervals: an hour, ten minutes and one minute at 5 s, the next one where the source could not answer in time.

720 is the half-life of what is learned of bursts, so more would hardly count. Who cannot answer for twelve is away.
"""


class History:
    """Reads what is told before a start; safe for any number of threads."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def read(self, namespace: str, stamp: Stamp, now: int) -> Past:
        """
        All there is to know before the rollout of `stamp` begins.

        Args:
            stamp: as it would begin; its bounds are not chosen yet.
            now: the last interval that is over.
        """
        asked = leaves(namespace, stamp.but(bounds={}))
        try:
            doubt = self._source.doubts(asked)
            if doubt or stamp.policy is None:
                return Past(doubt=doubt)
            bounds = watched(stamp.policy.gates, self._tails(asked, stamp.policy))
            intervals = self._before(replace(asked, bounds=tuple(bounds)), now - PROVISIONAL)
        except CanaryError as error:
            return Past(away=str(error))
        return Past(bounds=bounds, intervals=intervals)

    def _tails(self, asked: Leaves, policy: Policy) -> Mapping[float, float]:
        """{} as well where only this question is too dear: there are bounds for those about whom nothing is known."""
        if not asks_for_latency(policy.gates):
            return {}
        try:
            return self._source.tails(asked)
        except CanaryError:
            return {}

    def _before(self, asked: Leaves, last: int) -> Sequence[Interval]:
        for span in SPANS[:-1]:
            try:
                return self._source.increments((asked,), last - span + 1, last)[asked]
            except CanaryError:
                continue
        return self._source.increments((asked,), last - SPANS[-1] + 1, last)[asked]
