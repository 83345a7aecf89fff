"""That it comes to an end: from every route that was reached, one daemon alone, and nothing goes wrong any more."""

from canary.daemon.judged import identity
from canary.daemon.moves import on_a_rung
from canary.rollout.memory import remembered
from canary.rollout.stamp import Stamp
from canary.routes import trafficsplit
from canary.terms import Outcome, Phase, Word
from tests.model.contents import Facts, Judged, Raw, merged
from tests.model.planning import PRODUCT, Product, Sight, planned

ROUNDS = 12
"""Writes; a start, both rungs with their settling, and the end take six."""


def goes_nowhere(raw: Raw, outcome: Outcome, facts: Facts, product: Product = PRODUCT) -> str:
    """A sentence, if what the evidence says from now on does not end the rollout; "" if it does."""
    for _ in range(ROUNDS):
        plan = planned(product, raw, Sight(facts, facts, _judged(raw, outcome), 0))
        after = merged(raw, plan) if plan else raw
        if after == raw:
            return _unfinished(raw, outcome)
        raw = after
    return f"it still writes after {ROUNDS} writes"


def _judged(raw: Raw, outcome: Outcome) -> Judged | None:
    stamp = _stamp(raw)
    if stamp is None or not on_a_rung(stamp):
        return None
    ripe = outcome is not Outcome.ADVANCE or stamp.settled is not None
    return Judged(identity(stamp), str(outcome if ripe else Outcome.CONTINUE))


def _unfinished(raw: Raw, outcome: Outcome) -> str:
    stamp = _stamp(raw)
    if stamp is None or not on_a_rung(stamp):
        return ""
    if outcome is Outcome.ROLLBACK:
        return f"a failing canary keeps its traffic: {stamp.phase}, {stamp.share}"
    waits = stamp.paused or stamp.drifted or stamp.phase is Phase.FAILED_HELD
    wished = Word.ROLLOUT.key in raw["metadata"]["annotations"]
    return "" if waits or not wished else f"a healthy canary stays at {stamp.share}: {stamp.phase}"


def _stamp(raw: Raw) -> Stamp | None:
    return remembered(trafficsplit.read(raw)).stamp
