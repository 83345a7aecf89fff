"""The invariants over what was stored, for one write at a time."""

from canary.daemon.judged import identity
from canary.rollout.stamp import Stamp
from canary.terms import DAEMON_MANAGER, Outcome, Phase
from tests.e2e.history import Version
from tests.e2e.invariants import Change, Memory, numeric_sum, remember
from tests.model.contents import TOTAL, Judged, Plan, Raw
from tests.model.state import Ghost
from tests.rollout.builders import UID
from tests.rollout.invariants import INVARIANTS

EARNED = ("begins", "undone", "promoted_by_request", "returned")
"""Rules that need no verdict: the first rung, a wish, the return to a rung that was earned."""

CHECKED = tuple(each for each in INVARIANTS if each.__name__ != "every_write_has_a_mark")
"""Marks are random and have no meaning here."""


def checked(
    before: Raw, after: Raw, old: Stamp | None, plan: Plan, ghost: Ghost
) -> tuple[Ghost, tuple[str, ...]]:
    """What is remembered after a write, and a sentence for each invariant it broke."""
    memory = _memory(ghost)
    change = Change(Version(before, None, ""), Version(after, None, DAEMON_MANAGER), memory)
    broken = [f"{each.__name__}: {told}" for each in CHECKED if (told := each(change))]
    if sentence := _without_evidence(change, old, plan):
        broken.append(sentence)
    remember(change)
    return _ghost(memory), tuple(broken)


def _without_evidence(change: Change, old: Stamp | None, plan: Plan) -> str:
    """A rung is left upwards, or for good, on a verdict to advance about that very rung, or as somebody wished."""
    promoted = change.new.get("phase") == Phase.PROMOTED != change.old.get("phase")
    if not (change.raised or promoted) or plan.rule in EARNED or numeric_sum(change.before) is None:
        return ""
    if old and old.settled is not None and plan.judged == Judged(identity(old), str(Outcome.ADVANCE)):
        return ""
    return f"raised or promoted by {plan.rule} on {plan.judged}"


def _memory(ghost: Ghost) -> Memory:
    memory = Memory(total=TOTAL)
    for id_, attempt, canary, earned, over in ghost:
        about = (UID, id_, attempt)
        memory.earned[about] = earned
        if canary:
            memory.trial[about] = canary
        if over:
            memory.over[about] = over
    return memory


def _ghost(memory: Memory) -> Ghost:
    return tuple(
        sorted(
            (about[1], about[2], memory.trial.get(about, ""), earned, str(memory.over.get(about, "")))
            for about, earned in memory.earned.items()
        )
    )
