"""
The stamp: all that is remembered of a rollout, in one annotation on the route itself.

Weights and stamp change in one conditional write, or not at all. A model check of seven designs found that every one
that keeps them in two objects has a reachable unsafe increase; with one object, a crash after any write heals by
looking again. `v`, `uid`, `id`, `stable` and `canary` never change meaning, so that an abort works across versions.
"""

import json
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    field_serializer,
    field_validator,
    model_validator,
)

from canary.rollout.bounds import MOST_QUESTIONS
from canary.rollout.model import Frozen
from canary.rollout.policy import Policy
from canary.rollout.requests import DIGEST_LENGTH
from canary.routes.route import WEIGHT_SUM_LIMIT
from canary.terms import Phase, Word

VERSION = 1
DEFAULT_TOTAL = 1000
"""What all weights sum to where nothing else is known: every share is a multiple of 1/1000."""
SEEN_LIMIT = 32
ID_LIMIT = 63
SIZE_LIMIT = 4096
_MESSAGE_LIMIT, _MESSAGE_LEAST = 600, 72

Milliseconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Tail = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

_RUNNING = frozenset(
    {Phase.WAITING, Phase.PROGRESSING, Phase.PAUSED, Phase.AWAITING_APPROVAL, Phase.BAKING, Phase.FAILED_HELD}
)


def _apart(seen: object) -> object:
    """Hashes stand in one text, since quotes between so many take too much of the limit."""
    if not isinstance(seen, str):
        return seen
    return tuple(seen[start : start + DIGEST_LENGTH] for start in range(0, len(seen), DIGEST_LENGTH))


class Pin(Frozen):
    """
    The one workload behind a backend, at one revision.

    Attributes:
        kind, name, uid: which workload.
        generation: its `metadata.generation` when it was pinned; an older one seen later is a stale read.
        revision: its controller's own mark (`deployment.kubernetes.io/revision`, `status.updateRevision`).
    """

    kind: str
    name: str
    uid: str
    generation: int
    revision: str

    def same_revision(self, other: "Pin") -> bool:
        """Whether both are the same revision of the same object."""
        return (self.uid, self.revision) == (other.uid, other.revision)


class Head(Frozen):
    """What every version of the stamp says alike."""

    v: Annotated[int, Field(ge=1)]
    uid: str
    id: str
    stable: str
    canary: str


