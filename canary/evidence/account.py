"""
What one gate has made of the intervals so far: bets, totals, burstiness, the last minute.

A rollout has up to a dozen gates, a controller up to hundreds of rollouts, and all of them are fed every interval, after
a crash thousands at once. So here, in what `feed` calls and in `fold`, speed shapes the code: what gates share is computed
once (`moment`, `traffic`), tuples are unpacked instead of asked for their attributes, numbers that are always four or
seven have a name each instead of a loop, and nothing is computed for bad responses that did not happen.
`tests/bench/evidence.py` says what that is worth, `tests/evidence/oracle.py` is the same without.
"""

from collections.abc import Callable, Sequence
from math import exp, inf, log
from typing import NamedTuple

from canary.evidence.betting import BAD_GRID, GOOD_GRID, Bets, settle
from canary.evidence.bounded import duration, log_gain
from canary.evidence.confidence import Confidence
from canary.evidence.dispersion import Dispersion
from canary.evidence.gates import Gate
from canary.evidence.increments import Arm, Stratum
from canary.evidence.made import made
from canary.evidence.moment import Looks, Moment, Stream
from canary.evidence.purse import LOST, Purse
from canary.evidence.recent import Lately
from canary.evidence.tally import Tally, together
from canary.evidence.traffic import NOTHING, Pair, Three

FRESH: Three = (log(1 / 3), log(1 / 3), log(1 / 3))
"""Evidence to advance at the beginning of a step: 1, spread evenly."""


QUIET = NOTHING, 0.0
"""Where nothing was bad: what is won, and how much was to be expected."""


