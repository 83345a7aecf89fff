"""What a decision would do to the traffic, seen from the side that carries it out."""

from collections.abc import Mapping

from canary.cluster.kinds import TRAFFIC_SPLITS
from canary.cluster.patch import RoutePatch
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Stamp
from canary.terms import DAEMON_MANAGER, Phase


def route_patch(seen: Snapshot, body: Mapping[str, object], *, dry_run: bool = False) -> RoutePatch:
    """A write for the very version that was seen."""
    route = seen.route
    return RoutePatch(
        kind=TRAFFIC_SPLITS,
        namespace=route.namespace,
        name=route.name,
        uid=route.uid,
        resource_version=route.version,
        body=dict(body),
        manager=DAEMON_MANAGER,
        dry_run=dry_run,
    )


def on_a_rung(stamp: Stamp) -> bool:
    """Whether evidence is needed: the attempt runs, and has begun."""
    return stamp.running and stamp.phase is not Phase.WAITING


def gives_traffic(decision: Decision) -> bool:
    """Whether the canary has a share once it is carried out, or the version before a promotion has it all again."""
    if decision.weights is None or decision.stamp is None:
        return False
    return decision.stamp.share > 0 or decision.rule == "undone"


def begins_alike(cached: Decision, fresh: Decision) -> bool:
    """Whether what was asked of the past is about the start that is decided now: the policy may have been read again."""
    if "begins" not in (cached.rule, fresh.rule):
        return True
    one, other = cached.stamp, fresh.stamp
    if one is None or other is None or cached.rule != fresh.rule:
        return False
    return (one.policy, one.stable, one.canary) == (other.policy, other.stable, other.canary)


def is_urgent(decision: Decision, seen: Snapshot) -> bool:
    """A start is not, even where the canary has more than its first rung: it is tried and observed first."""
    return decision.rule != "begins" and takes_away(decision, seen)


def refuses(decision: Decision, seen: Snapshot) -> bool:
    """
    Whether a start would be rejected by it: a word that whoever waits for the rollout takes for the end.

    Where a stamp was lost and traffic is taken back for it, that waits for nothing.
    """
    rejected = decision.stamp is not None and decision.stamp.phase is Phase.REJECTED
    return rejected and decision.weights is None and decision.changes(seen)


def takes_away(decision: Decision, seen: Snapshot) -> bool:
    """Whether the canary has less afterwards."""
    if decision.weights is None or decision.stamp is None:
        return decision.weights is not None
    live = seen.route.share(decision.stamp.stable)
    return live is None or 1 - live > decision.stamp.share + 1e-9
