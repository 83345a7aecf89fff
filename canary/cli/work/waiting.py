"""
Waiting for the end of one rollout, named by its id. The first end that is seen counts, and never that of another one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from canary.cli.work.ends import End, end_of, held, queued, unclaimed
from canary.cli.work.following import Follower
from canary.cli.work.report import RolloutStatus, report
from canary.cli.work.route import Seen
from canary.cli.work.session import Session
from canary.errors import CanaryError, Stalled
from canary.terms import Exit, Word

JUDGED_ANEW_WITHIN = 10.0
"""
Seconds a daemon may take to judge again what it rejected before. Finding the same, it writes nothing: from then on the
rejection that is there is the answer.
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """
    What is waited for, and how long.

    Attributes:
        timeout: seconds until the wait is given up.
        pickup: seconds until somebody must have picked the rollout up.
        fail_on_hold: a rollout that needs a person is an end.
        forever: no end is one, of no rollout; then `id` is "".
        stale: the stamp that was there when the rollout was asked for; a rejection in it is about an earlier wish.
    """

    id: str
    timeout: float = inf
    pickup: float = 60.0
    fail_on_hold: bool = False
    forever: bool = False
    stale: str = ""


@dataclass
class Wait:
    """
    One wait.

    Attributes:
        tell: is given what is seen whenever it has changed; what it is given last has an `end`.
        note: is given what else is to know.
    """

    session: Session
    terms: Terms
    tell: Callable[[RolloutStatus], None]
    note: Callable[[str], None]
    _last: RolloutStatus | None = field(default=None, init=False)
    _why: str = field(default="", init=False)
    _queue: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._began = self._unclaimed_since = self.session.clock.monotonic()

    def run(self) -> End:
        """
        Wait; how it ended.

        Raises:
            CanaryError: it cannot be told any more.
        """
        try:
            end = self._run()
        except KeyboardInterrupt:
            named = f"rollout {self.terms.id}" if self.terms.id else "whatever runs"
            self._over(End.of(Exit.INTERRUPTED, "Interrupted", f"{named} goes on"))
            raise
        except CanaryError as error:
            self._over(End.of(Exit.ERROR, "Error", str(error)))
            raise
        self._over(end)
        return end

    def _run(self) -> End:
        patience = min(self.terms.pickup, self.terms.timeout)
        follower = Follower(self.session, self._left, self.note, patience)
        ends = (self._judge(found) for found in follower.looks())
        return next(end for end in ends if end)

    def _judge(self, found: Seen | None) -> End | None:
        if found is None:
            self._unclaimed_since = self.session.clock.monotonic()  # while nobody can write, nobody is late
            return self._late()
        return self._of(found) or self._late()

    def _of(self, found: Seen) -> End | None:
        if found.newer:
            raise Stalled(
                f"a newer version of canary (stamp version {found.newer.v}) is at work here, and we cannot read how far it is",
                at=str(found.route),
                hint="canary version, and install that version",
            )
        before, self._last = self._last, report(found)
        self._why, self._queue = unclaimed(found, self.terms.id), queued(found, self.terms.id)
        if not self._why:
            self._unclaimed_since = self.session.clock.monotonic()
        end = self._end(found)
        if end is None and self._last != before:
            self.tell(self._last)
        return end

    def _end(self, found: Seen) -> End | None:
        if self.terms.forever:
            return None
        end = end_of(found, self.terms.id)
        if end and end.exit_code == Exit.REJECTED and self._may_be_judged_anew(found):
            return None
        return end or (held(found, self.terms.id) if self.terms.fail_on_hold else None)

    def _may_be_judged_anew(self, found: Seen) -> bool:
        same = found.route.annotations.get(Word.STATE.key, "") == self.terms.stale
        return same and self.session.clock.monotonic() - self._began < JUDGED_ANEW_WITHIN

    def _late(self) -> End | None:
        now = self.session.clock.monotonic()
        if self._last is None:
            return None  # the follower gives up, and knows why
        unclaimed_for = now - self._unclaimed_since
        timed_out = now - self._began >= self.terms.timeout
        if self._why and (unclaimed_for >= self.terms.pickup or timed_out):
            return End.of(Exit.NOT_PICKED_UP, "NotPickedUp", f"not within {unclaimed_for:.0f} s: {self._why}")
        return End.of(Exit.TIMEOUT, "TimedOut", self._still()) if timed_out else None

    def _left(self) -> float:
        now = self.session.clock.monotonic()
        pickup = self._unclaimed_since + self.terms.pickup if self._why else inf
        return min(self._began + self.terms.timeout, pickup) - now

    def _still(self) -> str:
        rollout = self._last.rollout if self._last else None
        if self._queue or rollout is None:
            return f"rollout {self.terms.id} still waits for the end of {self._queue}"
        return f"rollout {self.terms.id} is still {rollout.phase} ({rollout.reason}: {rollout.message})"

    def _over(self, end: End) -> None:
        if self._last:
            self.tell(self._last.ended(end))
