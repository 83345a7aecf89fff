"""
A policy: by which ladder traffic moves, on what evidence, under which conditions.

A rollout keeps the policy it started with: the whole of it is frozen into the stamp on the route.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from canary.evidence import Confidence, Errors, Objective
from canary.rollout.model import Duration, Frozen, Part, Share

FROZEN_LIMIT = 1536
"""Bytes a policy may take in the stamp, so that the stamp stays below 4 KiB: some 17 steps."""

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


class ErrorsGate(Frozen):
    """
    The canary may fail at most `ratio` times as often as stable does for the same callers, plus `margin`.

    Attributes:
        ratio: how many times stable's failure rate is still accepted.
        margin: part of requests that may fail in addition, 0-1.
    """

    kind: Literal["errors"]
    ratio: Annotated[float, Field(ge=1, le=100, strict=True)] = 1.5
    margin: Annotated[Part, Field(gt=0, lt=1)] = 0.002

    def spec(self) -> Errors:
        """As the evidence ring judges it."""
        return Errors(ratio=self.ratio, margin=self.margin)


class ObjectiveGate(Frozen):
    """
    The canary must succeed on at least `success` of its requests; silent while stable itself does not.

    Attributes:
        success: part of requests, 0-1; written `99%` in YAML.
    """

    kind: Literal["objective"]
    success: Annotated[Part, Field(ge=0.5, lt=1)] = 0.99

    def spec(self) -> Objective:
        """As the evidence ring judges it."""
        return Objective(margin=round(1 - self.success, 9))


Gate = Annotated[ErrorsGate | ObjectiveGate, Field(discriminator="kind")]


class Policy(Frozen):
    """
    Attributes:
        name: as routes name it.
        steps: the rungs below 100 %, shares rising. The rung at 100 % is always there, and last.
        final_bake: how long to watch at 100 % before the canary is promoted.
        gates: questions of evidence; one of kind `errors` at least, since only it compares the two.
        min_requests: canary requests a rung must have seen before it may be left without positive evidence.
        on_inconclusive: what to do when `bake.max` is over and the evidence says neither yes nor no.
        on_failure: whether a failed gate takes traffic back, or holds and calls a person.
        source_down: whether a metrics source that is away altogether holds or, past `unknown_deadline`, rolls back.
        unknown_deadline: how long evidence about this rollout alone may be unknown before it is rolled back.
        settle_deadline: how long the mesh may take to follow a weight before a person is called.
        ready_grace: how long a canary without ready endpoints, at weight 0, is waited for.
        deadline: how long the whole rollout may take, counting only time in which it was allowed to advance.
        stable_floor: part of stable's ready endpoints at the start that must be there for traffic to be added.
        pin: whether a rollout is tied to one revision of the workload behind the canary.
    """

    name: Name
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=30)]
    final_bake: Bake = Bake()
    gates: tuple[Gate, ...] = (ErrorsGate(kind="errors"), ObjectiveGate(kind="objective"))
    min_requests: Annotated[int, Field(ge=1, strict=True)] = 50
    on_inconclusive: Literal["hold", "rollback"] = "hold"
    on_failure: Literal["rollback", "hold"] = "rollback"
    source_down: Literal["hold", "rollback"] = "hold"
    unknown_deadline: Deadline = timedelta(minutes=10)
    settle_deadline: Deadline = timedelta(minutes=2)
    ready_grace: Duration = timedelta(seconds=30)
    deadline: Deadline = timedelta(hours=6)
    stable_floor: Annotated[Part, Field(ge=0, le=1)] = 0.5
    pin: Literal["workload", "none"] = "workload"

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
        kinds = [gate.kind for gate in gates]
        if kinds.count("errors") != 1 or len(set(kinds)) < len(kinds):
            raise ValueError("there must be one gate of kind errors, and at most one of every other kind")
        return gates

    @model_validator(mode="after")
    def _fits_the_stamp(self) -> "Policy":
        size = len(self.frozen())
        if size > FROZEN_LIMIT:
            raise ValueError(
                f"it takes {size} bytes in the route's annotation, {FROZEN_LIMIT} are allowed: use fewer steps"
            )
        return self

    def frozen(self) -> str:
        """The policy as the stamp holds it: whole, since what is default may be another tomorrow."""
        return self.model_dump_json()

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

    def specs(self) -> tuple[Errors | Objective, ...]:
        """The gates as the evidence ring judges them, their parts of alpha scaled up to a whole: none lies idle."""
        specs = tuple(gate.spec() for gate in self.gates)
        total = sum(spec.weight for spec in specs)
        return tuple(replace(spec, weight=spec.weight / total) for spec in specs)

    def confidence(self) -> Confidence:
        """How sure to be; the evidence ring's defaults."""
        return Confidence()
