"""The evidence, question by question, and what it leaves to wait for."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from canary.cli.work.explanation import EvidenceNow, GateNow, Next, Why
from canary.cli.work.reasons import remedy
from canary.cli.work.rereading import Weighed
from canary.cli.work.route import Place
from canary.cli.work.standing import BY_EVIDENCE
from canary.evidence import Bake, explain
from canary.evidence.account import Account
from canary.evidence.confidence import Confidence
from canary.replay.plan import Outlook, outlook
from canary.rollout.boundary import bake
from canary.rollout.model import format_duration
from canary.rollout.stamp import Stamp
from canary.terms import Outcome, Phase, Word

AT_ONCE = {
    Outcome.ROLLBACK: "the daemon takes it back at its next look",
    Outcome.ADVANCE: "the daemon goes on at its next look, unless anything else here holds it",
}

OFTEN = 0.1
"""Part of the futures from which on it is worth a remark."""


def weigh(stamp: Stamp, weighed: Weighed) -> EvidenceNow:
    """As of `weighed`."""
    evidence, verdict, least = weighed.evidence, weighed.verdict, bake(stamp, weighed.unit)
    return EvidenceNow(
        known_from="prometheus" if verdict else "stamp",
        through=weighed.through * weighed.unit.total_seconds(),
        against=evidence.odds,
        limit=evidence.confidence.limit,
        outcome=verdict.outcome if verdict else None,
        message=verdict.message if verdict else "",
        requests=evidence.requests,
        least_requests=least.min_requests,
        intervals=evidence.observed,
        least_intervals=least.min_intervals,
        gates=tuple(_gate(account, evidence.confidence, least) for account in evidence.accounts),
    )


def _gate(account: Account, confidence: Confidence, least: Bake) -> GateNow:
    compared = account.relative and least.control
    within = account.confidence if compared else None
    return GateNow(
        name=account.gate.name,
        message=explain.about(account),
        against=account.purse.evidence,
        within=within,
        needed=confidence.needed if compared else None,
        passed=not account.missed_now if within is None else within >= confidence.needed,
        k=account.dispersion.factor(confidence.paired_limit),
        bursts=explain.bursts(account, confidence),
    )


def waits(stamp: Stamp, weighed: Weighed, place: Place) -> Iterator[Why]:
    """What the evidence waits for, if it says anything of now."""
    verdict, evidence, least = weighed.verdict, weighed.evidence, bake(stamp, weighed.unit)
    if verdict is None:
        return
    if verdict.outcome in AT_ONCE:
        yield Why(reason=verdict.reason, message=verdict.message, opens=AT_ONCE[verdict.outcome])
        return
    told = remedy(verdict.reason, place.name, place.namespace)
    yield Why(reason=verdict.reason, message=verdict.message, means=told.means, opens=told.todo)
    missing = least.min_intervals - evidence.observed
    if missing > 0:
        yield Why(
            reason="Baking",
            message=f"bake.min: {evidence.observed} of {least.min_intervals} intervals seen",
            opens=f"{format_duration(missing * weighed.unit)} more in which it is known what happens",
        )
    for gate in weigh(stamp, weighed).gates:
        if not gate.passed and gate.within is not None and gate.needed is not None:
            yield Why(
                reason="Baking",
                message=f"gate {gate.name}: {explain.ratio(gate.within)} of {explain.ratio(gate.needed)} that it is within its margin",
                opens="more canary requests that are as good as stable's; at the end of bake.max the policy decides without",
            )


def coming(stamp: Stamp, weighed: Weighed | None, place: Place) -> Next | None:
    """What comes after the step, and when; None where nothing does."""
    policy = stamp.policy
    if policy is None or not stamp.running or not stamp.step:
        return None
    last = stamp.step >= len(policy.rungs)
    step, share = (0, 1.0) if last else (stamp.step + 1, policy.share(stamp.step + 1))
    approval = not last and policy.rungs[step - 1].approval and step not in stamp.approved
    found = outlook(stamp, weighed.evidence, weighed.unit, Random(1)) if weighed else None  # noqa: S311 - the same each time
    what = "promotion" if last else f"step {step} of {len(policy.rungs)} ({share:.1%})"
    when = (
        _when(stamp, weighed, found)
        if weighed and found
        else "nobody can tell when: nothing is known of the traffic"
    )
    asked = place.annotate(Word.APPROVE, f"{stamp.id}:{step}")
    person = f"; it needs an approval: {asked}" if approval else ""
    return Next(
        step=step,
        share=share,
        approval=approval,
        seconds=found.seconds if found else None,
        undecided=found.undecided if found else None,
        message=f"{what}: {when}{person}",
    )


def _when(stamp: Stamp, weighed: Weighed, found: Outlook) -> str:
    time = format_duration(timedelta(seconds=round(found.seconds)))
    since = f"about {time} " + ("from now" if weighed.verdict else "after the step began")
    going = stamp.phase in (Phase.PROGRESSING, Phase.BAKING) and stamp.reason in BY_EVIDENCE
    allowed = "" if going else ", not counting the time until it may go on"
    unsure = (
        f"; in {found.undecided:.0%} of the futures that were played nothing is sure by the end of bake.max"
    )
    return f"{since}, if the canary stays healthy{allowed}" + (unsure if found.undecided >= OFTEN else "")
