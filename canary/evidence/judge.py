"""From evidence to a verdict: an ordered list of small rules, the first to answer wins."""

from collections.abc import Callable

from canary.evidence import explain
from canary.evidence.confidence import Bake
from canary.evidence.state import State
from canary.evidence.verdict import Verdict
from canary.terms import Outcome

Rule = Callable[[State, Bake], Verdict | None]


def condemn(state: State) -> Verdict | None:
    """Enough evidence against the canary, and enough bad responses behind it to show to somebody."""
    odds, confidence = state.odds, state.confidence
    if odds < confidence.limit:
        return None
    loudest = state.loudest
    tally = loudest.tally
    if tally.bad < confidence.min_bad or tally.bad_intervals < confidence.min_bad_intervals:
        return None
    reason = "WorseThanStable" if loudest.relative else "ObjectiveMissed"
    return Verdict(Outcome.ROLLBACK, reason, explain.against(state), odds)


def condemned(state: State, _bake: Bake) -> Verdict | None:
    """Once rolled back, always rolled back: better data afterwards are stable's."""
    return state.condemned


def metrics_stale(state: State, _bake: Bake) -> Verdict | None:
    """Unknown is neither bad nor good."""
    if state.unknown < state.confidence.stale_intervals:
        return None
    return Verdict(Outcome.HOLD, "NoMetrics", explain.stale(state), state.odds)


def evidence_building(state: State, _bake: Bake) -> Verdict | None:
    """Not enough to roll back, too much to send more traffic."""
    if state.odds < state.confidence.hold_at:
        return None
    return Verdict(Outcome.HOLD, "EvidenceBuilding", explain.against(state), state.odds)


def objective_missed_now(state: State, _bake: Bake) -> Verdict | None:
    """Never advance into an outage, whoever causes it."""
    for account in state.accounts:
        if account.missed_now and account.lately.canary.bad >= state.confidence.min_bad:
            return Verdict(Outcome.HOLD, "ObjectiveMissedNow", explain.missed(account), state.odds)
    return None


def rebuilding(state: State, _bake: Bake) -> Verdict | None:
    """After a crash, until what was missed has been read again: what is known may roll back, never advance."""
    if not state.rebuilding:
        return None
    return Verdict(Outcome.HOLD, "Rebuilding", explain.rebuilding(), state.odds)


def newest_unknown(state: State, bake: Bake) -> Verdict | None:
    """What happens right now cannot be seen: wait for the next interval before adding traffic."""
    if not state.unknown:
        return None
    return Verdict(Outcome.CONTINUE, "Baking", explain.newest_unknown(state, bake), state.odds)


def within_margin(state: State, bake: Bake) -> Verdict | None:
    """Every gate that must be passed is; or, with nothing to compare with, enough requests kept the objective."""
    weakest = state.weakest if bake.control else None
    if weakest is None:
        passed = state.requests >= bake.min_requests
    else:
        passed = weakest.confidence >= state.confidence.needed
    if not passed or state.observed < bake.min_intervals:
        return None
    return Verdict(Outcome.ADVANCE, "WithinMargin", explain.passed(state, bake), state.odds)


def nothing_against(state: State, bake: Bake) -> Verdict | None:
    """The longest bake is over without proof, yet the canary was asked often enough and nothing speaks against it."""
    quiet = state.odds < state.confidence.quiet_below and state.requests >= bake.min_requests
    if state.step.aged < bake.max_intervals or not quiet:
        return None
    return Verdict(Outcome.ADVANCE, "NothingAgainst", explain.longest(state, bake), state.odds)


def hardly_asked(state: State, bake: Bake) -> Verdict | None:
    """
    The same with fewer requests, where the policy goes on then, too.

    So few can hardly raise the evidence against it, so nothing speaks against the canary only if none of them failed
    and no objective is missed; and without a single one, nothing has spoken at all.
    """
    quiet = state.odds < state.confidence.quiet_below and state.requests >= 1 and state.step.failures == 0
    missed = any(account.missed_now for account in state.accounts)
    if not bake.lenient or state.step.aged < bake.max_intervals or missed or not quiet:
        return None
    return Verdict(Outcome.ADVANCE, "TooQuietAdvanced", explain.hardly_asked(state, bake), state.odds)


def too_quiet(state: State, bake: Bake) -> Verdict | None:
    """The longest bake is over and did not tell enough: a person or the policy decides."""
    if state.step.aged < bake.max_intervals:
        return None
    message = f"{explain.longest(state, bake)}; {explain.progress(state, bake)}"
    return Verdict(Outcome.TOO_QUIET, "TooQuiet", message, state.odds)


def baking(state: State, bake: Bake) -> Verdict:
    """Always answers."""
    return Verdict(Outcome.CONTINUE, "Baking", explain.progress(state, bake), state.odds)


RULES: tuple[Rule, ...] = (
    condemned, metrics_stale, evidence_building, objective_missed_now, rebuilding, newest_unknown,
    within_margin, nothing_against, hardly_asked, too_quiet, baking,
)  # fmt: skip


def judge(state: State, bake: Bake) -> Verdict:
    """What the evidence alone says."""
    return next(answer for rule in RULES if (answer := rule(state, bake)))
