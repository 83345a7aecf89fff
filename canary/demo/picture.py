"""What there is to see at one moment: what was asked for, what the proxies saw, what is made of it."""

from dataclasses import dataclass
from typing import NamedTuple

from canary.demo.figures import Figures, lately
from canary.demo.ledger import total
from canary.demo.play import Play


class Balance(NamedTuple):
    """Odds, and what they must come to."""

    odds: float
    needed: float


@dataclass(frozen=True, slots=True)
class Picture:
    """
    Attributes:
        at: virtual seconds since the request.
        step: which rung of the ladder, counted from 1; 0 before the first.
        against, favour: the evidence against the canary, and for its being good enough to advance; None = not asked.
        ladder: the canary's share on each rung.
        requests, failed: of the canary, so far.
    """

    scene: str
    sentence: str
    policy: str
    at: float
    phase: str
    reason: str
    message: str
    stable: Figures
    canary: Figures
    against: Balance
    favour: Balance | None
    ladder: tuple[float, ...]
    step: int = 0
    requests: int = 0
    failed: int = 0


def picture(play: Play) -> Picture:
    """What there is to see now."""
    stamp, latest, scene = play.show.stamp, play.show.narrator.latest, play.scene
    stable, canary = lately(play)
    against, favour = _balances(play)
    cost = total(play.ledger.seconds)
    return Picture(
        scene=scene.name,
        sentence=scene.sentence,
        policy=play.show.policy.name,
        at=play.at,
        phase=str(stamp.phase) if stamp else "",
        reason=latest.reason if latest else "",
        message=latest.message if latest else "",
        stable=stable,
        canary=canary,
        step=stamp.step if stamp else 0,
        ladder=tuple(rung.share for rung in play.show.policy.rungs),
        against=against,
        favour=favour,
        requests=cost.requests,
        failed=cost.failed,
    )


def _balances(play: Play) -> tuple[Balance, Balance | None]:
    """At 100 % nothing is compared, so there is nothing to advance by either."""
    stamp, judged = play.show.stamp, play.show.judged
    if stamp is None or judged is None:
        return Balance(1.0, 100.0), None
    state, verdict = judged.sure, judged.verdict
    against = Balance(verdict.evidence if verdict else state.odds, state.confidence.limit)
    weakest = state.weakest if stamp.share < 1 else None
    return against, Balance(weakest.confidence, state.confidence.needed) if weakest else None
