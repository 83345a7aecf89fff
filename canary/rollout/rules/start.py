"""Rules for a start: refused, waited for, or begun on the rung that goes with the share the canary already has."""

from canary.evidence import Evidence
from canary.rollout.bounds import watched
from canary.rollout.past import Past
from canary.rollout.policy import Policy
from canary.rollout.requests import digest
from canary.rollout.rules.answers import changed, move, rest
from canary.rollout.rules.capacity import TOO_SMALL, lacks, serving
from canary.rollout.rules.following import NOT_FOLLOWING
from canary.rollout.rules.refusals import fitting_total, refusals, was_replaced
from canary.rollout.rules.traffic import live_share, present_total
from canary.rollout.rules.wishes import WITHDRAWN, canary_of, refused, stable_of, wish, wished
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import ID_LIMIT, SEEN_LIMIT, Pin, Stamp
from canary.terms import Phase, Word


def refused_by_abort(seen: Snapshot) -> Decision | None:
    """An abort that names the very id that is asked for: it never starts, so no weight is written either."""
    wanted, request = wish(seen), seen.requests.get(Word.ABORT)
    if seen.running or not wanted or request is None or request.id != wanted:
        return None
    if seen.stamp and seen.stamp.id == wanted and seen.stamp.acks.get(Word.ABORT) == request.hash:
        return None
    message = f"aborted before it began{seen.requests.origin(request)}"
    refused = _remembered(seen, wanted).but(seen=_with(seen, wanted), phase=Phase.ABORTED)
    return rest(seen, refused.but(reason="Aborted", message=message))


def rejected(seen: Snapshot) -> Decision | None:
    """Something about what is asked for is wrong: no weight is written until it is mended."""
    wanted, why = _to_begin(seen), next(refusals(seen), None)
    if not wanted or why is None:
        return None
    return rest(seen, _remembered(seen, wanted[:ID_LIMIT]).but(reason=why[0], message=why[1]))


def waiting_to_start(seen: Snapshot) -> Decision | None:
    """Accepted, but something has to happen first; until then a ready canary keeps what it has, and others get nothing."""
    wanted = _to_begin(seen)
    if not wanted:
        return None
    stamp = _accepted(seen, wanted)
    for reason, message in _waits(seen, stamp):
        waiting = stamp.but(reason=reason, message=message)
        if seen.leaf(stamp.canary).ready or not seen.leaf(stamp.stable).ready:
            return rest(seen, waiting, page=reason == NOT_FOLLOWING)
        return move(seen, waiting.but(seed=0.0))
    return None


def begins(seen: Snapshot) -> Decision | None:
    """The first rung: the highest one the canary's present share reaches, else the lowest."""
    wanted, policy = _to_begin(seen), seen.policy
    if not wanted or policy is None:
        return None
    accepted = _accepted(seen, wanted)
    present = live_share(seen, accepted) or 0.0
    step = _first(policy, present)
    past = seen.past or Past(bounds=watched(policy.gates, {}))
    evidence = Evidence.begin(
        policy.specs(past.bounds, seen.unit), policy.confidence(), policy.next_share(step), past.intervals
    )
    stamp = accepted.but(
        phase=Phase.PROGRESSING,
        step=step,
        seed=round(present, 9),
        policy=policy,
        apex=seen.route.apex,
        going=seen.now,
        total=fitting_total(seen, tuple(rung.share for rung in policy.rungs)),
        pins=_pins(seen, policy, accepted),
        stable_ready=seen.leaf(accepted.stable).ready,
        since=seen.now + 1,
        bounds=past.bounds,
        checkpoint=evidence.checkpoint(),
        reason="Started",
        message=_started(seen, accepted, policy, step),
    )
    return move(seen, stamp)


def _first(policy: Policy, present: float) -> int:
    return min(max(1, policy.rung_at(present)), len(policy.steps))


def _started(seen: Snapshot, stamp: Stamp, policy: Policy, step: int) -> str:
    """Where it begins, what was learned before, and what is judged otherwise than the policy says."""
    begun = f"{stamp.canary} starts at {policy.share(step):.1%}, step {step} of {len(policy.rungs)} of policy {policy.name}"
    learned = (seen.past.told(seen.unit),) if seen.past else ()
    return "; ".join((begun, *learned, *policy.notes))


def _to_begin(seen: Snapshot) -> str:
    """The id that is to begin: one not seen before, or the accepted one that still waits."""
    if seen.running:
        return seen.running.id if seen.running.phase is Phase.WAITING else ""
    return wish(seen)


