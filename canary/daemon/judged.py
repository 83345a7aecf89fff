"""What is published about the evidence of one rollout, and how intervals are folded into it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from canary.evidence import Evidence, Interval, Verdict
from canary.evidence.following import missing, strangers
from canary.rollout.boundary import PROVISIONAL, bake, boundary, sparing
from canary.rollout.stamp import Stamp
from canary.terms import Outcome

NEAR = 12
"""Intervals that are read at once whatever was missed; who missed more goes on with the purse alone meanwhile."""

HORIZON = timedelta(days=15)
"""What Prometheus keeps if nobody says otherwise. What is older is unknown and not even asked for: a hand can write any `since`."""

WINDOW = 6
"""Intervals over which clients must be seen to follow: half a minute at 5 s, enough requests and soon over."""

Identity = tuple[str, str, int, int, int]
"""What evidence is about: route uid, id, attempt, step, first interval."""


@dataclass(frozen=True, slots=True)
class Judged:
    """
    Attributes:
        about: the step it is about; evidence about another one says nothing.
        sure: all final intervals, folded; while older ones are read again, what is certain without them.
        since: the first interval of `sure`.
        verdict: with the provisional ones; None before anything was read. While `behind`, on `sure` alone: it may roll
            back, it never advances.
        unknown_since: interval at which the source began to answer, but not about this rollout; None = it does.
        behind: all of it, as far as it was read again; None = nothing was missed.
        lately: the newest known intervals in which the mesh followed.
        strangers: client workloads that did not, over these.
        strange_at: the last interval when there were any; None = never, as far as is remembered.
        missing: requests due to a canary that got none over these, after clients had followed; 0 = it gets some.
        followed: all clients did over a whole window of this step.
    """

    about: Identity
    sure: Evidence
    since: int
    verdict: Verdict | None = None
    unknown_since: int | None = None
    behind: Evidence | None = None
    lately: tuple[Interval, ...] = ()
    strangers: tuple[str, ...] = ()
    strange_at: int | None = None
    missing: float = 0.0
    followed: bool = False

    def following_for(self, now: int) -> int:
        """For how many intervals in a row nobody was seen not to follow."""
        return max(0, now - (self.about[-1] if self.strange_at is None else self.strange_at))

    @property
    def next(self) -> int:
        """The first interval that is not folded for good."""
        return max(self.sure.through + 1, self.since)

    @property
    def missed(self) -> int:
        """The first interval that has to be read again, if any has."""
        return self.next if self.behind is None else max(self.behind.through + 1, self.about[-1])

    @property
    def is_clear(self) -> bool:
        """Nothing that was missed could change what is done about it now."""
        return self.behind is None or (self.verdict is not None and self.verdict.outcome is Outcome.ROLLBACK)

    @property
    def in_the_dark(self) -> "Judged":
        """While the source is away nothing is held against anybody."""
        return replace(self, unknown_since=None, strangers=(), missing=0.0)


def identity(stamp: Stamp) -> Identity:
    """What evidence for this stamp must be about."""
    return (stamp.uid, stamp.id, stamp.attempt, stamp.step, stamp.since)


def begun(stamp: Stamp, unit: timedelta) -> Judged:
    """As the boundary of the stamp's step left it."""
    return Judged(identity(stamp), boundary(stamp, unit), stamp.since)


def at_hand(stamp: Stamp, judged: Judged, last: int, unit: timedelta) -> Judged:
    """The same, or if more was missed than is read at once, what is certain without it, from the newest intervals on."""
    since = last - NEAR + 1
    if judged.next >= since:
        return judged
    full, missed = judged.sure if judged.behind is None else judged.behind, judged.missed
    oldest = last - HORIZON // unit
    if missed < oldest:
        full = full.feed(Interval(oldest - 1, None, why="too long ago to be read again"), settled=False)
        missed = oldest
    spare = sparing(stamp, unit, full, since - missed)
    return replace(judged, sure=spare, since=since, behind=full, verdict=None, lately=())


def folded(stamp: Stamp, judged: Judged, found: Sequence[Interval], last: int, unit: timedelta) -> Judged:
    """
    With what was found, in order: everything final for good, the newest for the verdict alone.

    What was read again goes first; once nothing is missing any more, the whole takes the place of what was certain.
    """
    final = last - PROVISIONAL
    sure, since, behind = _fed(stamp, judged.sure, judged.since, found, final), judged.since, judged.behind
    if behind is not None:
        behind = _fed(stamp, behind, stamp.since, found, final)
        if behind.through >= final:
            sure, since, behind = behind, stamp.since, None
    lately = _lately(stamp, (*judged.lately, *found), final)
    strange = strangers(lately, stamp.share) if stamp.share < 1 else ()
    return Judged(
        about=judged.about,
        sure=sure,
        since=since,
        verdict=_ahead(sure, found, final).judge(bake(stamp, unit)),
        unknown_since=(judged.unknown_since or last) if _blind(sure, since, last) else None,
        behind=behind,
        lately=lately,
        strangers=strange,
        strange_at=last if strange else judged.strange_at,
        missing=missing(lately, stamp.share) if len(lately) == WINDOW and _followed(stamp, judged) else 0.0,
        followed=judged.followed or (len(lately) == WINDOW and not strange),
    )


def _followed(stamp: Stamp, judged: Judged) -> bool:
    """
    All clients did, on this step or on an earlier one, which is not left before: so the canary was reached by them.

    That it was asked is not enough, a smoke test may have done that. At all traffic nobody can tell what is due.
    """
    first = max(1, stamp.policy.rung_at(stamp.seed)) if stamp.policy else 1
    return stamp.share < 1 and (judged.followed or stamp.step > first)


def _blind(sure: Evidence, since: int, last: int) -> bool:
    """Its newest interval is unknown; or its clock went back, and until it is there again nothing is read."""
    return sure.unknown > 0 or max(sure.through + 1, since) > last + NEAR


def _fed(stamp: Stamp, evidence: Evidence, since: int, found: Iterable[Interval], final: int) -> Evidence:
    """As far as the intervals follow one another."""
    due = max(evidence.through + 1, since)
    for interval in found:
        if interval.index == due and due <= final:
            evidence, due = evidence.feed(interval, settled=_settled(stamp, interval)), due + 1
    return evidence


def _ahead(sure: Evidence, found: Iterable[Interval], final: int) -> Evidence:
    """A clock that went back makes intervals provisional that were folded for good: they count once."""
    for interval in found:
        if interval.index > max(final, sure.through) and interval.strata is not None:
            sure = sure.feed(interval, settled=False)
    return sure


def _settled(stamp: Stamp, interval: Interval) -> bool:
    return stamp.settled is not None and interval.index >= stamp.settled


def _lately(stamp: Stamp, found: Iterable[Interval], final: int) -> tuple[Interval, ...]:
    """Sorted, each once: an interval that is final is read the same each time."""
    window = range(final - WINDOW + 1, final + 1)
    known = {
        interval.index: interval
        for interval in found
        if interval.index in window and interval.strata is not None and _settled(stamp, interval)
    }
    return tuple(known[index] for index in sorted(known))
