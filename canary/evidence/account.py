"""What one gate has made of the intervals so far: bets, totals, burstiness, the last minute."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from canary.evidence.betting import BAD_GRID, GOOD_GRID, Bet, Purse, Row, grow
from canary.evidence.confidence import Confidence
from canary.evidence.dispersion import Block, Dispersion
from canary.evidence.gates import Gate
from canary.evidence.increments import Arm, Interval
from canary.evidence.recent import Lately

FRESH = (1 / len(GOOD_GRID),) * len(GOOD_GRID)
"""Evidence to advance at the beginning of a step: 1, spread evenly."""


@dataclass(frozen=True, slots=True)
class Tally:
    """
    Sums over the intervals in which the gate had a say, for the rule of least counts and for the sentence.

    Attributes:
        expected: bad canary responses, had the canary failed as often as stable did for the same callers.
        bad_intervals: intervals with a bad canary response.
    """

    requests: float = 0.0
    bad: float = 0.0
    stable_requests: float = 0.0
    stable_bad: float = 0.0
    expected: float = 0.0
    bad_intervals: int = 0

    def add(self, rows: Sequence[Row]) -> "Tally":
        """One more interval."""
        requests, bad, stable_requests, stable_bad = together(rows)
        return Tally(
            self.requests + requests,
            self.bad + bad,
            self.stable_requests + stable_requests,
            self.stable_bad + stable_bad,
            self.expected + (as_often_as_stable(rows) if stable_bad else 0.0),
            self.bad_intervals + (bad > 0),
        )


def together(rows: Sequence[Row]) -> Row:
    """All client workloads as one."""
    if len(rows) == 1:
        return rows[0]
    requests, bad, stable_requests, stable_bad = 0.0, 0.0, 0.0, 0.0
    for row in rows:
        requests += row[0]
        bad += row[1]
        stable_requests += row[2]
        stable_bad += row[3]
    return requests, bad, stable_requests, stable_bad


def as_often_as_stable(rows: Sequence[Row]) -> float:
    """Bad canary responses, had it failed each caller as often as stable did."""
    return sum([row[0] * row[3] / row[2] for row in rows if row[2]])


@dataclass(frozen=True, slots=True)
class Account:
    """
    One gate's books.

    Attributes:
        against: bets that the canary is worse than tolerated.
        towards: bets that it is better than what may advance; only a relative gate places them.
        purse: money and wealth of `against`.
        advance: wealth of `towards`, of this step only.
        lately: kept by absolute gates only.
    """

    gate: Gate
    against: Bet
    towards: Bet
    purse: Purse
    advance: tuple[float, ...]
    tally: Tally
    dispersion: Dispersion
    lately: Lately

    @classmethod
    def open(cls, gate: Gate, allowance: float) -> "Account":
        """Nothing seen yet; `allowance` is what the risk budget of the first step tolerates."""
        bets = against(gate), towards(gate, allowance)
        return cls(gate, *bets, Purse(), FRESH, Tally(), Dispersion(), Lately())

    @property
    def relative(self) -> bool:
        """It compares with stable, and must be passed to advance."""
        return self.gate.ratio > 0

    @property
    def share(self) -> float:
        """Its part of the evidence against the canary (Vovk & Wang 2021: an average holds under any dependence)."""
        return self.gate.weight * self.purse.evidence

    @property
    def confidence(self) -> float:
        """How many to one this step's data speak for the canary being within the advance margin."""
        return sum(self.advance)

    @property
    def missed_now(self) -> bool:
        """The canary misses an absolute margin over the last minute, whoever is to blame."""
        return not self.relative and self.lately.canary.misses(self.gate.margin)

    @property
    def stable_misses(self) -> bool:
        """So does stable: a shared failure."""
        return not self.relative and self.lately.stable.misses(self.gate.margin)

    def new_step(self, allowance: float, confidence: Confidence) -> "Account":
        """Weights changed: a part of the purse is bet on "bad from here on"; advancing must be earned again."""
        purse = self.purse.release(confidence.step_share)
        bets = self.against, towards(self.gate, allowance)
        return Account(self.gate, *bets, purse, FRESH, self.tally, self.dispersion, self.lately)

    def feed(self, interval: Interval, settled: bool, confidence: Confidence) -> "Account":
        """One known interval: bet with the burstiness of earlier ones, then learn."""
        rows = self._rows(interval)
        whole = together(rows)
        lately = self.lately if self.relative else self.lately.add(whole)
        purse, advance, tally = self.purse, self.advance, self.tally
        judged = () if self._shared(whole, lately) else self._judged(rows)
        if judged:
            dispersion = self.dispersion.factor(confidence.paired_limit)
            purse = self._bet(judged, dispersion, confidence)
            advance = self._earn(judged, dispersion, confidence.cap) if settled else advance
            tally = tally.add(judged)
        learned = self.dispersion.learn(whole[2:], self._halves(interval.halves))
        return Account(self.gate, self.against, self.towards, purse, advance, tally, learned, lately)

    def _rows(self, interval: Interval) -> list[Row]:
        counts = self.gate.counts
        return [counts(stratum.canary) + counts(stratum.stable) for stratum in interval.strata or ()]

    def _halves(self, halves: tuple[Arm, Arm] | None) -> Block | None:
        return None if halves is None else self.gate.counts(halves[0]) + self.gate.counts(halves[1])

    def _judged(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Callers that used the canary, and stable too where the gate compares."""
        relative = self.relative
        return [row for row in rows if row[0] > 0 and (row[2] > 0 or not relative)]

    def _shared(self, whole: Row, lately: Lately) -> bool:
        """Stable misses an absolute margin as well, now or over the last minute; the canary cannot bring that about."""
        if self.relative:
            return False
        margin = self.gate.margin
        return whole[3] > margin * whole[2] or lately.stable.misses(margin)

    def _bet(self, rows: Sequence[Row], dispersion: float, confidence: Confidence) -> Purse:
        share = confidence.interval_share if self.purse.started else confidence.start_share
        return self.purse.bet(share, self.against.log_factors(rows, dispersion, confidence.cap))

    def _earn(self, rows: Sequence[Row], dispersion: float, cap: float) -> tuple[float, ...]:
        if not self.relative:
            return self.advance
        return grow(self.advance, 0.0, self.towards.log_factors(rows, dispersion, cap))


def against(gate: Gate) -> Bet:
    """No rate exceeds 1, so against an absolute margin no k above 1 / margin makes sense."""
    most = 1 / gate.margin if gate.margin and not gate.ratio else math.inf
    grid = tuple(min(k, most) for k in BAD_GRID)
    return Bet(grid, gate.ratio, gate.margin)


def towards(gate: Gate, allowance: float) -> Bet:
    """The advance margin is as wide as the risk budget of the next share permits."""
    return Bet(GOOD_GRID, gate.advance_ratio, max(gate.advance_margin, allowance))
