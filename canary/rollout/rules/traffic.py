"""How the live weights compare with what the stamp says they should be. Judged by share: 90/10 is as good as 900/100."""

from canary.rollout.snapshot import Snapshot
from canary.rollout.stamp import DEFAULT_TOTAL, Stamp
from canary.routes.route import WEIGHT_SUM_LIMIT

RESETS_LIMIT = 3
"""At which foreign write by the same field manager the rollout ends: somebody else owns these weights."""

WRITERS_LIMIT = 4
"""How many field managers are told apart in the stamp; all others count as one."""

_NAME_LIMIT = 40


def live_share(seen: Snapshot, stamp: Stamp) -> float | None:
    """The part of traffic that does not go to stable; None where the weights do not say."""
    share = seen.route.share(stamp.stable)
    return None if share is None else 1.0 - share


def raised(seen: Snapshot, stamp: Stamp) -> bool:
    """Somebody gives backends other than stable more than the stamp says, or nobody knows how much."""
    live, others = live_share(seen, stamp), _strangers(seen, stamp)
    return live is None or others or live > stamp.share + tolerance(stamp)


def lowered(seen: Snapshot, stamp: Stamp) -> bool:
    """Somebody gives the canary less than the stamp says."""
    live = live_share(seen, stamp)
    return live is not None and live < stamp.share - tolerance(stamp)


def tolerance(stamp: Stamp) -> float:
    """Half of the smallest weight: up to it two shares are the same, as rounding to whole weights may leave them."""
    return 0.5 / max(1, stamp.total) + 1e-9


def present_total(seen: Snapshot) -> int:
    """What all weights sum to now, where that can be written; else the default."""
    total = sum(backend.weight or 0 for backend in seen.route.backends)
    return total if 0 < total < WEIGHT_SUM_LIMIT else DEFAULT_TOTAL


def writer(seen: Snapshot) -> str:
    """Who wrote the weights that are there; cut, since the stamp remembers it."""
    return seen.route.manager[:_NAME_LIMIT] or "somebody"


def reset_again(seen: Snapshot, stamp: Stamp) -> Stamp:
    """The stamp that counts one more foreign write by whoever made it."""
    counted = _counted(seen, stamp)
    return stamp.but(resets={**stamp.resets, counted: stamp.resets.get(counted, 0) + 1})


def owned_by_others(seen: Snapshot, stamp: Stamp) -> str:
    """Says who wrote foreign weights too often for this rollout to go on; "" = nobody."""
    times = stamp.resets.get(_counted(seen, stamp), 0)
    if times < RESETS_LIMIT:
        return ""
    return f"{writer(seen)} wrote foreign weights {times} times; it owns this route until it is told to leave spec.backends alone"


def _counted(seen: Snapshot, stamp: Stamp) -> str:
    who = writer(seen)
    return who if who in stamp.resets or len(stamp.resets) < WRITERS_LIMIT else "others"


def _strangers(seen: Snapshot, stamp: Stamp) -> bool:
    known = (stamp.stable, stamp.canary)
    return any(backend.weight for backend in seen.route.backends if backend.service not in known)
