"""How sure is sure, and how long a step bakes: the settings of the evidence, with their reasons."""

from dataclasses import dataclass
from math import exp, log, log1p


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """
    Attributes:
        alpha: chance that a canary within its margins is ever rolled back, over the whole rollout, however often one looks.
        beta: chance, per step, that a canary beyond its advance margin advances.
        cap: the most by which one interval can multiply any evidence, so that one bad interval never rolls back alone.
            It cuts from above, for the bets on "bad" and on "good" alike. Cutting from below would add evidence
            that the data do not give, and alpha would no longer hold.
        start_share: of the purse, bet in the first interval, on "bad from the start".
        step_share: the same at every change of weights.
        interval_share: the same in every other interval, for what breaks later, as long as few were seen (`share`).
        fading: how fast that share falls as intervals are seen; 0: not at all. With 3 a canary that dies in the first hour
            is out as soon as with a constant share, or one interval later; one that dies after a day in 7 instead of 25.
        paired_limit: largest burstiness believed where stable has one endpoint: over time, an outage looks like a burst.
        dilution: how many times the usual weight a block of failures has at most that speaks for smaller bursts
            (`dispersion.Scale.close`); inf: no limit.
        min_bad, min_bad_intervals: bad responses, and intervals with any, without which nothing is rolled back.
        hold_at: evidence against the canary at which nothing advances any more.
        quiet_below: evidence against it below which, at the end of the longest bake, nothing speaks against it.
        risk_budget: bad responses, as a part of *all* requests, that the next step may cost: a small next share
            allows a wide advance margin (`risk_budget` / share).
        widest: what that margin never exceeds. The number of requests it takes to be sure of a margin is about 4 K / margin:
            at 5 % some 140 (K = 1.25) or 400 (K = 2.5), which the shortest bake brings anyway wherever traffic is worth
            the name. A wider margin saves next to no time, and would send on a canary that fails one request in ten.
        stale_intervals: intervals without metrics after which it is told as a reason of its own.
    """

    alpha: float = 0.01
    beta: float = 0.05
    cap: float = 10.0
    start_share: float = 0.5
    step_share: float = 0.25
    interval_share: float = 1 / 360
    fading: float = 3.0
    paired_limit: float = 30.0
    dilution: float = 2.0
    min_bad: int = 3
    min_bad_intervals: int = 2
    hold_at: float = 10.0
    quiet_below: float = 3.0
    risk_budget: float = 0.005
    widest: float = 0.05
    stale_intervals: int = 6

    @property
    def limit(self) -> float:
        """Evidence against the canary that rolls it back (Ville 1939: reached by chance with at most `alpha`)."""
        return 1 / self.alpha

    @property
    def log_cap(self) -> float:
        """ln of `cap`."""
        return log(self.cap)

    def share(self, seen: int) -> float:
        """
        Of the purse, bet in an interval after `seen` known ones: about 1 / (1 / `interval_share` + `fading` × `seen`).

        A constant share leaves exponentially little for a late regression, this one a power of the time. It is fixed
        before the interval is seen, so money only moves, and alpha holds.
        """
        return 1 - self.left(seen, 1)

    def left(self, seen: int, intervals: int) -> float:
        """Part of the purse that so many intervals after `seen` known ones do not bet."""
        if not self.fading:
            return (1 - self.interval_share) ** intervals
        before = 1 / self.interval_share - 1 + self.fading * seen
        return exp(-log1p(self.fading * intervals / before) / self.fading)

    @property
    def needed(self) -> float:
        """Evidence for the canary that lets it advance."""
        return 1 / self.beta


@dataclass(frozen=True, slots=True, kw_only=True)
class Bake:
    """
    How long a step stays, in intervals in which something could be seen.

    Attributes:
        min_intervals: settled intervals with data before anything advances. An interval in which nobody asked has data:
            it is known that nobody asked.
        max_intervals: known intervals of this step, settled or not, after which waiting longer is no use.
            Unknown ones do not count, and unsettled ones count once a settled one has followed.
        min_requests: canary requests in settled intervals of this step, without which a step is never left untested.
        control: stable gets traffic too; False at 100 %, where relative gates have nothing to compare with.
        lenient: fewer than `min_requests` let a step be left at the end of the longest bake, too, if there was one and
            none failed.
    """

    min_intervals: int
    max_intervals: int
    min_requests: int
    control: bool
    lenient: bool = False
