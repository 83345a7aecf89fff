"""All that is remembered of a rollout's intervals; constant in size, immutable, fit to be handed to other threads."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from canary.evidence.account import Account
from canary.evidence.confidence import Confidence
from canary.evidence.gates import Gate
from canary.evidence.made import made
from canary.evidence.verdict import Verdict
from canary.evidence.warmth import Warmth


class Step(NamedTuple):
    """
    What was seen since the weights changed last.

    Attributes:
        next_share: share of the step after this one; its damage is what the risk budget limits. None: not limited so.
        observed: settled intervals with data.
        requests: canary requests in those.
        failures: of the canary in all known ones, since what is not settled counts against it, never for it.
        known: intervals with data, settled or not.
        aged: `known` as of the newest settled interval, so that no provisional one ends a bake.
    """

    next_share: float | None = None
    observed: int = 0
    requests: float = 0.0
    failures: float = 0.0
    known: int = 0
    aged: int = 0

    def allowance(self, confidence: Confidence) -> float:
        """Bad rate that the risk budget tolerates at the next share, within reason."""
        return min(confidence.widest, confidence.risk_budget / self.next_share) if self.next_share else 0.0

    def add(self, requests: float, failures: float, settled: bool) -> "Step":
        """One more interval with data."""
        known, failures = self.known + 1, self.failures + failures
        if not settled:
            return self._replace(known=known, failures=failures)
        return made(
            Step, (self.next_share, self.observed + 1, self.requests + requests, failures, known, known)
        )


COLD = Warmth()
"""A canary nobody has asked yet."""


class State(NamedTuple):
    """
    Attributes:
        odds: E, how many to one the data speak against "the canary is within all its margins".
        through: index of the last interval fed, 0 before the first.
        seen: known intervals fed since the start, over all steps.
        unknown: consecutive unknown intervals up to now.
        why: why the newest of them is unknown, may be "".
        condemned: the verdict that rolled the canary back; nothing later takes it back.
        warmth: of the canary.
        bounds: of the latency histogram, how many the gates need to be told.
        rebuilding: intervals were missed and are being read again: nothing advances.
    """

    confidence: Confidence
    accounts: tuple[Account, ...]
    step: Step
    odds: float = 1.0
    through: int = 0
    unknown: int = 0
    why: str = ""
    condemned: Verdict | None = None
    warmth: Warmth = COLD
    rebuilding: bool = False
    bounds: int = 0
    seen: int = 0

    @property
    def observed(self) -> int:
        """Settled intervals of this step with data."""
        return self.step.observed

    @property
    def requests(self) -> float:
        """Canary requests in them."""
        return self.step.requests

    @property
    def loudest(self) -> Account:
        """The gate that speaks most against the canary."""
        return max(self.accounts, key=lambda account: account.share)

    @property
    def weakest(self) -> Account | None:
        """Of the gates that must be passed, the one furthest from it; None where nothing compares with stable."""
        relative = [account for account in self.accounts if account.relative]
        return min(relative, key=lambda account: account.confidence, default=None)


def odds(accounts: Sequence[Account]) -> float:
    """The weighted average of the gates (Vovk & Wang 2021); weight that no gate has stays at 1."""
    total, unused = 0.0, 1.0
    for gate, _, _, purse, _, _, _, _ in accounts:
        weight = gate.weight
        total += weight * purse.evidence
        unused -= weight
    return total + unused if unused > 0 else total


def needed(gates: Iterable[Gate]) -> int:
    """Bounds of the latency histogram."""
    return max(gate.bounds for gate in gates)