def _accepted(seen: Snapshot, wanted: str) -> Stamp:
    """The stamp of a rollout that nothing stands against; what the canary has already is its seed."""
    stable = stable_of(seen)
    canary = canary_of(seen, stable)
    if seen.running:
        seed = seen.running.seed if seen.running.canary == canary else 0.0
        return changed(seen, seen.running, canary=canary, seed=seed)
    new = _remembered(seen, wanted).but(stable=stable, canary=canary, seen=_with(seen, wanted), lowered=0)
    present = new.but(total=present_total(seen), seed=seen.route.share(canary) or 0.0)
    return present.but(phase=Phase.WAITING)


def _remembered(seen: Snapshot, wanted: str) -> Stamp:
    """
    A stamp for an id that is asked for, rejected as yet. Every request that is already there is spent.

    It keeps what the last one knew: which backend is stable, which one must get nothing, and which attempt it was.
    """
    new = Stamp(
        uid=seen.route.uid,
        id=wanted,
        stable="",
        canary="",
        phase=Phase.REJECTED,
        at=seen.now,
        acks=seen.requests.present(),
    )
    return new.but(**_kept(seen.stamp, wanted)) if seen.stamp else new


def _kept(old: Stamp, wanted: str) -> dict[str, object]:
    always = {
        "stable": old.stable,
        "canary": "" if old.phase is Phase.PROMOTED else old.canary,
        "total": old.total,
        "replaced": old.replaced,
        "lowered": old.lowered,
        "seen": old.seen,
    }
    attempt = old.attempt + refused(old)
    judged_again = {
        "attempt": attempt,
        "seed": old.seed,
        "paused": old.paused,
        "unfollowed": old.unfollowed,
        "resets": old.resets,
    }
    return always | judged_again if old.id == wanted else always


def _with(seen: Snapshot, wanted: str) -> tuple[str, ...]:
    before = tuple(each for each in (seen.stamp.seen if seen.stamp else ()) if each != digest(wanted))
    return (*before, digest(wanted))[-SEEN_LIMIT:]


def _waits(seen: Snapshot, stamp: Stamp) -> list[tuple[str, str]]:
    canary, stable = seen.leaf(stamp.canary), seen.leaf(stamp.stable)
    away = seen.source_away or (seen.past.away if seen.past else "")
    small = _too_small(seen, stamp)
    unobserved = [leaf.workload for leaf in (canary, stable) if leaf.workload and not leaf.workload.observed]
    checks = (
        (not wished(seen), "Withdrawn", WITHDRAWN),
        (bool(stamp.drifted), "Drifted", f"{stamp.drifted} wrote foreign weights; {_to_go_on(stamp)}"),
        (stamp.paused, *_paused(stamp)),
        (not stable.ready, "StableNotReady", f"{stamp.stable} has no ready endpoint"),
        (not canary.ready, "CanaryNotReady", f"{stamp.canary} has no ready endpoint"),
        (
            bool(unobserved),
            "NotObserved",
            "a workload's newest generation was not yet seen by its controller",
        ),
        (bool(small), TOO_SMALL, small),
        (bool(seen.shut), "WindowShut", seen.shut),
        (
            was_replaced(seen, stamp, stamp.canary),
            "NothingNew",
            f"{stamp.canary} still is the revision that the last promotion replaced; deploy the new version to it first",
        ),
        (bool(away), "SourceAway", away),
    )
    return [(reason, message) for applies, reason, message in checks if applies]


def _too_small(seen: Snapshot, stamp: Stamp) -> str:
    """For the first rung, where that is more than it has already."""
    policy, present = seen.policy, live_share(seen, stamp) or 0.0
    share = policy.share(_first(policy, present)) if policy else 0.0
    if policy is None or share <= present + 1e-9:
        return ""
    return lacks(seen, stamp, policy, share, serving(seen.leaf(stamp.stable).ready, present))


def _to_go_on(stamp: Stamp) -> str:
    return stamp.unfollowed or "`canary resume` goes on"


def _paused(stamp: Stamp) -> tuple[str, str]:
    """Somebody asked for it, or it came back from a first rung that clients did not follow: then that is told on."""
    if stamp.unfollowed:
        return NOT_FOLLOWING, stamp.unfollowed
    return "Paused", "paused before it began; `canary resume` goes on"


def _pins(seen: Snapshot, policy: Policy, stamp: Stamp) -> dict[str, Pin]:
    if policy.pin == "none":
        return {}
    leaves = {service: seen.leaf(service).workload for service in (stamp.stable, stamp.canary)}
    return {service: workload.pin for service, workload in leaves.items() if workload}
