"""
What holds for every version that our own managers wrote, whatever happened meanwhile.

Each invariant is a function from one step of the history to a sentence that says what is wrong, or None.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from canary.rollout.stamp import VERSION
from canary.terms import CLI_MANAGER, DAEMON_MANAGER, PREFIX, Phase, Word
from tests.e2e.history import Version, stamp_of

SUM_LIMIT = 429_497
"""From here on Linkerd's proxies panic."""

TOLERANCE = 1e-6

PROVISIONAL = 2
"""Intervals that may still change when a write is decided."""

Attempt = tuple[str, str, int]
"""Uid of the split, id, number of the try."""

TAKEN_BACK = frozenset({Phase.ROLLED_BACK, Phase.ABORTED, Phase.SUPERSEDED})
OVER = TAKEN_BACK | {Phase.PROMOTED, Phase.REJECTED}

EARNED = frozenset({"WithinMargin", "NothingAgainst"})
"""Reasons of a step up that evidence gave: proof, or `minRequests` seen and nothing against the canary."""


@dataclass(slots=True)
class Memory:
    """
    What earlier versions of one split told.

    Attributes:
        total: what the weights sum to since we first wrote them.
        trial: backend on trial, by attempt.
        earned: highest step an attempt has stood on.
        over: the phase in which an attempt ended.
        writes: marks of all writes so far.
    """

    total: int | None = None
    trial: dict[Attempt, str] = field(default_factory=dict)
    earned: dict[Attempt, int] = field(default_factory=dict)
    over: dict[Attempt, str] = field(default_factory=dict)
    writes: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Change:
    """One of our writes: what was, what is, and what is remembered from before."""

    before: Version
    after: Version
    memory: Memory

    @property
    def old(self) -> dict[str, Any]:
        return stamp_of(self.before) or {}

    @property
    def new(self) -> dict[str, Any]:
        return stamp_of(self.after) or {}

    @property
    def attempt(self) -> Attempt:
        return attempt_of(self.after, self.new)

    @property
    def trial(self) -> str:
        return self.memory.trial.get(self.attempt) or str(self.new.get("canary", ""))

    @property
    def moved(self) -> bool:
        """The weights are other ones than before."""
        return self.before.weights != self.after.weights

    @property
    def raised(self) -> bool:
        """The canary's share is higher than it was."""
        return share(self.after, self.trial) > share(self.before, self.trial) + TOLERANCE


Invariant = Callable[[Change], str | None]


def weights_are_whole(change: Change) -> str | None:
    """Explicit integers from 0, never all zero, below what the proxies can hold; others' weights are theirs."""
    if not change.moved:
        return None
    weights = list(change.after.weights.values())
    whole = all(type(weight) is int and weight >= 0 for weight in weights)
    if whole and 0 < sum(weights) < SUM_LIMIT:
        return None
    return f"weights {weights}"


def sum_is_kept(change: Change) -> str | None:
    """From our first write of weights on; that one keeps what it finds, unless there was nothing."""
    if not change.moved:
        return None
    total = sum(change.after.weights.values())
    wanted = change.memory.total or numeric_sum(change.before) or total
    return None if total == wanted else f"the weights sum to {total}, not {wanted}"


def backends_are_the_same(change: Change) -> str | None:
    before, after = list(change.before.weights), list(change.after.weights)
    return None if before == after else f"backends {before} became {after}"


def rest_is_untouched(change: Change) -> str | None:
    """Beside weights and our annotations nothing of the object changes."""
    before, after = others(change.before), others(change.after)
    return None if before == after else f"{before} became {after}"


def each_writes_its_own_words(change: Change) -> str | None:
    """The daemon alone writes the stamp, and nothing else; the CLI never writes it."""
    before, after = change.before.annotations, change.after.annotations
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    theirs = (
        changed - {Word.STATE.key} if change.after.manager == DAEMON_MANAGER else changed & {Word.STATE.key}
    )
    return f"{change.after.manager} changed {sorted(theirs)}" if theirs else None


