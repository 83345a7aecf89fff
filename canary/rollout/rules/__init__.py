"""
Every decision of the product, in order: the first rule to answer wins.

The order is the policy of the whole: what takes traffic away comes before what rests, what rests before what holds,
what holds before what adds. So no pause, no missing metric and no bad annotation can stand between a failing canary
and its rollback, and nothing adds traffic before everything that could object has been asked.
"""

from collections.abc import Callable
from dataclasses import replace

from canary.rollout.rules.adds import (
    advance,
    approval_missing,
    approving,
    baking,
    promoted_by_request,
    returned,
    too_quiet,
    window_shut,
)  # fmt: skip
from canary.rollout.rules.capacity import too_little_capacity
from canary.rollout.rules.ended import (
    drifted_after_promotion,
    ended,
    idle,
    moot,
    raised_after_the_end,
    retried,
    seen_in_the_mesh,
    undone,
)  # fmt: skip
from canary.rollout.rules.following import unsettled
from canary.rollout.rules.holds import (
    drifting,
    evidence_unread,
    pausing,
    resting,
    resumed,
    source_away,
    stable_changed,
    stable_shrunk,
    withdrawn,
    workload_unclear,
)  # fmt: skip
from canary.rollout.rules.lost import stamp_lost
from canary.rollout.rules.metrics import metric_awaited, metric_failed, metric_overdue, metric_unknown
from canary.rollout.rules.start import begins, refused_by_abort, rejected, waiting_to_start
from canary.rollout.rules.takes import (
    aborted,
    canary_changed,
    canary_gone,
    canary_not_ready,
    canary_unreachable,
    gate_failed,
    overdue,
    raised_by_others,
    stable_gone,
    stamp_is_newer,
    superseded,
    terminating,
    unmanaged,
)  # fmt: skip
from canary.rollout.snapshot import Decision, Snapshot

Rule = Callable[[Snapshot], Decision | None]

RULES: tuple[Rule, ...] = (
    # takes traffic away, or keeps our hands off
    terminating, unmanaged, aborted, stamp_lost, stamp_is_newer,
    stable_gone, canary_gone, superseded, canary_changed, canary_not_ready, gate_failed, metric_failed,
    canary_unreachable, raised_by_others, overdue, metric_overdue,
    # rests
    undone, retried, raised_after_the_end, drifted_after_promotion, moot, seen_in_the_mesh, ended, idle,
    # starts
    resumed, pausing, refused_by_abort, rejected, waiting_to_start, begins,
    # keeps it where it is
    drifting, resting, withdrawn, workload_unclear, stable_changed, stable_shrunk, unsettled,
    too_little_capacity, source_away, evidence_unread, metric_unknown,
    # adds traffic; the last one always answers
    returned, promoted_by_request, approving, window_shut, baking, too_quiet, metric_awaited,
    approval_missing, advance,
)  # fmt: skip


def decide(seen: Snapshot) -> Decision:
    """What to do about one route, by the first rule that has an answer."""
    for rule in RULES:
        answer = rule(seen)
        if answer is not None:
            return replace(answer, message=answer.message + _ignored(seen), rule=rule.__name__)
    raise AssertionError("the last rule always answers")


def _ignored(seen: Snapshot) -> str:
    """Bad words refuse a start; a rollout that is on its way goes on, and tells them."""
    problems = seen.requests.problems if seen.on_trial else ()
    return f" (ignored: {'; '.join(problems)})" if problems else ""


__all__ = ["RULES", "Rule", "decide"]