class Stamp(Head):
    """
    One attempt of one rollout. Moments are indices of evidence intervals (see `evidence.increments`).

    Attributes:
        uid: of the route it was written on; on another object it means nothing.
        id, attempt: which rollout, which try at it.
        phase, step: where it stands; step 0 is before the first rung, `len(policy.rungs)` is 100 %.
        stable, canary: backends; "" where a start was rejected before they were known.
        apex: the Service that clients called when the rollout started; "" until then.
        total: what all weights sum to.
        seed: the share the canary had before any weight was written: kept while it waits, and gone back to where
            clients do not follow the first rung.
        policy: as it was when the rollout started, metrics' queries by their digests; None while nothing was started.
        pins: what was pinned, by backend.
        replaced: the revision that the last promotion replaced: it is not rolled out by mistake.
        since: first interval to fold on top of `checkpoint`.
        settled: first interval in which the mesh was seen to follow the weights; None until then.
        bounds: of the latency histogram, in ms, that are watched: with the part of stable's responses that was slower
            when the rollout started; None where only an objective looks at it.
        checkpoint: the evidence at the boundary of this step.
        stable_ready: ready endpoints of stable at the start, for the floor.
        approved: steps that were approved.
        paused: somebody asked for a pause; until `resume`.
        unfollowed: what is told of clients that did not follow the first rung; "" = they did; until `resume`.
        drifted: who wrote foreign weights; "" = nobody; until `resume`.
        resets: how often each field manager did.
        gap: since when the canary has had no ready endpoint and no traffic; None = it has.
        gaps: how many such gaps there were.
        lowered: how often weights were taken back after the end.
        spent: intervals in which the rollout was allowed to advance, up to `at`.
        going: since when it has been allowed to; what was unknown before is not held against it.
        shut: no window was open then, so this time counts for no deadline.
        at: when this stamp was decided.
        acks: hash of the last value acted on, by word.
        seen: hashes of the last ids.
        reason, message: why it stands there.
        write: random, so that an unclear outcome of a write can be told.
    """

    v: Literal[1] = 1
    attempt: Annotated[int, Field(ge=1)] = 1
    phase: Phase
    step: Annotated[int, Field(ge=0)] = 0
    apex: str = ""
    total: Annotated[int, Field(ge=0, lt=WEIGHT_SUM_LIMIT)] = 0
    seed: Annotated[float, Field(ge=0, le=1)] = 0.0
    policy: Policy | None = None
    pins: dict[str, Pin] = Field(default_factory=dict)
    replaced: Pin | None = None
    since: int = 0
    settled: int | None = None
    bounds: Annotated[dict[Milliseconds, Tail | None], Field(max_length=MOST_QUESTIONS)] = Field(
        default_factory=dict
    )
    checkpoint: str = ""
    stable_ready: Annotated[int, Field(ge=0, lt=2**31)] = 0
    approved: tuple[int, ...] = ()
    paused: bool = False
    unfollowed: str = ""
    drifted: str = ""
    resets: dict[str, int] = Field(default_factory=dict)
    gap: int | None = None
    gaps: int = 0
    lowered: int = 0
    spent: int = 0
    going: int = 0
    shut: bool = False
    at: int = 0
    acks: dict[Word, str] = Field(default_factory=dict)
    seen: Annotated[tuple[str, ...], BeforeValidator(_apart)] = ()
    reason: str = ""
    message: str = ""
    write: str = ""

    @field_validator("policy")
    @classmethod
    def _without_queries(cls, policy: Policy | None) -> Policy | None:
        return policy.stamped if policy else None

    @field_serializer("policy")
    def _whole(self, policy: Policy | None) -> dict[str, Any] | None:
        return policy.model_dump(mode="json", exclude=policy.unasked) if policy else None

    @field_serializer("seen", when_used="json")
    def _together(self, seen: tuple[str, ...]) -> str:
        return "".join(seen)

    @field_serializer("bounds", when_used="json")
    def _short(self, bounds: dict[float, float | None]) -> dict[str, float | None]:
        return {f"{bound:g}": tail for bound, tail in bounds.items()}

    @model_validator(mode="after")
    def _whole_while_running(self) -> "Stamp":
        """Hands can write a stamp, too: what no rule could act on is as good as none."""
        if not self.running:
            return self
        if not (self.stable and self.canary) or self.stable == self.canary:
            raise ValueError("a running rollout has two different backends")
        if self.phase is not Phase.WAITING and not self._on_a_rung():
            raise ValueError("a rollout on a rung has a policy, one of its steps, and a total")
        return self

    def _on_a_rung(self) -> bool:
        return self.policy is not None and 0 < self.step <= len(self.policy.rungs) and self.total > 0

    def but(self, **changes: object) -> "Stamp":
        """A copy with changes, validated."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return Stamp.model_validate(fields | changes)

    @property
    def running(self) -> bool:
        """The attempt has not ended."""
        return self.phase in _RUNNING

    @property
    def share(self) -> float:
        """The canary's share that goes with phase and step: what weights are compared with."""
        if self.phase in (Phase.WAITING, Phase.REJECTED):
            return self.seed
        if self.policy is None or self.gap is not None or not self.running:
            return 0.0
        return self.policy.share(self.step)

    def weights(self, services: tuple[str, ...], most: float = 1.0) -> dict[str, int]:
        """
        What all `services` of the route should weigh; all traffic of an ended attempt belongs to stable.

        Args:
            most: share above which the canary must not come.
        """
        weights = dict.fromkeys(services, 0)
        total = self.total or DEFAULT_TOTAL
        on_trial = min(round(self.share * total), int(most * total + 1e-6)) if self.canary in services else 0
        weights[self.stable] = total - on_trial
        if on_trial:
            weights[self.canary] = on_trial
        return weights

    def says_the_same(self, other: "Stamp") -> bool:
        """
        Whether writing this one over `other` would tell nothing new.

        Accounts of time and the sentence's figures are brought up to date when something else changes: a quiet
        rollout writes nothing. While it waits for a person, the sentence itself is news.
        """
        kept = {name: getattr(other, name) for name in ("at", "spent", "write")}
        if self.phase not in (Phase.WAITING, Phase.REJECTED):
            kept["message"] = other.message
        return self.model_copy(update=kept) == other

    def render(self) -> str:
        """The annotation's value: compact, without what is default, the sentence cut to what is left of the limit."""
        bare = (
            self.model_dump_json(exclude_defaults=True, exclude={"v", "message"})[:-1] + f',"v":{VERSION}}}'
        )
        left = min(
            _MESSAGE_LIMIT, max(_MESSAGE_LEAST, SIZE_LIMIT - len(bare.encode()) - len(',"message":""'))
        )
        return bare[:-1] + f',"message":{_cut(self.message, left)}}}'


def _cut(text: str, limit: int) -> str:
    """As JSON in ASCII, at most `limit` bytes between the quotes."""
    text = text[:limit]
    while len(rendered := json.dumps(text)) - 2 > limit:
        text = text[:-1]
    return rendered


class Unreadable(Frozen):
    """A stamp that nothing can be made of."""

    why: str


def read(text: str) -> Stamp | Head | Unreadable:
    """The stamp in an annotation; a Head if a newer version wrote it."""
    try:
        raw = json.loads(text)
        if isinstance(raw, dict) and isinstance(raw.get("v"), int) and raw["v"] > VERSION:
            return Head.model_validate({name: raw.get(name) for name in Head.model_fields})
        return Stamp.model_validate(raw)
    except (ValueError, RecursionError, ValidationError) as error:
        return Unreadable(why=str(error).splitlines()[0][:200])
