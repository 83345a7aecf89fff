"""The sentences of a verdict, for whoever is woken by it."""

from canary.evidence.account import Account
from canary.evidence.confidence import Bake, Confidence
from canary.evidence.state import State

BURSTY = 5.0
"""K from which a reader should be told why so many failures weigh so little."""


def ratio(odds: float) -> str:
    """`161:1`"""
    return f"{odds:.3g}:1" if odds < 1e6 else f"{odds:.0e}:1"


def against(state: State) -> str:
    """Who accuses the canary, of what, and how strongly."""
    account, limit = state.loudest, ratio(state.confidence.limit)
    bursts = _bursts(account, account.dispersion.factor(state.confidence.paired_limit))
    return (
        f"{_did(account)}, {_tolerated(account)}; "
        f"the evidence against the canary is {ratio(state.odds)}{bursts}, {limit} rolls it back"
    )


def about(account: Account) -> str:
    """What one gate has weighed so far."""
    if not account.tally.requests:
        return f"{account.gate.name}: no canary request was weighed yet"
    return f"{_did(account)}, {_tolerated(account)}"


def bursts(account: Account, confidence: Confidence) -> str:
    """What K means."""
    size, learned = account.dispersion.factor(confidence.paired_limit), account.dispersion
    if not (learned.short.expected or learned.long.expected):
        return f"taken for usual: stable's responses of that kind were too few to learn from; weighed as if {size:.2g} came at a time"
    how = "one by one" if size <= 1 else f"as if {size:.2g} came at a time"
    since = (
        ", learned from one interval to the next since stable has a single endpoint" if learned.paired else ""
    )
    return f"weighed {how}, by how stable's come{since}"


def missed(account: Account) -> str:
    """An objective is missed now, and whether stable misses it too."""
    lately, gate = account.lately, account.gate
    canary = _percent(lately.canary.bad, lately.canary.requests)
    return (
        f"{gate.name}: lately {canary} of the canary's requests {gate.deed}, {100 * gate.margin:g} % are allowed; "
        f"{_and_stable(account)}; nothing advances until the canary keeps it again"
    )


def stale(state: State) -> str:
    """Nothing is known."""
    return (
        f"no complete metrics for {state.unknown} intervals{_why(state)}; "
        "this speaks neither for nor against the canary, nothing advances until they are back"
    )


def rebuilding() -> str:
    """Something was known, and is being read again."""
    return "the evidence since the last change of weights is being read again; until then nothing advances"


def newest_unknown(state: State, bake: Bake) -> str:
    """Something is known, but not what happens now."""
    return f"the newest interval is unknown{_why(state)}, so nothing advances yet; {progress(state, bake)}"


def progress(state: State, bake: Bake) -> str:
    """How far this step is from advancing."""
    seen = f"{state.observed} of at least {bake.min_intervals} intervals seen"
    weakest = state.weakest if bake.control else None
    if weakest is None:
        asked = f"{state.requests:.0f} of at least {bake.min_requests} canary requests"
        return f"{seen}, {asked}; there is no stable traffic to compare with"
    needed = ratio(state.confidence.needed)
    return f"{seen}; {weakest.gate.name} within the margin: {ratio(weakest.confidence)} of {needed} needed"


def passed(state: State, bake: Bake) -> str:
    """Why the canary may advance."""
    seen = f"after {state.observed} intervals and {state.requests:.0f} canary requests"
    weakest = state.weakest if bake.control else None
    if weakest is None:
        return f"nothing speaks against the canary {seen}; there is no stable traffic to compare with"
    sure = f"{ratio(weakest.confidence)}, {ratio(state.confidence.needed)} needed"
    return f"every gate is within its margin {seen} (least sure is {weakest.gate.name}: {sure})"


def longest(state: State, bake: Bake) -> str:
    """The longest bake is over, and what it brought."""
    return (
        f"the longest bake ({bake.max_intervals} intervals) is over: {state.requests:.0f} canary requests "
        f"(at least {bake.min_requests} needed), evidence against the canary {ratio(state.odds)} "
        f"(less than {ratio(state.confidence.quiet_below)} needed)"
    )


def hardly_asked(state: State, bake: Bake) -> str:
    """Why it may advance though next to nothing is known."""
    return (
        f"too quiet: {state.requests:.0f} of at least {bake.min_requests} canary requests, none failed; "
        f"the longest bake ({bake.max_intervals} intervals) is over, and the policy goes on"
    )


def _did(account: Account) -> str:
    tally, gate = account.tally, account.gate
    canary = _percent(tally.bad, tally.requests)
    return f"{gate.name}: {canary} of the canary's requests {gate.deed} ({tally.bad:.0f} of {tally.requests:.0f})"


def _tolerated(account: Account) -> str:
    tally, gate = account.tally, account.gate
    if not account.relative:
        return f"the objective allows {100 * gate.margin:g} %"
    usual = tally.expected / tally.requests if tally.requests else 0.0
    return (
        f"{_percent(tally.stable_bad, tally.stable_requests)} of stable's "
        f"({tally.stable_bad:.0f} of {tally.stable_requests:.0f}), "
        f"up to {100 * (gate.ratio * usual + gate.margin):.2f} % is tolerated "
        f"({gate.ratio:g} × stable for the same callers + {100 * gate.margin:g} %)"
    )


def _and_stable(account: Account) -> str:
    stable = account.lately.stable
    if stable.idle or not stable.requests:
        return "stable has no traffic to compare with"
    bad = _percent(stable.bad, stable.requests)
    if account.stable_misses:
        return f"and {bad} of stable's, a shared failure for which the canary is not blamed"
    return f"of stable's {bad}"


def _bursts(account: Account, size: float) -> str:
    """How much counts weigh, unless it is the bounded bet that speaks: that one does not go by counts."""
    if size <= BURSTY:
        return ""
    if account.purse.steady > sum(account.purse.wealth):
        return f" (failures come in bursts of {size:.0f}, so what is weighed is the canary's part of them)"
    return f" (weighed as bursts of {size:.0f})"


def _why(state: State) -> str:
    return f" ({state.why})" if state.why else ""


def _percent(bad: float, requests: float) -> str:
    return f"{100 * bad / requests:.2f} %" if requests > 0 else "none"
