"""What the evidence alone says, with a sentence."""

from dataclasses import dataclass

from canary.terms import Outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    Attributes:
        outcome: what the evidence says.
        reason: one CamelCase word, public (`Baking`, `WorseThanStable`, …).
        message: the sentence that explains it.
        evidence: how many to one the data speak against the canary being within its margins.
    """

    outcome: Outcome
    reason: str
    message: str
    evidence: float = 1.0
