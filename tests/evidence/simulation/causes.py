"""
Why requests fail: each cause is a law that draws failures per endpoint and interval.

Rows are endpoints, columns are intervals. Times are seconds from the start of the rollout; what is before it is negative.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

UNIT = 5.0
"""Seconds in an interval."""

ALWAYS = (-1e9, 1e9)

Counts = npt.NDArray[np.int64]
Parts = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Layout:
    """
    Attributes:
        canary: the first so many rows are the canary's endpoints.
        history: the rollout starts after so many columns.
    """

    canary: int
    history: int

    def during(self, between: tuple[float, float], columns: int) -> npt.NDArray[np.bool_]:
        """For each column, whether it begins between the two moments."""
        begins = UNIT * (np.arange(columns) - self.history)
        return (begins >= between[0]) & (begins < between[1])


class Cause(Protocol):
    """A law of failures."""

    def failures(self, draw: np.random.Generator, requests: Counts, layout: Layout) -> Counts:
        """Of the requests, how many fail."""
        ...


@dataclass(frozen=True, slots=True)
class Independent:
    """Each request fails by itself with probability `rate`, between two moments."""

    rate: float
    between: tuple[float, float] = ALWAYS

    def failures(self, draw: np.random.Generator, requests: Counts, layout: Layout) -> Counts:
        rates = np.where(layout.during(self.between, requests.shape[1]), self.rate, 0.0)
        return draw.binomial(requests, rates)


@dataclass(frozen=True, slots=True)
class Hiccups:
    """
    Each endpoint for itself stops serving now and then, and fails every request meanwhile.

    Attributes:
        seconds: how long: exactly, or on average with an exponential law.
        exactly: which of the two.
        every: seconds between two, on average (a Poisson process, so beginnings have nothing to do with the grid).
    """

    seconds: float
    exactly: bool = True
    every: float = 1200.0

    def failures(self, draw: np.random.Generator, requests: Counts, layout: Layout) -> Counts:
        down = np.array([self._down(draw, requests.shape[1]) for _ in requests])
        return draw.binomial(requests, down)

    def _down(self, draw: np.random.Generator, intervals: int) -> Parts:
        """The part of each interval in which one endpoint is down."""
        edges = UNIT * np.arange(intervals + 1)
        early = 10 * self.seconds
        begins = draw.uniform(-early, edges[-1], draw.poisson((edges[-1] + early) / self.every))[:, None]
        seconds = np.full_like(begins, self.seconds)
        ends = begins + (seconds if self.exactly else draw.exponential(seconds))
        down: Parts = np.diff(np.clip(edges, begins, ends), axis=1).sum(axis=0) / UNIT
        return np.minimum(down, 1.0)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Failures come in clusters within an interval, of a geometric size; `rate` is the part of all requests that fail."""

    rate: float
    size: float

    def failures(self, draw: np.random.Generator, requests: Counts, layout: Layout) -> Counts:
        clusters = draw.poisson(requests * self.rate / self.size)
        beyond = draw.negative_binomial(np.maximum(clusters, 1), 1 / self.size)
        return np.minimum(requests, np.where(clusters, clusters + beyond, 0))


@dataclass(frozen=True, slots=True)
class Wavering:
    """
    The rate itself is drawn anew in each interval (beta-binomial), with mean `rate`.

    Attributes:
        correlation: of two requests of the same interval, 0-1.
        together: all endpoints of a version waver as one.
    """

    rate: float
    correlation: float
    together: bool = False

    def failures(self, draw: np.random.Generator, requests: Counts, layout: Layout) -> Counts:
        spread = 1 / self.correlation - 1
        rows, columns = requests.shape
        law = self.rate * spread, (1 - self.rate) * spread
        if self.together:
            rates = np.repeat(draw.beta(*law, (2, columns)), (layout.canary, rows - layout.canary), axis=0)
        else:
            rates = draw.beta(*law, (rows, columns))
        return draw.binomial(requests, rates)