class Account(NamedTuple):
    """
    One gate's books.

    Attributes:
        bets: that the canary is worse than tolerated; then, of a relative gate, that it is better than what may advance.
        purse: money and wealth of the bets on "bad".
        advance: logarithms of the wealth of the bets on "good", of this step only.
        lately: kept by absolute gates only.
    """

    gate: Gate
    looks: Looks
    bets: Bets
    purse: Purse = Purse()
    advance: Three = FRESH
    tally: Tally = Tally()
    dispersion: Dispersion = Dispersion()
    lately: Lately = Lately()

    @classmethod
    def open(cls, gate: Gate, allowance: float) -> "Account":
        """Nothing seen yet; `allowance` is what the risk budget of the first step tolerates."""
        return cls(gate, (gate.measure, gate.ratio > 0, gate.warmup), bets(gate, allowance))

    @property
    def relative(self) -> bool:
        """It compares with stable, and must be passed to advance."""
        return self.gate.ratio > 0

    @property
    def steady(self) -> bool:
        """It places the bounded bet as well."""
        return self.gate.steady and self.gate.ratio > 0

    @property
    def share(self) -> float:
        """Its part of the evidence against the canary (Vovk & Wang 2021: an average holds under any dependence)."""
        return self.gate.weight * self.purse.evidence

    @property
    def confidence(self) -> float:
        """How many to one this step's data speak for the canary being within the advance margin."""
        a, b, c = self.advance
        return exp(a) + exp(b) + exp(c)

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
        purse = self.purse.release(confidence.step_share, self.steady)
        return self._replace(bets=bets(self.gate, allowance), purse=purse, advance=FRESH)

    def learn(self, moment: Moment) -> "Account":
        """One known interval before the start: only how bursty stable's failures are."""
        stream, (_, whole) = moment.stream(self.looks), bad_ones(self.gate.bad, moment.strata)
        return self._replace(dispersion=self._learned(stream, whole[1], moment.confidence.dilution))

    def spare(self, seen: int, missed: int, steps: int, confidence: Confidence) -> "Account":
        """
        What is certainly left of the purse after so many intervals and changes of weights that nobody has seen.

        `seen` intervals were known before; those missed count as known, if they were or not. That is the careful side:
        the later, the less is left and the less of it is bet.
        """
        kept, _, started, _, _ = self.purse
        first = confidence.start_share if missed and not started else 0.0
        left = (1 - first) * confidence.left(seen, missed) * (1 - confidence.step_share) ** steps
        return self._replace(purse=Purse.of(kept * left, LOST, started or missed > 0))

    def feed(self, moment: Moment) -> "Account":
        """One known interval: bet with the burstiness of earlier ones, then learn."""
        gate, looks, bets, purse, advance, tally, dispersion, lately = self
        confidence, relative, highest = moment.confidence, looks[1], moment.highest
        stream = moment.streams.get(looks) or moment.stream(looks)
        bad, whole = bad_ones(gate.bad, moment.strata)
        if not relative:
            lately = lately.add(stream.wholes, whole)
        if stream.asked and not stream.cold and (relative or self._may_blame(moment, stream, whole, lately)):
            judged, sums, traffic = bad, whole, stream.traffic
            if stream.judged is not None:
                judged = [bad[at] for at in stream.judged]
                sums = together(judged)
            split = traffic.splits.get(bets.lines) or traffic.split(bets.lines)
            won, usual = split.won(judged) if sums[0] or sums[1] else QUIET
            share = moment.share if purse.started else confidence.start_share
            by = dispersion.factor(confidence.paired_limit)
            gain = self._gain(traffic.pairs, judged, highest) if relative and gate.steady else None
            settled = relative and moment.settled
            purse, advance = settle(
                bets, (purse, advance), won, split.paid, sums[0], share, by, highest, gain, settled
            )
            tally = tally.add(stream.sums, sums, usual)
        elif stream.asked and moment.sparing:
            purse = purse.forfeit(moment.share if purse.started else confidence.start_share)
        dispersion = self._learned(stream, whole[1], confidence.dilution)
        return made(Account, (gate, looks, bets, purse, advance, tally, dispersion, lately))

    def _may_blame(self, moment: Moment, stream: Stream, bad: Pair, lately: Lately) -> bool:
        """
        An absolute gate not while stable misses the margin too, now or over the last minute, nor after missed intervals
        as long as nobody can tell whether stable did.
        """
        if moment.sparing:
            return lately.stable.quiet
        margin = self.gate.margin
        return bad[1] <= margin * stream.wholes[1] and not lately.stable.misses(margin)

    def _gain(self, pairs: Sequence[Pair], bad: Sequence[Pair], highest: float) -> float:
        """Of the bounded bet. The cut comes before the root: what an interval may win does not depend on it."""
        won = log_gain(self.gate.ratio, self.gate.margin, pairs, bad)
        return min(won, highest) / duration(self.dispersion.short.burst, self.dispersion.long.burst)

    def _learned(self, stream: Stream, stable_bad: float, dilution: float) -> Dispersion:
        if stream.halves is None:
            return self.dispersion.learn_over_time(stream.wholes[1], stable_bad, dilution)
        (one, first, other, second), bad = stream.halves, self.gate.bad
        return self.dispersion.learn_halves((one, bad(first), other, bad(second)), dilution)


def bad_ones(bad: Callable[[Arm], float], strata: Sequence[Stratum]) -> tuple[Sequence[Pair], Pair]:
    """Bad responses of the two arms by client workload, and of all together."""
    if len(strata) == 1:
        canary, stable, _ = strata[0]
        pair = bad(canary), bad(stable)
        return (pair,), pair
    pairs, of_canary, of_stable = [], 0.0, 0.0
    for canary, stable, _ in strata:
        one, other = bad(canary), bad(stable)
        pairs.append((one, other))
        of_canary += one
        of_stable += other
    return pairs, (of_canary, of_stable)


def bets(gate: Gate, allowance: float) -> Bets:
    """
    No rate exceeds 1, so against an absolute margin no k above 1 / margin makes sense.

    The advance margin is as wide as the risk budget of the next share permits, and never narrower than what is
    tolerated: a canary that is not to be rolled back must be able to advance.
    """
    if not gate.ratio:
        most = 1 / gate.margin if gate.margin else inf
        return Bets.on(([min(k, most) for k in BAD_GRID], 0.0, gate.margin), (GOOD_GRID, 0.0, gate.margin))
    ratio, margin = max(gate.advance_ratio, gate.ratio), max(gate.advance_margin, gate.margin, allowance)
    return Bets.on((BAD_GRID, gate.ratio, gate.margin), (GOOD_GRID, ratio, margin))
