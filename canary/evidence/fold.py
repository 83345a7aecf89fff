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
from dataclasses import dataclass, replace

from canary.errors import Invalid
from canary.evidence import checkpoint
from canary.evidence.account import Account
from canary.evidence.confidence import Bake, Confidence
from canary.evidence.gates import Gate
from canary.evidence.increments import Interval
from canary.evidence.judge import condemn, judge
from canary.evidence.plausible import implausible
from canary.evidence.state import State, Step, odds
from canary.evidence.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Evidence(State):
    """The evidence of one attempt of one rollout. Attributes are those of `State`."""

    @classmethod
    def begin(
        cls, gates: Sequence[Gate], confidence: Confidence, next_share: float | None = None
    ) -> "Evidence":
        """
        Nothing seen yet.

        Args:
            next_share: share of the second step, for the risk budget of the first.

        Raises:
            Invalid: no gate, or weights that add up to more than 1: α would not hold.
        """
        step = Step(next_share)
        accounts = tuple(Account.open(gate, step.allowance(confidence)) for gate in _checked(gates))
        return cls(confidence, accounts, step)

    def feed(self, interval: Interval, settled: bool) -> "Evidence":
        """
        One more interval of the grid, later than all before it.

        An unknown interval (`strata` None), or one whose counts cannot be counts, changes `unknown` and `through` only.

        Raises:
            ValueError: not later than the last one; it would be counted twice.
        """
        if interval.index <= self.through:
            raise ValueError(f"interval {interval.index} after interval {self.through}")
        why = interval.why if interval.strata is None else implausible(interval)
        if interval.strata is None or why:
            return replace(self, through=interval.index, unknown=self.unknown + 1, why=why)
        accounts = tuple([account.feed(interval, settled, self.confidence) for account in self.accounts])
        step = self.step.add(sum([stratum.canary.requests for stratum in interval.strata]), settled)
        fed = Evidence(
            self.confidence, accounts, step, odds(accounts), interval.index, condemned=self.condemned
        )
        verdict = None if self.condemned else condemn(fed)
        return fed if verdict is None else replace(fed, condemned=verdict)

    def new_step(self, next_share: float | None) -> "Evidence":
        """
        Weights changed: what this step observes, and the evidence to advance, start afresh; what speaks against stays.

        Args:
            next_share: share of the step after the new one, None after the last.
        """
        step = Step(next_share)
        allowance = step.allowance(self.confidence)
        accounts = tuple(account.new_step(allowance, self.confidence) for account in self.accounts)
        return replace(self, accounts=accounts, step=step, odds=odds(accounts))

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
        known = odds(state.accounts)
        return cls(
            confidence, state.accounts, state.step, known, through=state.through, condemned=state.condemned
        )


def _checked(gates: Sequence[Gate]) -> Sequence[Gate]:
    total = sum(gate.weight for gate in gates)
    if not gates or not all(gate.weight >= 0 for gate in gates):
        raise Invalid("evidence needs gates with weights of at least 0")
    if not total <= 1 + 1e-9:
        raise Invalid(f"the weights of the gates add up to {total:g}, 1 is the most", hint="scale them down")
    return gates
