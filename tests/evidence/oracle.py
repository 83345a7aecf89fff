"""
The formulas of the evidence once more, as plainly as they can be written: every term by itself, state that changes.

What the product computes faster must be the same to 1e-9 (`test_oracle`), and this is the baseline that
`tests/bench/evidence.py` measures it against.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from canary.evidence import Arm, Confidence, Gate, Interval

BAD, GOOD = (1.5, 3.0, 10.0, 100.0), (0.1, 0.3, 0.6)
Row = tuple[float, float, float, float]
Block = list[float]


def log_factor(k: float, ratio: float, margin: float, rows: Sequence[Row]) -> float:
    """ln of the payoff of one alternative in one interval, before it is tempered."""
    total = 0.0
    for canary, canary_bad, stable, stable_bad in rows:
        q = ratio * canary / stable if ratio else 0.0
        for_stable = (1 + q) / (1 + k * q)
        for_canary = k * for_stable
        total += canary_bad * math.log(for_canary)
        total += stable_bad * math.log(for_stable)
        total -= canary * margin * (for_canary - 1)
    return total


def bounded_gain(ratio: float, margin: float, rows: Sequence[Row]) -> float:
    """What the bounded bet pays in one interval, before it is cut and the root is taken."""
    total = 0.0
    for canary, canary_bad, stable, stable_bad in rows:
        r, tolerated, bad = ratio * canary / stable, margin * stable / ratio, canary_bad + stable_bad
        a, b = 30 * (1 + r) / (1 + 30 * r), (1 + r) / (1 + 30 * r)
        won = (
            b + (a - b) * canary_bad / (bad + tolerated) if bad else 1 - (1 - b) * (1 - math.exp(-tolerated))
        )
        total += canary * won
    return total / sum(row[0] for row in rows)


def counts(gate: Gate, arm: Arm) -> tuple[float, float]:
    """Requests a gate looks at, and the bad ones among them."""
    return gate.measure(arm), gate.bad(arm)


@dataclass
class Blocks:
    """Burstiness at one scale."""

    size: int
    dilution: float
    excess: float = 0.0
    expected: float = 0.0
    blocks: float = 0.0
    filled: int = 0
    parts: Block = field(default_factory=lambda: [0.0, 0.0, 0.0, 0.0])

    @property
    def burst(self) -> float:
        return (self.excess + 4) / (self.expected + 2)

    def learn(self, counts: Sequence[float], over_time: bool) -> None:
        offset = 2 if over_time and self.filled >= self.size else 0
        for position, count in enumerate(counts):
            self.parts[offset + position] += count
        self.filled += 1
        if self.filled == self.size * (2 if over_time else 1):
            self.close()

    def close(self) -> None:
        one, bad_of_one, other, bad_of_other = self.parts
        bad, faded = bad_of_one + bad_of_other, 0.5 ** (self.filled / 720)
        if bad and one + other:
            part = one / (one + other)
            squared, variance = (bad_of_one - bad * part) ** 2, bad * part * (1 - part)
            weight = 1.0
            if squared < self.burst * variance:
                typical = (self.expected + 2) / (self.blocks + 1)
                weight = min(1.0, self.dilution * typical / variance)
            self.excess = self.excess * faded + weight * squared
            self.expected = self.expected * faded + weight * variance
            self.blocks = self.blocks * faded + 1
        self.drop()

    def drop(self) -> None:
        self.filled, self.parts = 0, [0.0, 0.0, 0.0, 0.0]


@dataclass
class Average:
    """About the last minute of one arm."""

    requests: float = 0.0
    bad: float = 0.0
    idle: int = 0

    def add(self, requests: float, bad: float) -> None:
        self.requests, self.bad = 0.92 * self.requests + requests, 0.92 * self.bad + bad
        self.idle = 0 if requests else self.idle + 1


@dataclass
class Books:
    """One gate."""

    gate: Gate
    confidence: Confidence
    kept: float = 1.0
    wealth: list[float] = field(default_factory=lambda: [0.0] * 4)
    steady: float = 0.0
    advance: list[float] = field(default_factory=lambda: [1 / 3] * 3)
    allowance: float = 0.0
    started: bool = False
    seen: int = 0
    over_time: bool = False
    blocks: list[Blocks] = field(default_factory=list)
    stable: Average = field(default_factory=Average)

    def __post_init__(self) -> None:
        self.blocks = [Blocks(size, self.confidence.dilution) for size in (1, 12)]

    @property
    def evidence(self) -> float:
        return self.kept + sum(self.wealth) + self.steady

    @property
    def burstiness(self) -> float:
        learned = 1.25 * max(blocks.burst for blocks in self.blocks)
        return max(1.0, min(learned, self.confidence.paired_limit) if self.over_time else learned)

    def release(self, share: float) -> None:
        money = share * self.kept
        self.kept -= money
        stake = money * (11 / 48 if self.gate.steady else 1 / 4)
        self.wealth = [owned + stake for owned in self.wealth]
        self.steady += money / 12 if self.gate.steady else 0.0

    @property
    def later_share(self) -> float:
        share, fading = self.confidence.interval_share, self.confidence.fading
        if fading == 0:
            return share
        before = 1 / share - 1 + fading * self.seen
        return 1 - math.pow(1 + fading / before, -1 / fading)

    def new_step(self, next_share: float | None) -> None:
        self.release(self.confidence.step_share)
        self.advance = [1 / 3] * 3
        self.allowance = min(0.05, self.confidence.risk_budget / next_share) if next_share else 0.0

    def feed(self, interval: Interval, settled: bool, warm: bool) -> None:
        gate = self.gate
        assert interval.strata is not None
        rows = [counts(gate, one.canary) + counts(gate, one.stable) for one in interval.strata]
        requests, bad = sum(row[2] for row in rows), sum(row[3] for row in rows)
        self.stable.add(requests, bad)
        judged = [row for row in rows if row[0] > 0 and (row[2] > 0 or not gate.ratio)]
        lately = self.stable.idle < 12 and self.stable.bad > gate.margin * self.stable.requests
        shared = not gate.ratio and (bad > gate.margin * requests or lately)
        if judged and warm and not shared:
            self.bet(judged, settled)
        self.seen += 1
        self.learn((requests, bad), interval.halves)

    def bet(self, rows: Sequence[Row], settled: bool) -> None:
        gate, confidence = self.gate, self.confidence
        self.release(self.later_share if self.started else confidence.start_share)
        self.started = True
        grid = BAD if gate.ratio else [min(k, 1 / gate.margin) for k in BAD]
        self.wealth = self.grown(self.wealth, grid, (gate.ratio, gate.margin), rows)
        if gate.steady:
            won = min(self.confidence.cap, bounded_gain(gate.ratio, gate.margin, rows))
            short, long = (blocks.burst for blocks in self.blocks)
            self.steady *= won ** (1 / max(3.0, 1.5 * long / short))
        if settled and gate.ratio:
            line = gate.advance_ratio, max(gate.advance_margin, self.allowance)
            self.advance = self.grown(self.advance, GOOD, line, rows)

    def grown(
        self, wealth: Sequence[float], grid: Sequence[float], line: tuple[float, float], rows: Sequence[Row]
    ) -> list[float]:
        grown = []
        for owned, k in zip(wealth, grid, strict=True):
            tempered = log_factor(k, *line, rows) / self.burstiness
            worth = owned * math.exp(min(math.log(self.confidence.cap), tempered))
            grown.append(min(1e200, max(1e-200, worth)))
        return grown

    def learn(self, stable: tuple[float, float], halves: tuple[Arm, Arm] | None) -> None:
        if self.over_time != (halves is None):
            self.over_time = halves is None
            for blocks in self.blocks:
                blocks.drop()
        seen = stable if halves is None else counts(self.gate, halves[0]) + counts(self.gate, halves[1])
        for blocks in self.blocks:
            blocks.learn(seen, self.over_time)


class Oracle:
    """All gates of a rollout."""

    def __init__(self, gates: Sequence[Gate], confidence: Confidence) -> None:
        self.books = [Books(gate, confidence) for gate in gates]
        self.unused = 1 - sum(gate.weight for gate in gates)
        self.first, self.grew, self.endpoints = 0, 0, 0

    @property
    def odds(self) -> float:
        bet = sum(book.gate.weight * book.evidence for book in self.books)
        return bet + max(0.0, self.unused)

    def new_step(self, next_share: float | None) -> None:
        for book in self.books:
            book.new_step(next_share)

    def feed(self, interval: Interval, settled: bool) -> None:
        if interval.strata is None:
            return
        if not self.first and any(stratum.canary.requests for stratum in interval.strata):
            self.first = interval.index
        if interval.endpoints > self.endpoints:
            self.grew, self.endpoints = interval.index, interval.endpoints
        for book in self.books:
            cold = max(self.first + book.gate.warmup, self.grew + book.gate.warmup // 2)
            book.feed(interval, settled, not book.gate.warmup or interval.index > cold)
