"""What stands in a record, field by field: the CustomResourceDefinition is made from these models."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from canary.rollout.model import Frozen
from canary.rollout.stamp import Pin
from canary.terms import Phase

DECISIONS_LIMIT = 50
"""How many decisions a record holds; the oldest go first."""

Weight = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]


class Told(Frozen):
    """A model that reads past what a later version added; made when first used, since most commands never do."""

    model_config = ConfigDict(extra="ignore", defer_build=True)


class RouteRef(Told):
    """
    Attributes:
        kind, name, uid: the route, in the record's namespace; the uid tells one from another of that name.
    """

    kind: str
    name: str
    uid: str


class Spec(Told):
    """
    What was asked, and by whom.

    Attributes:
        route: where.
        id, attempt: which rollout, which try at it.
        policy: by which policy; "" where none was named.
        stable, canary: the backends; "" where a start was refused before they were known.
        revisions: what was pinned at the start, by backend.
        requested_by: the user who asked, as far as it is told; else "".
        reason: why, as far as it is told; else "".
        seal: a digest of route, id, attempt and backends: a record that was edited by hand is not believed.
    """

    route: RouteRef
    id: str
    attempt: Annotated[int, Field(ge=1)]
    policy: str = ""
    stable: str = ""
    canary: str = ""
    revisions: dict[str, Pin] = Field(default_factory=dict)
    requested_by: str = ""
    reason: str = ""
    seal: str = ""


class Arm(Told):
    """
    Attributes:
        bad, of: so many of so many requests.
    """

    bad: Count = 0
    of: Count = 0


class Gate(Told):
    """
    Attributes:
        name: of the gate.
        against: how many to one the data speak against the canary being within its margin.
        within: how many to one they speak for it, in this step; what advancing asks for.
        canary, stable: what it counted.
    """

    name: str
    against: float
    within: float
    canary: Arm = Arm()
    stable: Arm = Arm()


class Entry(Told):
    """
    One decision that was carried out.

    Attributes:
        time: when it was stored.
        rule: the rule that answered; "" where the record was rebuilt from the stamp.
        verdict, odds: what the evidence alone said, and how many to one it spoke against the canary; "" where none did.
        phase, step, reason, message: where the rollout stood with it, and why.
        gates: the evidence of each gate.
        weights_before, weights_after: of the backends.
        actor: the user who asked for it, as far as it is told; else `canary`.
        write: the mark of the write, as the stamp has it.
    """

    time: datetime
    rule: str = ""
    verdict: str = ""
    odds: float = 1.0
    phase: Phase
    step: Count = 0
    reason: str = ""
    message: str = ""
    gates: tuple[Gate, ...] = ()
    weights_before: dict[str, Weight] = Field(default_factory=dict)
    weights_after: dict[str, Weight] = Field(default_factory=dict)
    actor: str = ""
    write: str = ""


class Condition(Told):
    """
    Attributes:
        type: `Reconciling`, `Stalled` and `Ready` as kstatus reads them, and `Succeeded` for `kubectl wait`.
        status: `True`, `False` or `Unknown`.
        reason, message: as those of the rollout.
        last_transition_time: since when the status is this one.
        observed_generation: of the spec it is about.
    """

    type: str
    status: str
    reason: str
    message: str = ""
    last_transition_time: datetime
    observed_generation: int = 0


class Totals(Told):
    """
    Attributes:
        decisions: that were carried out, those no longer listed included.
        intervals: with data, since the attempt began.
        canary_requests, stable_requests: what the gates had a say in.
    """

    decisions: Count = 0
    intervals: Count = 0
    canary_requests: Count = 0
    stable_requests: Count = 0


class Status(Told):
    """
    What became of it.

    Attributes:
        observed_generation: of the spec that all this is about.
        phase, step, steps: where it stands; `steps` is the last one, at 100 %.
        share: the canary's part of the traffic, `25%`.
        weights: of all backends.
        reason, message: why it stands there, one public word and a sentence.
        conditions: for tools that wait.
        decisions: the newest, oldest of them first.
        totals: over the whole attempt.
        seal: a digest of phase and reason, as that of the spec.
    """

    observed_generation: int = 0
    phase: Phase
    step: Count = 0
    steps: Count = 0
    share: str = ""
    weights: dict[str, Weight] = Field(default_factory=dict)
    reason: str = ""
    message: str = ""
    conditions: tuple[Condition, ...] = ()
    decisions: Annotated[tuple[Entry, ...], Field(max_length=DECISIONS_LIMIT)] = ()
    totals: Totals = Totals()
    seal: str = ""


class Record(Told):
    """
    A record as it is stored.

    Attributes:
        namespace, name, uid, version, generation, created: from its metadata.
        status: None between its creation and the first write of its status.
    """

    namespace: str
    name: str
    uid: str = ""
    version: str = ""
    generation: int = 0
    created: datetime | None = None
    spec: Spec
    status: Status | None = None
