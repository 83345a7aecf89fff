"""What a plan must not lead to, and where it must lead."""

from typing import NamedTuple

from canary.rollout.ending import needs_person
from canary.rollout.stamp import Stamp
from canary.terms import DAEMON_MANAGER, Phase
from tests.e2e import invariants
from tests.e2e.invariants import Change, violations
from tests.faults.plan import Plan
from tests.faults.plans import reference
from tests.faults.run import Run
from tests.rollout import invariants as walks


def an_end_stays(change: Change) -> str | None:
    """What a spoilt stamp told is forgotten (`StampLost`)."""
    return walks.an_end_stays(change) if change.old or change.after.manager != DAEMON_MANAGER else None


INVARIANTS = tuple(
    an_end_stays if each is invariants.an_end_stays else each for each in invariants.ON_SERVERS
)

RESTS = frozenset({"StableShrunk", "StableNotReady"})
"""What holds, and calls a person, while stable has no endpoints."""

SAFE = {("drift", "stalled"): ("Paused", "Drifted")}
"""
Other ends that are right, by trace and kind: a `resume` that is seen together with the foreign weights it was about came
before anybody knew of them, so a person is asked once more.
"""


class Verdict(NamedTuple):
    """
    Attributes:
        wrong: sentences; none: it held.
        end: how it ended.
    """

    plan: str
    wrong: tuple[str, ...]
    end: str


def tried(plan: Plan) -> Verdict:
    """Play it."""
    run = Run(plan)
    wrong = []
    try:
        run.play()
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to this plan
        wrong.append(f"{type(error).__name__}: {error}")
    if plan.point and (not run.fault.fired or run.fault.dying is not None):
        wrong.append(f"it did not happen: there were {run.fault.counts}")
    wrong += violations(run.bed.versions, INVARIANTS)
    wrong += [f"the daemon met {run.bugs:g} errors it calls bugs"] if run.bugs else []
    stamp = run.stamp
    wrong += _lost(plan, stamp)
    return Verdict(str(plan), tuple(wrong), f"{stamp.phase} {stamp.reason}" if stamp else "no stamp")


def _lost(plan: Plan, stamp: Stamp | None) -> list[str]:
    """People may end it otherwise, or leave it where a person is needed; nothing else may."""
    if stamp is None:
        return ["it was never started"]
    if plan.point == "gap" and not plan.kind.startswith("clock"):
        rests = (
            stamp.phase.ended or stamp.phase is Phase.WAITING or needs_person(stamp) or stamp.reason in RESTS
        )
        return [] if rests else [f"it is still {stamp.phase}: {stamp.message}"]
    end = str(stamp.phase), stamp.id
    wanted = reference(plan.trace).end
    if SAFE.get((plan.trace, plan.kind)) == (end[0], stamp.reason):
        return []
    return [] if end == wanted else [f"it ended {end}, not {wanted}: {stamp.reason}: {stamp.message}"]
