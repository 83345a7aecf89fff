"""
A policy: by which ladder traffic moves, on what evidence, under which conditions.

A rollout keeps the policy it started with: the whole of it is frozen into the stamp on the route.
"""

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from canary.evidence import AnyGate, Confidence
from canary.rollout.bounds import MOST_QUESTIONS, Bounds, questions, rounded
from canary.rollout.gates import ErrorsGate, Gate, ObjectiveGate
from canary.rollout.metric import MOST_METRICS, MetricGate
from canary.rollout.model import Duration, Frozen, Part, Share
from canary.rollout.specs import specs
from canary.rollout.windows import MOST_WINDOWS, Window

FROZEN_LIMIT = 1536
"""Bytes a policy may take in the stamp, so that the stamp stays below 4 KiB: some 20 steps."""

HISTORY = 10
"""How many past rollouts of a route are kept where no policy says otherwise."""

USUAL_QUESTIONS, QUESTION_BYTES = 2, 109
"""Each question beyond so many takes so many bytes of that for its own evidence: with eight, some 7 steps are left."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$")]

Deadline = Annotated[Duration, Field(gt=timedelta(0))]
"""A duration after which something ends or is told; 0 would end it before it began."""


class Bake(Frozen):
    """
    How long to stay on a rung, in observed time: only intervals with data count, from when the route was seen there.

    Attributes:
        min: at least so long, however good the evidence.
        max: after so long, stop waiting for evidence that does not come (`onInconclusive`).
    """

    min: Duration = timedelta(seconds=60)
    max: Duration = timedelta(minutes=10)

    @model_validator(mode="after")
    def _ordered(self) -> "Bake":
        if not timedelta(0) < self.min <= self.max:
            raise ValueError("bake.min must be above 0 and at most bake.max")
        return self


class Step(Frozen):
    """
    One rung of the ladder: send `share` to the canary, then bake.

    Attributes:
        share: part of all requests, 0-1, a multiple of 1/1000; written `10%` in YAML.
        bake: how long to stay.
        approval: a person must approve before the step is entered.
    """

    share: Share
    bake: Bake = Bake()
    approval: Annotated[bool, Field(strict=True)] = False

    @model_serializer(mode="wrap")
    def _without_no(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Nearly no step needs an approval, and a ladder has many."""
        return {name: value for name, value in whole(self).items() if name != "approval" or value}


class Certainty(Frozen):
    """
    How sure to be. Surer of one means later with it: twice as sure takes a few more bad, or good, responses.

    Attributes:
        alpha: chance that a canary within its margins is ever rolled back, however long the rollout, however often one looks.
        beta: chance, at each step, that a canary which is worse than may advance does.
    """

    alpha: Annotated[Part, Field(ge=0.001, le=0.05)] = 0.01
    beta: Annotated[Part, Field(ge=0.01, le=0.2)] = 0.05


