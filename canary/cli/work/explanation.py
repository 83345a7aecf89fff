"""
What `canary explain -o json` prints: public for ever.

Fields are added, never renamed or removed; `tests/cli/test_public_json.py` lists them.
"""

from typing import Literal

from canary.cli.work.report import RolloutStatus
from canary.rollout.model import Frozen
from canary.terms import Outcome


class Why(Frozen):
    """
    Why it stands where it stands, or what keeps it from going on; the first one decides.

    Attributes:
        reason: a public word; "" where there is none for it.
        message: with the figures of the moment.
        means: the word, in general.
        opens: what to do, or what has to happen.
    """

    reason: str
    message: str
    means: str = ""
    opens: str = ""


class GateNow(Frozen):
    """
    One question of the evidence.

    Attributes:
        against: how many to one its data speak against the canary being within its margin.
        within: how many to one this step's data speak for it; null: it need not be passed to advance.
        needed: how much of that lets the canary advance.
        passed: it does not keep the canary from advancing.
        k: failures are weighed as if so many came at a time.
        bursts: what that means.
    """

    name: str
    message: str
    against: float
    within: float | None
    needed: float | None
    passed: bool
    k: float
    bursts: str


class EvidenceNow(Frozen):
    """
    All questions together.

    Attributes:
        known_from: `prometheus`: read again up to now; `stamp`: as it was where the step began.
        through: up to when, Unix seconds.
        against, limit: how many to one the data speak against the canary; at how many it is rolled back.
        outcome: what the evidence alone says; null where only the beginning of the step is known.
        requests, intervals: the canary's requests on this step, and the intervals, that count for it.
        least_requests, least_intervals: how many it needs.
    """

    known_from: Literal["prometheus", "stamp"]
    through: float
    against: float
    limit: float
    outcome: Outcome | None
    message: str
    requests: float
    least_requests: int
    intervals: int
    least_intervals: int
    gates: tuple[GateNow, ...]


class Next(Frozen):
    """
    What comes after this step, and when, if the canary stays healthy.

    Attributes:
        step: 0: it is promoted.
        seconds: in half of the futures that were made up; null where nothing is known of the traffic.
        undecided: part of them in which nothing is sure in time.
    """

    step: int
    share: float
    approval: bool
    seconds: float | None
    undecided: float | None
    message: str


class Decided(Frozen):
    """
    Attributes:
        at: Unix seconds; null where the stamp does not tell.
    """

    at: float | None
    reason: str
    message: str


class RolloutExplanation(Frozen):
    """
    Attributes:
        evidence, next: null where nothing is on trial, or nothing is known.
        decisions: the last ones, newest first.
        unknown: sentences about what cannot be told, and how it could be.
    """

    api_version: Literal["canary.delivery/v1alpha1"] = "canary.delivery/v1alpha1"
    kind: Literal["RolloutExplanation"] = "RolloutExplanation"
    status: RolloutStatus
    why: tuple[Why, ...]
    evidence: EvidenceNow | None
    next: Next | None
    decisions: tuple[Decided, ...]
    unknown: tuple[str, ...]
