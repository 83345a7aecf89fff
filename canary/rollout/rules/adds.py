"""Rules that add traffic to the canary. They come last, and the last one always answers."""

from canary.rollout.rules.answers import acted_on, changed, hold, move, phase_on_rung, taken_back
from canary.rollout.rules.holds import afresh
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Stamp
from canary.terms import Outcome, Phase, Word


def returned(seen: Snapshot) -> Decision | None:
    """The canary is ready again after a gap: back to the rung it had earned, whose evidence starts afresh."""
    stamp = seen.on_trial
    if stamp is None or stamp.gap is None:
        return None
    if seen.blind:
        return hold(
            seen, stamp, "CanaryReady", f"{stamp.canary} is ready again, but nothing is known about it"
        )
    message = f"{stamp.canary} is ready again; step {stamp.step} begins afresh"
    return move(
        seen, afresh(seen, stamp, gap=None, phase=phase_on_rung(stamp), reason="CanaryReady", message=message)
    )


def promoted_by_request(seen: Snapshot) -> Decision | None:
    """Somebody wants all traffic on the canary now; it still bakes there."""
    stamp, request = seen.on_trial, seen.asked(Word.PROMOTE)
    if stamp is None or stamp.policy is None or request is None or seen.blind:
        return None
    message = f"promoted{seen.requests.origin(request)}"
    top = afresh(
        seen, stamp.but(**acted_on(stamp, request)), step=len(stamp.policy.rungs), phase=Phase.BAKING
    )
    return move(seen, top.but(reason="PromoteRequested", message=message))


def approving(seen: Snapshot) -> Decision | None:
    """Somebody lets a step be entered."""
    stamp, request = seen.on_trial, seen.asked(Word.APPROVE)
    if stamp is None or request is None:
        return None
    approved = stamp.but(approved=tuple(sorted({*stamp.approved, request.step})), **acted_on(stamp, request))
    return hold(seen, approved, "Approved", f"step {request.step} approved{seen.requests.origin(request)}")


def window_shut(seen: Snapshot) -> Decision | None:
    """
    Nothing goes on by itself outside of the policy's windows; not to its end either, which is the end of watching, too.

    What a person asks for does (`promote`), and a canary that was away gets back what it had.
    """
    stamp = seen.on_trial
    if stamp is None or not seen.shut:
        return None
    return hold(seen, stamp, "WindowShut", seen.shut)


def baking(seen: Snapshot) -> Decision | None:
    """The evidence does not say go."""
    stamp, verdict = seen.on_trial, seen.verdict
    if stamp is None or verdict is None or verdict.outcome in (Outcome.ADVANCE, Outcome.TOO_QUIET):
        return None
    return hold(seen, stamp, verdict.reason, verdict.message)


def too_quiet(seen: Snapshot) -> Decision | None:
    """The longest bake is over and the evidence says neither yes nor no: the policy decides."""
    stamp, verdict = seen.on_trial, seen.verdict
    if stamp is None or stamp.policy is None or verdict is None or verdict.outcome is not Outcome.TOO_QUIET:
        return None
    if stamp.policy.on_inconclusive == "rollback":
        return taken_back(seen, stamp, Phase.ROLLED_BACK, "TooQuiet", verdict.message)
    return hold(seen, stamp, "TooQuiet", verdict.message)


def approval_missing(seen: Snapshot) -> Decision | None:
    """The next step is one a person must let it enter."""
    stamp = seen.on_trial
    if stamp is None or stamp.policy is None or stamp.step >= len(stamp.policy.rungs):
        return None
    wanted = stamp.step + 1
    if not stamp.policy.rungs[wanted - 1].approval or wanted in stamp.approved:
        return None
    where = f"{seen.route.name} -n {seen.route.namespace}"
    message = f"step {wanted} needs an approval: canary approve {where} --id {stamp.id} --step {wanted}"
    waiting = changed(seen, stamp, phase=Phase.AWAITING_APPROVAL, reason="AwaitingApproval", message=message)
    return Decision(waiting.reason, message, stamp=waiting)


def advance(seen: Snapshot) -> Decision:
    """Every gate is passed, nobody and nothing stands against it: the next rung, or the end."""
    stamp, verdict = seen.on_trial, seen.verdict
    if stamp is None or stamp.policy is None or verdict is None:
        return Decision("Idle", "there is nothing to do")
    if stamp.step >= len(stamp.policy.rungs):
        return _promoted(seen, stamp)
    step = stamp.step + 1
    message = f"step {step} of {len(stamp.policy.rungs)}: {stamp.canary} gets {stamp.policy.share(step):.1%}; {verdict.message}"
    next_rung = afresh(seen, stamp, step=step, reason=verdict.reason, message=message)
    return move(seen, next_rung.but(phase=phase_on_rung(next_rung)))


def _promoted(seen: Snapshot, stamp: Stamp) -> Decision:
    """The canary becomes stable; the other slot is free for the next version."""
    message = f"{stamp.canary} has all traffic and is stable now"
    over = changed(
        seen,
        stamp,
        phase=Phase.PROMOTED,
        stable=stamp.canary,
        canary=stamp.stable,
        replaced=stamp.pins.get(stamp.stable),
        bounds={},
        checkpoint="",
        reason="Promoted",
        message=message,
    )
    return move(seen, over)
