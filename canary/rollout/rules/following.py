"""
Whether the mesh follows the weights: first its configuration, then what every client workload really sends where.

Clients that were busy with the apex when its split was made keep their connections' old route for good, whatever the
weights say later. A canary they never reach is not tested by them, so nothing may advance on what the others see.
"""

from collections.abc import Sequence
from datetime import timedelta

from canary.rollout.boundary import FOLLOWED
from canary.rollout.policy import Policy
from canary.rollout.rules.answers import before_the_first_rung, hold, move
from canary.rollout.rules.traffic import live_share
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Stamp

PROPAGATION = timedelta(seconds=10)
"""How long a write may take to reach the proxies before it is told: 20-70 ms were measured, smi-adaptor's own test waits 10 s."""

NOT_FOLLOWING = "ClientsNotFollowing"

CALM = 12
"""
Intervals in a row in which all clients have to follow after some did not: two looks that share no interval. Who is on
the verge of it would else cost a write at every look, and no deadline would ever be reached.
"""

NAMED = 3
"""How many clients a sentence names: it has to fit into the stamp."""

REMEMBERED = 500
"""Characters of the remedy that the stamp keeps for as long as a person is waited for."""


def followed_from(seen: Snapshot) -> int:
    """The first interval that holds nothing from before this moment, in which the mesh is seen to follow."""
    return seen.now + FOLLOWED


def unsettled(seen: Snapshot) -> Decision | None:
    """The mesh was not seen to follow the weights: what it tells is not about them."""
    stamp = seen.on_trial
    if stamp is None or stamp.policy is None or stamp.gap is not None:
        return None
    if seen.mesh:
        return _not_followed(seen, stamp, stamp.policy)
    if stamp.settled is None:
        message = f"{stamp.canary} has {stamp.share:.1%} of the traffic"
        return hold(seen, stamp.but(settled=followed_from(seen)), "Baking", message)
    if seen.strangers:
        return _clients_do_not(seen, stamp, stamp.policy)
    return _not_for_long(seen, stamp, stamp.policy)


def strange_for(seen: Snapshot, stamp: Stamp, policy: Policy) -> int:
    """For how many intervals longer than the mesh may take to follow clients were seen not to."""
    if not seen.strangers or stamp.reason != "Unsettled":
        return 0
    return max(0, seen.since(stamp.at) - seen.intervals(policy.settle_deadline))


def strange(seen: Snapshot) -> str:
    """Who does not follow."""
    return f"{_some(seen.strangers)} did not follow the weights"


def _not_followed(seen: Snapshot, stamp: Stamp, policy: Policy) -> Decision:
    waited = seen.since(stamp.at)
    if stamp.settled is None and stamp.reason != "Unsettled" and waited < seen.intervals(PROPAGATION):
        return Decision(stamp.reason, stamp.message, stamp=stamp)
    why = f"the mesh does not follow: {seen.mesh}"
    return hold(seen, stamp.but(settled=None), "Unsettled", why, page=_late(seen, stamp, policy))


def _clients_do_not(seen: Snapshot, stamp: Stamp, policy: Policy) -> Decision:
    """
    A single look may be chance, and requests that began before the weights changed end later: only what lasts counts.

    Evidence stays as it is, each client is compared with itself alone.
    """
    late = _late(seen, stamp, policy)
    if late and stamp.step <= _first_step(stamp, policy):
        return _back_to_waiting(seen, stamp)
    message = f"{strange(seen)}: they do not get {stamp.share:.1%} of their answers from {stamp.canary}; nothing advances before"
    return hold(seen, stamp, "Unsettled", message, page=late)


def _not_for_long(seen: Snapshot, stamp: Stamp, policy: Policy) -> Decision | None:
    """They follow just now. While the source is away nobody looks, and that is what is told."""
    if stamp.reason != "Unsettled" or seen.source_away or seen.following_for >= CALM:
        return None
    return hold(seen, stamp, stamp.reason, stamp.message, page=_late(seen, stamp, policy))


def _late(seen: Snapshot, stamp: Stamp, policy: Policy) -> bool:
    return stamp.reason == "Unsettled" and seen.since(stamp.at) >= seen.intervals(policy.settle_deadline)


def _first_step(stamp: Stamp, policy: Policy) -> int:
    return max(1, policy.rung_at(stamp.seed))


def _back_to_waiting(seen: Snapshot, stamp: Stamp) -> Decision:
    """As before the first rung, never with more than now; a person restarts the clients and resumes."""
    live = live_share(seen, stamp) or 0.0
    message = f"{strange(seen)}, so the canary is not tested by them; {_remedy(seen, stamp)}"
    waiting = before_the_first_rung(stamp).but(
        seed=round(min(stamp.seed, live), 9),
        paused=True,
        at=seen.now,
        unfollowed=message[:REMEMBERED],
        reason=NOT_FOLLOWING,
        message=message[:REMEMBERED],
    )
    return move(seen, waiting, page=True, most=live)


def _remedy(seen: Snapshot, stamp: Stamp) -> str:
    """Who asks stable's own Service on purpose looks the same; a restart alone would not help."""
    found = [client.partition("/") for client in seen.strangers[:NAMED]]
    commands = [
        f"`kubectl -n {namespace} rollout restart deployment/{name}`" for namespace, _, name in found if name
    ]
    restart = " and ".join(commands) if len(commands) == len(found) else "restart their pods"
    direct = f"; what calls {stamp.stable} itself has to call {seen.route.apex} instead"
    resume = f"{restart}, then `canary resume {seen.route.name}`"
    return resume if stamp.stable == seen.route.apex else resume + direct


def _some(clients: Sequence[str]) -> str:
    named = ", ".join(client or "clients without a name" for client in clients[:NAMED])
    more = len(clients) - NAMED
    return f"{named} and {more} more" if more > 0 else named