def every_write_has_a_mark(change: Change) -> str | None:
    """The stamp of a newer program apart: what carries out an abort leaves it as it is."""
    if change.after.manager != DAEMON_MANAGER or change.new.get("v", 0) > VERSION:
        return None
    if change.new.get("write", "") not in change.memory.writes | {""}:
        return None
    return f"the mark {change.new.get('write')!r} is missing or was used before"


def people_only_lower(change: Change) -> str | None:
    """The CLI's one weight write is the abort."""
    if change.after.manager != CLI_MANAGER or not raised_any_but(change, str(change.old.get("stable", ""))):
        return None
    return f"the CLI raised a weight: {change.before.weights} became {change.after.weights}"


def at_most_one_rung_up(change: Change) -> str | None:
    """Promotion apart, a share goes no higher than one rung above what was earned: the steps stood on, or the start."""
    if not change.raised or promoted(change):
        return None
    rungs = ladder(change.new)
    begun = rung_of(share(change.before, change.trial), rungs)
    earned = change.memory.earned.get(change.attempt, begun)
    reached = rung_of(share(change.after, change.trial), rungs)
    return None if reached <= earned + 1 else f"up to rung {reached}, when {earned} was the highest earned"


def shares_stand_on_rungs(change: Change) -> str | None:
    """What the daemon raises, it raises to a rung of the ladder exactly."""
    reached = share(change.after, change.trial)
    on_rung = any(abs(reached - rung) < TOLERANCE for rung in ladder(change.new))
    return None if on_rung or not change.raised else f"raised to {reached:.4f}, which is no rung"


def nothing_rises_after_the_end(change: Change) -> str | None:
    ended = change.memory.over.get(change.attempt)
    return f"raised after {ended}" if ended in TAKEN_BACK and change.raised else None


def an_end_stays(change: Change) -> str | None:
    """An attempt that ended does not run again; a new one may. A promotion may be undone."""
    ended, now = change.memory.over.get(change.attempt), change.new.get("phase")
    undone = ended == Phase.PROMOTED and now == Phase.ROLLED_BACK
    return None if ended in {None, now} or undone else f"{ended} became {now}"


def a_step_up_says_on_what(change: Change) -> str | None:
    """On evidence, or with next to none where the policy says so and the stamp tells it: nothing advances untested."""
    if not change.raised or not stepped(change) or promoted(change):
        return None
    reason = change.new.get("reason")
    quietly = (change.new.get("policy") or {}).get("onInconclusive") == "advance"
    allowed = reason in EARNED or (reason == "TooQuietAdvanced" and quietly)
    return None if allowed else f"to step {change.new.get('step')} by {reason}"


def nothing_rises_while_shut(change: Change) -> str | None:
    """Outside of its windows a rollout starts nothing and goes no step on; a return to what it had is neither."""
    new = change.new
    higher = int(new.get("step", 0)) > int(change.old.get("step", 0))
    if not (change.raised and higher and new.get("shut")) or promoted(change):
        return None
    return f"raised to step {new.get('step')} while no window was open"


INVARIANTS: tuple[Invariant, ...] = (
    weights_are_whole,
    sum_is_kept,
    backends_are_the_same,
    rest_is_untouched,
    each_writes_its_own_words,
    every_write_has_a_mark,
    people_only_lower,
    at_most_one_rung_up,
    shares_stand_on_rungs,
    a_step_up_says_on_what,
    nothing_rises_while_shut,
    nothing_rises_after_the_end,
    an_end_stays,
)


def steps_up_on_settled_intervals(change: Change) -> str | None:
    """
    A step is left upwards only when an interval that is final ends after the mesh was seen at it.

    Final is what is two intervals old when the write was decided. Indices are those of the stamps.
    """
    old, new = change.old, change.new
    if not change.raised or not stepped(change) or promoted(change):
        return None
    settled, decided = old.get("settled"), int(new.get("at", 0))
    if settled is not None and decided - PROVISIONAL >= settled:
        return None
    return f"decided at {decided}, when the mesh was seen at step {old.get('step')} from {settled} on"


