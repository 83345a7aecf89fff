"""How long responses take: lognormal, seen as Linkerd shows it, as counts above the bounds of a histogram."""

from dataclasses import dataclass
from math import erfc, exp, log, sqrt

import numpy as np

from canary.evidence.bounds import choose
from canary.rollout.bounds import HISTOGRAM
from tests.evidence.simulation.causes import Counts, Layout, Parts

MEDIAN, SIGMA = 20.0, 1.0
"""Of a healthy version, in ms and of the natural logarithm: p95 is 104 ms, p99 205 ms."""


def tail(bound: float) -> float:
    """The part of a healthy version's responses that is slower than this."""
    return _beyond((log(bound / MEDIAN)) / SIGMA)


def _beyond(deviations: float) -> float:
    return 0.5 * erfc(deviations / sqrt(2))


TAILS = {bound: tail(bound) for bound in HISTOGRAM}

CHOSEN = choose(TAILS)
"""Bounds in ms, as the product chooses them for such a service."""

STAYS = 0.8
"""Part of the noise of one interval that is still there in the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """
    Attributes:
        noise: standard deviation of the logarithm from interval to interval (AR(1)), of each version for itself.
        endpoint_noise, shared_noise: the same, of each endpoint for itself, and of all together.
        times: how many times slower the canary is,
        part: for this part of its requests,
        between: from when to when, seconds from the start of the rollout.
        bounds: of the histogram, in ms, at which the gates look.
    """

    noise: float = 0.0
    endpoint_noise: float = 0.0
    shared_noise: float = 0.0
    times: float = 1.0
    part: float = 1.0
    between: tuple[float, float] = (0.0, 1e9)
    bounds: tuple[float, ...] = CHOSEN

    def slow(self, draw: np.random.Generator, requests: Counts, layout: Layout) -> Counts:
        """Of the requests of each endpoint and interval, those above each bound: the last dimension."""
        canary = layout.canary
        shift = self._shift(draw, requests.shape, canary)
        above = self._above(shift)
        slower = layout.during(self.between, requests.shape[1])
        worse = (1 - self.part) * above[:canary] + self.part * self._above(shift[:canary] + log(self.times))
        above[:canary] = np.where(slower[:, None], worse, above[:canary])
        return _descending(draw, requests, above)

    def _shift(self, draw: np.random.Generator, shape: tuple[int, ...], canary: int) -> Parts:
        rows, columns = shape
        shift = self.shared_noise * _wandering(draw, 1, columns)
        versions = self.noise * _wandering(draw, 2, columns)
        shift = shift + np.repeat(versions, (canary, rows - canary), axis=0)
        return shift + self.endpoint_noise * _wandering(draw, rows, columns)

    def _above(self, shift: Parts) -> Parts:
        """P(latency > bound) where the logarithm is shifted; the bounds are the last dimension."""
        away = (np.log(np.array(self.bounds) / MEDIAN) - shift[..., None]) / SIGMA
        values, places = np.unique(away, return_inverse=True)
        tails = np.array([_beyond(value) for value in values.tolist()])
        return tails[places].reshape(away.shape)


def _wandering(draw: np.random.Generator, rows: int, columns: int) -> Parts:
    """AR(1) with standard deviation 1, from its stationary law."""
    steps = sqrt(1 - STAYS**2) * draw.standard_normal((columns, rows))
    now, path = draw.standard_normal(rows), np.empty((columns, rows))
    for column in range(columns):
        now = STAYS * now + steps[column]
        path[column] = now
    return path.T


def _descending(draw: np.random.Generator, requests: Counts, above: Parts) -> Counts:
    """Those above a bound are some of those above the bound before it."""
    slow = np.empty(above.shape, dtype=np.int64)
    left, part = requests, np.ones_like(above[..., 0])
    for bound in range(above.shape[-1]):
        left = draw.binomial(left, np.minimum(1.0, above[..., bound] / part))
        slow[..., bound], part = left, np.maximum(above[..., bound], exp(-700))
    return slow
