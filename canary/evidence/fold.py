"""
The fold: intervals in, one after the other, a verdict out.

Values are immutable and `feed` returns a new one. So a verdict can be read by any thread, and the newest intervals,
which may still be revised, are folded onto a copy that is thrown away:

    sure = sure.feed(interval, settled=True)            # final: kept
    ahead = sure.feed(newest, settled=False)            # provisional: asked for its verdict, then dropped
    ahead.judge(bake)

An unsettled interval (provisional, or in which the weights changed) counts against the canary, never for it. What was
earned in settled intervals before it stays earned.
"""

from collections.abc import Sequence

from canary.errors import Invalid
from canary.evidence import checkpoint
from canary.evidence.account import Account
from canary.evidence.confidence import Bake, Confidence
from canary.evidence.gates import Gate
from canary.evidence.increments import Interval
from canary.evidence.judge import condemn, judge
from canary.evidence.moment import Moment
from canary.evidence.plausible import implausible
from canary.evidence.state import State, Step, needed, odds
from canary.evidence.verdict import Verdict
from canary.evidence.warmth import Warmth


class Evidence(State):
    """The evidence of one attempt of one rollout. Attributes are those of `State`."""

    __slots__ = ()

    @classmethod
    def begin(
        cls,
        gates: Sequence[Gate],
        confidence: Confidence,
        next_share: float | None = None,
        past: Sequence[Interval] = (),
    ) -> "Evidence":
        """
        Nothing seen yet of the canary.

        Args:
            next_share: share of the second step, for the risk budget of the first.
            past: intervals before the start. Only how bursty stable's failures are is learned from them, so that a
                service known for bursts need not have one in the first minutes.

        Raises:
            Invalid: no gate, or weights that add up to more than 1: α would not hold.
        """
        step = Step(next_share)
        accounts = tuple(Account.open(gate, step.allowance(confidence)) for gate in _checked(gates))
        known = [
            interval
            for interval in past
            if interval.strata is not None and not implausible(interval, needed(gates))
        ]
        for interval in known:
            moment = Moment(interval, interval.strata or (), False, False, confidence, Warmth(), 0.0, 0.0, {})
            accounts = tuple([account.learn(moment) for account in accounts])
        return cls(
            confidence,
            accounts,
            step,
            through=past[-1].index if past else 0,
            bounds=needed(gates),
        )

    def feed(self, interval: Interval, settled: bool) -> "Evidence":
        """
        One more interval of the grid, later than all before it.

        An unknown interval (`strata` None), or one whose counts cannot be counts, changes `unknown` and `through` only.

        Raises:
            ValueError: not later than the last one; it would be counted twice.
        """
        if interval.index <= self.through:
            raise ValueError(f"interval {interval.index} after interval {self.through}")
        why = interval.why if interval.strata is None else implausible(interval, self.bounds)
        if interval.strata is None or why:
            return self._replace(through=interval.index, unknown=self.unknown + 1, why=why)
        requests = sum([stratum.canary.requests for stratum in interval.strata])
        failures = sum([stratum.canary.failures for stratum in interval.strata])
        warmth = self.warmth.see(interval.index, requests, interval.endpoints)
        confidence, share = self.confidence, self.confidence.share(self.seen)
        moment = Moment(
            interval,
            interval.strata,
            settled,
            self.rebuilding,
            confidence,
            warmth,
            confidence.log_cap,
            share,
            {},
        )
        accounts = tuple([account.feed(moment) for account in self.accounts])
        fed = Evidence(
            confidence,
            accounts,
            self.step.add(requests, failures, settled),
            odds(accounts),
            interval.index,
            condemned=self.condemned,
            warmth=warmth,
            rebuilding=self.rebuilding,
            bounds=self.bounds,
            seen=self.seen + 1,
        )
        verdict = None if self.condemned else condemn(fed)
        return fed if verdict is None else fed._replace(condemned=verdict)

    def new_step(self, next_share: float | None) -> "Evidence":
        """
        Weights changed: what this step observes, and the evidence to advance, start afresh; what speaks against stays.

        Args:
            next_share: share of the step after the new one, None after the last.
        """
        step = Step(next_share)
        allowance = step.allowance(self.confidence)
        accounts = tuple(account.new_step(allowance, self.confidence) for account in self.accounts)
        return self._replace(accounts=accounts, step=step, odds=odds(accounts))

    def judge(self, bake: Bake) -> Verdict:
        """What the evidence alone says; it never says Advance or TooQuiet while the newest interval is unknown."""
        return judge(self, bake)

    def checkpoint(self) -> str:
        """Compact JSON for `resume`, to be written right after `new_step`."""
        return checkpoint.write(self)

    @classmethod
    def resume(cls, gates: Sequence[Gate], confidence: Confidence, text: str) -> "Evidence":
        """
        The evidence at the boundary where the checkpoint was made, rounded in the canary's favour.

        Raises:
            Invalid: malformed, or made for other gates.
        """
        state = checkpoint.read(_checked(gates), confidence, text)
        return cls(
            confidence,
            state.accounts,
            state.step,
            state.odds,
            state.through,
            condemned=state.condemned,
            warmth=state.warmth,
            bounds=needed(gates),
            seen=state.seen,
        )

    @classmethod
    def sparing(
        cls, gates: Sequence[Gate], confidence: Confidence, text: str, missed: int, steps: int = 0
    ) -> "Evidence":
        """
        Go on without the intervals missed since the checkpoint, until they were read again: with the purse alone.

        What the full fold bet in the gap counts as lost, so the evidence is never above the full one. It may roll back,
        it never advances.

        Args:
            missed: intervals since the checkpoint.
            steps: changes of weights since the checkpoint.

        Raises:
            Invalid: malformed, or made for other gates.
        """
        resumed = cls.resume(gates, confidence, text)
        seen, through = resumed.seen + missed, resumed.through + missed
        accounts = tuple(
            account.spare(resumed.seen, missed, steps, confidence) for account in resumed.accounts
        )
        warmth = resumed.warmth.missing(through) if missed else resumed.warmth
        return resumed._replace(
            accounts=accounts, odds=odds(accounts), through=through, warmth=warmth, rebuilding=True, seen=seen
        )


def _checked(gates: Sequence[Gate]) -> Sequence[Gate]:
    total = sum(gate.weight for gate in gates)
    if not gates or not all(gate.weight >= 0 for gate in gates):
        raise Invalid("evidence needs gates with weights of at least 0")
    if not total <= 1 + 1e-9:
        raise Invalid(f"the weights of the gates add up to {total:g}, 1 is the most", hint="scale them down")
    return gates
