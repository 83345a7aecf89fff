"""Rules for a start: refused, waited for, or begun on the rung that goes with the share the canary already has."""

from canary.evidence import Evidence
from canary.rollout.policy import Policy
from canary.rollout.requests import digest
from canary.rollout.rules.answers import changed, move, rest
from canary.rollout.rules.refusals import fitting_total, refusals, was_replaced
from canary.rollout.rules.traffic import live_share
from canary.rollout.rules.wishes import canary_of, stable_of, wish
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import SEEN_LIMIT, Pin, Stamp
from canary.terms import Phase, Word


def refused_by_abort(seen: Snapshot) -> Decision | None:
    """An abort that names the very id that is asked for: it never starts."""
    wanted, request = wish(seen), seen.requests.get(Word.ABORT)
    if seen.running or not wanted or request is None or request.id != wanted:
        return None
    message = f"aborted before it began{seen.requests.origin(request)}"
    stamp = _wished(seen, wanted, stable=stable_of(seen), canary=canary_of(seen, stable_of(seen)))
    return rest(seen, stamp.but(phase=Phase.ABORTED, reason="Aborted", message=message))


def rejected(seen: Snapshot) -> Decision | None:
    """Something about what is asked for is wrong: no weight is written until it is mended."""
    wanted, why = _to_begin(seen), next(refusals(seen), None)
    if not wanted or why is None:
        return None
    stable = seen.stamp.stable if seen.stamp else ""
    stamp = _wished(seen, wanted[:63], stable=stable, canary="").but(
        seen=seen.stamp.seen if seen.stamp else ()
    )
    return rest(seen, stamp.but(phase=Phase.REJECTED, reason=why[0], message=why[1]))


def waiting_to_start(seen: Snapshot) -> Decision | None:
    """Accepted, but something has to happen first; until then the canary gets nothing."""
    wanted = _to_begin(seen)
    if not wanted:
        return None
    stamp = _accepted(seen, wanted)
    for reason, message in _waits(seen, stamp):
        waiting = stamp.but(phase=Phase.WAITING, step=0, reason=reason, message=message)
        return rest(seen, waiting) if reason in ("Paused", "StableNotReady") else move(seen, waiting)
    return None


def begins(seen: Snapshot) -> Decision | None:
    """The first rung: the highest one the canary's present share reaches, else the lowest."""
    wanted, policy = _to_begin(seen), seen.policy
    if not wanted or policy is None:
        return None
    accepted = _accepted(seen, wanted)
    present = live_share(seen, accepted) or 0.0
    step = min(max(1, policy.rung_at(present)), len(policy.steps))
    evidence = Evidence.begin(policy.specs(), policy.confidence(), policy.next_share(step))
    stamp = accepted.but(
        phase=Phase.PROGRESSING,
        step=step,
        policy=policy,
        total=fitting_total(seen, tuple(rung.share for rung in policy.rungs)),
        pins=_pins(seen, policy, accepted),
        stable_ready=seen.leaf(accepted.stable).ready,
        since=seen.now + 1,
        checkpoint=evidence.checkpoint(),
        reason="Started",
        message=f"{accepted.canary} starts at {policy.share(step):.1%}, step {step} of {len(policy.rungs)} of policy {policy.name}",
    )
    return move(seen, stamp)


def _to_begin(seen: Snapshot) -> str:
    """The id that is to begin: one not seen before, or the accepted one that still waits."""
    if seen.running:
        return seen.running.id if seen.running.phase is Phase.WAITING else ""
    return wish(seen)


def _accepted(seen: Snapshot, wanted: str) -> Stamp:
    stable = stable_of(seen)
    canary = canary_of(seen, stable)
    if seen.running:
        return changed(seen, seen.running, canary=canary)
    stamp = _wished(seen, wanted, stable=stable, canary=canary)
    return stamp.but(total=sum(backend.weight or 0 for backend in seen.route.backends))


def _wished(seen: Snapshot, wanted: str, *, stable: str, canary: str) -> Stamp:
    """A stamp for a new id: every request that is already there is spent."""
    old = seen.stamp
    return Stamp(
        uid=seen.route.uid,
        id=wanted,
        stable=stable,
        canary=canary,
        phase=Phase.WAITING,
        at=seen.now,
        acks=dict(seen.requests.hashes or {}),
        seen=(*(old.seen if old else ()), digest(wanted))[-SEEN_LIMIT:],
        replaced=old.replaced if old else None,
    )


def _waits(seen: Snapshot, stamp: Stamp) -> list[tuple[str, str]]:
    canary, stable = seen.leaf(stamp.canary), seen.leaf(stamp.stable)
    unobserved = [leaf.workload for leaf in (canary, stable) if leaf.workload and not leaf.workload.observed]
    checks = (
        (bool(stamp.drifted), "Drifted", f"{stamp.drifted} wrote foreign weights; `canary resume` goes on"),
        (stamp.paused, "Paused", "paused before it began; `canary resume` goes on"),
        (not stable.ready, "StableNotReady", f"{stamp.stable} has no ready endpoint"),
        (not canary.ready, "CanaryNotReady", f"{stamp.canary} has no ready endpoint"),
        (
            bool(unobserved),
            "NotObserved",
            "a workload's newest generation was not yet seen by its controller",
        ),
        (
            was_replaced(seen, stamp, stamp.canary),
            "NothingNew",
            f"{stamp.canary} still is the revision that the last promotion replaced; deploy the new version to it first",
        ),
    )
    return [(reason, message) for applies, reason, message in checks if applies]


def _pins(seen: Snapshot, policy: Policy, stamp: Stamp) -> dict[str, Pin]:
    if policy.pin == "none":
        return {}
    leaves = {service: seen.leaf(service).workload for service in (stamp.stable, stamp.canary)}
    return {service: workload.pin for service, workload in leaves.items() if workload}