ON_SERVERS: tuple[Invariant, ...] = (*INVARIANTS, steps_up_on_settled_intervals)
"""With what only a history in real time can break."""


def violations(versions: Sequence[Version], invariants: Sequence[Invariant] = INVARIANTS) -> list[str]:
    """One sentence for each invariant broken by each version; versions of several splits may be mixed."""
    return [
        f"{change.after.name}@{change.after.number} by {change.after.manager}: {check.__name__}: {sentence}"
        for change in changes(versions)
        for check in invariants
        if (sentence := check(change))
    ]


def changes(versions: Sequence[Version]) -> Iterator[Change]:
    """Our own writes, each with what was before it."""
    last: dict[str, Version] = {}
    memories: dict[str, Memory] = {}
    for after in versions:
        before, memory = last.get(after.uid), memories.setdefault(after.uid, Memory())
        last[after.uid] = after
        if before and not after.deleted and after.manager in {DAEMON_MANAGER, CLI_MANAGER}:
            change = Change(before, after, memory)
            yield change
            remember(change)


def remember(change: Change) -> None:
    memory, stamp, attempt = change.memory, change.new, change.attempt
    if change.moved:
        memory.total = memory.total or numeric_sum(change.after)
    if not stamp:
        return
    memory.writes.add(str(stamp.get("write", "")))
    if stamp.get("canary") and stamp.get("phase") != Phase.PROMOTED:
        memory.trial.setdefault(attempt, str(stamp["canary"]))
    memory.earned[attempt] = max(memory.earned.get(attempt, 0), int(stamp.get("step", 0)))
    if stamp.get("phase") in OVER:
        memory.over[attempt] = str(stamp["phase"])


def attempt_of(version: Version, stamp: dict[str, Any]) -> Attempt:
    return version.uid, str(stamp.get("id", "")), int(stamp.get("attempt", 1))


def ladder(stamp: dict[str, Any]) -> list[float]:
    """The shares of the policy in the stamp, with 100 % at the end."""
    steps = (stamp.get("policy") or {}).get("steps") or ()
    return [*(float(step["share"]) for step in steps), 1.0]


def rung_of(reached: float, rungs: Sequence[float]) -> int:
    """The highest rung at or below a share, counted from 1; 0 = below the first."""
    return sum(rung <= reached + TOLERANCE for rung in rungs)


def share(version: Version, service: str) -> float:
    """The part of traffic a version gives to a Service; 0 where its weights say nothing."""
    total = numeric_sum(version)
    weight = version.weights.get(service, 0)
    return weight / total if total and isinstance(weight, int) else 0.0


def numeric_sum(version: Version) -> int | None:
    """What the weights sum to; None where they are not all whole numbers, or all zero."""
    weights = version.weights.values()
    return sum(weights) or None if all(type(weight) is int for weight in weights) else None


def promoted(change: Change) -> bool:
    """A request to promote was acknowledged by this write or before it in the same attempt."""
    acknowledged = (change.new.get("acks") or {}).get(Word.PROMOTE)
    return bool(acknowledged) and share(change.after, change.trial) == 1.0


def stepped(change: Change) -> bool:
    """It stands on a higher rung of the same attempt."""
    old, new = change.old, change.new
    same = new.get("attempt", 1) == old.get("attempt", 1)
    return same and int(new.get("step", 0)) > int(old.get("step", 0)) > 0


def raised_any_but(change: Change, stable: str) -> bool:
    rest = set(change.after.weights) - {stable}
    return any(share(change.after, name) > share(change.before, name) + TOLERANCE for name in rest)


def others(version: Version) -> dict[str, Any]:
    """All that is neither a weight nor ours."""
    meta, spec = version.object["metadata"], version.object["spec"]
    foreign = {key: value for key, value in version.annotations.items() if not key.startswith(PREFIX)}
    return {
        "labels": meta.get("labels"),
        "annotations": foreign,
        "finalizers": meta.get("finalizers"),
        "owners": meta.get("ownerReferences"),
        "spec": {key: value for key, value in spec.items() if key != "backends"},
    }