class Policy(Frozen):
    """
    Attributes:
        name: as routes name it.
        steps: the rungs below 100 %, shares rising. The rung at 100 % is always there, and last.
        final_bake: how long to watch at 100 % before the canary is promoted.
        gates: questions of evidence; one of kind `errors` at least, since only it compares the two.
        min_requests: canary requests a rung must have seen before it may be left without positive evidence.
        on_inconclusive: what to do when `bake.max` is over and the evidence says neither yes nor no; `advance` goes on
            if at least one request of the step was answered, none failed and nothing else speaks against the canary, and
            holds if not.
        on_failure: whether a failed gate takes traffic back, or holds and calls a person.
        on_new_revision: whether a canary that becomes another revision on the way starts again from the first step, or ends
            the rollout.
        certainty: how sure to be before a canary is taken back, and before a step is left.
        source_down: whether a metrics source that is away altogether holds or, past `unknownDeadline`, rolls back.
        unknown_deadline: how long evidence about this rollout alone may be unknown before it is rolled back.
        settle_deadline: how long the mesh may take to follow a weight before a person is called.
        ready_grace: how long a canary without ready endpoints, at weight 0, is waited for.
        deadline: how long the whole rollout may take, counting only time in which it was allowed to advance.
        stable_floor: part of stable's ready endpoints at the start that must be there for traffic to be added.
        capacity: how many ready endpoints the canary must have for its next share, as a part of what that share of the
            traffic took at the start; 0: nobody counts them.
        windows: times in which it may start and advance; none: always. Taking traffic back needs none.
        view: whose proxies are asked: the clients', which see everything that goes wrong, or where clients have none
            the servers' own.
        history: how many of the route's past rollouts are kept as records.
        pin: whether a rollout is tied to one revision of the workload behind the canary.
    """

    name: Name
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=30)]
    final_bake: Bake = Bake()
    gates: tuple[Gate, ...] = (ErrorsGate(kind="errors"), ObjectiveGate(kind="objective", success=0.99))
    min_requests: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 50
    on_inconclusive: Literal["hold", "rollback", "advance"] = "hold"
    on_failure: Literal["rollback", "hold"] = "rollback"
    on_new_revision: Literal["restart", "rollback"] = "restart"
    certainty: Annotated[Certainty, Field(alias="confidence")] = Certainty()
    source_down: Literal["hold", "rollback"] = "hold"
    unknown_deadline: Deadline = timedelta(minutes=10)
    settle_deadline: Deadline = timedelta(minutes=2)
    ready_grace: Duration = timedelta(seconds=30)
    deadline: Deadline = timedelta(hours=6)
    stable_floor: Annotated[Part, Field(ge=0, le=1)] = 0.5
    capacity: Annotated[Part, Field(ge=0, le=2)] = 0.0
    windows: Annotated[tuple[Window, ...], Field(max_length=MOST_WINDOWS)] = ()
    view: Literal["clients", "servers"] = "clients"
    pin: Literal["workload", "none"] = "workload"
    history: Annotated[int, Field(ge=1, le=100, strict=True)] = HISTORY

    @field_validator("steps")
    @classmethod
    def _rising(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        shares = [step.share for step in steps]
        if steps[0].approval:
            raise ValueError("the first step needs no approval: asking for the rollout is one")
        if any(low >= high for low, high in pairwise(shares)) or shares[-1] >= 1:
            raise ValueError(
                "shares must rise from step to step and stay below 100%; the rung at 100% is added by itself"
            )
        return steps

    @field_validator("gates")
    @classmethod
    def _kinds(cls, gates: tuple[Gate, ...]) -> tuple[Gate, ...]:
        metrics = [gate.name for gate in gates if isinstance(gate, MetricGate)]
        if len(metrics) > MOST_METRICS or len(set(metrics)) < len(metrics):
            raise ValueError(f"there may be {MOST_METRICS} gates of kind metric, each with a name of its own")
        asked = [
            gate.target if isinstance(gate, ObjectiveGate) else gate.kind
            for gate in gates
            if not isinstance(gate, MetricGate)
        ]
        if asked.count("errors") != 1 or len(set(asked)) < len(asked):
            raise ValueError(
                "there must be one gate of kind errors, at most one of kind latency, and one objective for each target"
            )
        if questions(gates) > MOST_QUESTIONS:
            raise ValueError(
                f"errors, objectives and latency bounds may be {MOST_QUESTIONS} questions together: ask fewer"
            )
        return gates

    @model_validator(mode="wrap")
    @classmethod
    def _fits_the_stamp(cls, given: object, whole: ModelWrapValidatorHandler["Policy"]) -> "Policy":
        """One that is made already is not measured again: every decision makes a stamp around it."""
        made = whole(given)
        if made is given:
            return made
        size = len(made.frozen())
        limit = FROZEN_LIMIT - QUESTION_BYTES * max(0, questions(made.gates) - USUAL_QUESTIONS)
        if size > limit:
            raise ValueError(
                f"it takes {size} bytes in the route's annotation, {limit} are allowed: "
                "use fewer steps, or fewer latency bounds"
            )
        return made

    def frozen(self) -> str:
        """The policy as the stamp holds it: whole but for `UNASKED`, since what is default may be another tomorrow."""
        return self.stamped.model_dump_json(exclude=self.unasked)

    @property
    def unasked(self) -> set[str]:
        """Keys that the stamp leaves out, since they are as they are where nobody asks for them."""
        return {name for name, off in UNASKED.items() if getattr(self, name) == off}

    @property
    def stamped(self) -> "Policy":
        """What a stamp holds: of the queries of metrics only which they are."""
        if all(gate.is_stamped for gate in self.metrics):
            return self
        gates = tuple(gate.stamped if isinstance(gate, MetricGate) else gate for gate in self.gates)
        return self.model_copy(update={"gates": gates})

    @property
    def metrics(self) -> tuple[MetricGate, ...]:
        """The gates that are no question of evidence."""
        return tuple(gate for gate in self.gates if isinstance(gate, MetricGate))

    @property
    def rungs(self) -> tuple[Step, ...]:
        """All steps with the one at 100 %; step n of a rollout is `rungs[n - 1]`."""
        return (*self.steps, Step(share=1.0, bake=self.final_bake))

    def share(self, step: int) -> float:
        """The canary's share at `step`; 0 before the first one."""
        return self.rungs[step - 1].share if step else 0.0

    def next_share(self, step: int) -> float | None:
        """The share after `step`, None at 100 %."""
        return self.rungs[step].share if step < len(self.rungs) else None

    def rung_at(self, share: float) -> int:
        """The highest step whose share is at most `share`; 0 if there is none."""
        return sum(1 for step in self.rungs if step.share <= share + 1e-9)

    def specs(self, bounds: Bounds, unit: timedelta) -> tuple[AnyGate, ...]:
        """The gates as the evidence ring judges them, for the bounds that were frozen at the start."""
        return specs(self.gates, bounds, unit)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about what is judged otherwise than it is written."""
        return rounded(self.gates)

    def confidence(self) -> Confidence:
        """How sure to be."""
        return Confidence(alpha=self.certainty.alpha, beta=self.certainty.beta)


UNASKED: Mapping[str, object] = {
    "capacity": 0.0,
    "certainty": Certainty(),
    "history": HISTORY,
    "on_new_revision": "restart",
    "windows": (),
}
"""Keys that few policies say anything about. Stamps that leave them out count on these defaults: they stay for ever."""
