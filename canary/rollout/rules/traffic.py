"""How the live weights compare with what the stamp says they should be. Judged by share: 90/10 is as good as 900/100."""

from canary.rollout.snapshot import Snapshot
from canary.rollout.stamp import Stamp


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
    """Half of the smallest weight: below it two shares are the same."""
    return 0.5 / max(1, stamp.total)


def writer(seen: Snapshot) -> str:
    """Who wrote the weights that are there."""
    return seen.route.manager or "somebody"


def _strangers(seen: Snapshot, stamp: Stamp) -> bool:
    known = (stamp.stable, stamp.canary)
    return any(backend.weight for backend in seen.route.backends if backend.service not in known)
