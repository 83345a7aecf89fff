"""The evidence of a rollout in the figures that a record keeps."""

from canary.evidence import Evidence
from canary.rollout.record.model import Arm, Gate, Totals


def gates(evidence: Evidence) -> tuple[Gate, ...]:
    """What each gate has made of all final intervals."""
    return tuple(
        Gate(
            name=account.gate.name,
            against=digits(account.purse.evidence),
            within=digits(account.confidence),
            canary=Arm(bad=round(account.tally.bad), of=round(account.tally.requests)),
            stable=Arm(bad=round(account.tally.stable_bad), of=round(account.tally.stable_requests)),
        )
        for account in evidence.accounts
    )


def counted(evidence: Evidence) -> Totals:
    """Over the whole attempt; of the gate that had a say in most."""
    tallies = [account.tally for account in evidence.accounts]
    return Totals(
        intervals=evidence.seen,
        canary_requests=round(max(tally.requests for tally in tallies)),
        stable_requests=round(max(tally.stable_requests for tally in tallies)),
    )


def digits(number: float) -> float:
    """Four significant ones."""
    return float(f"{number:.4g}")
