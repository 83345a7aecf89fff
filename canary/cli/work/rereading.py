"""The evidence of a step that is under way, as the daemon would make it after a restart, or as the stamp has it."""

from dataclasses import dataclass
from datetime import timedelta

from canary.cli.work.metering import Meter
from canary.daemon.folds import Folds
from canary.errors import Unavailable
from canary.evidence import Evidence, Verdict
from canary.rollout.boundary import boundary
from canary.rollout.stamp import Stamp


@dataclass(frozen=True, slots=True)
class Weighed:
    """
    Attributes:
        through: the last interval in it.
        verdict: what it says; None where only the beginning of the step is known.
        strangers: client workloads that did not follow the weights lately.
        missing: requests that were due to the canary lately, where it got none of them.
    """

    evidence: Evidence
    unit: timedelta
    through: int
    verdict: Verdict | None = None
    strangers: tuple[str, ...] = ()
    missing: float = 0.0


def stamped(stamp: Stamp, unit: timedelta) -> Weighed:
    """Where the step began."""
    return Weighed(boundary(stamp, unit), unit, stamp.since - 1)


def reread(meter: Meter, namespace: str, stamp: Stamp) -> Weighed:
    """
    Everything since, read again in pieces.

    Raises:
        Unavailable: Prometheus does not answer.
    """
    source = meter.source()
    last = meter.index(source.time())
    folds = Folds(source, meter.unit)
    while True:
        folds.tick([(namespace, stamp)], last)
        if folds.away:
            raise Unavailable(folds.away)
        judged = folds.of(stamp)
        if judged is None:
            raise AssertionError("what was asked about was judged")
        if judged.behind is None:
            sure = judged.sure
            return Weighed(sure, meter.unit, sure.through, judged.verdict, judged.strangers, judged.missing)
