"""What was read before starts: for how long it counts, for which start, and how much of it is kept."""

from collections.abc import Callable

from canary.daemon.grid import Grid
from canary.daemon.history import History
from canary.daemon.pasts import FRESH, ROOM, Pasts
from tests.cluster.clocks import JumpingClock
from tests.daemon.scripted import Counters, a_stamp
from tests.rollout.builders import UNIT

NAME = ("ns", "api-split")


class Later:
    """An executor whose jobs wait until they are told to run."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], None]] = []

    def submit(self, job: Callable[[], None]) -> None:
        self.jobs.append(job)

    def work(self) -> None:
        while self.jobs:
            self.jobs.pop(0)()


class Bed:
    """Pasts with a clock and threads that a test moves."""

    def __init__(self) -> None:
        self.source, self.clock, self.threads = Counters(), JumpingClock(1), Later()
        grid = Grid(self.clock, UNIT)
        self.pasts = Pasts(History(self.source), self.threads, grid, self.clock)

    def order(self, name: tuple[str, str] = NAME, number: int = 0) -> None:
        self.pasts.order(name, a_stamp(number), lambda read: (read(), None)[1])


def test_it_is_asked_on_other_threads_and_once_while_it_is_read() -> None:
    bed = Bed()
    for _ in range(3):
        bed.order()
    assert (len(bed.threads.jobs), bed.source.asked) == (1, [])
    bed.threads.work()
    assert bed.pasts.known(NAME, a_stamp()) is not None


def test_it_counts_for_half_a_minute_and_for_the_very_start_it_was_read_for() -> None:
    bed = Bed()
    bed.order()
    bed.threads.work()
    bed.clock.advance(FRESH * UNIT.total_seconds() - 1)
    assert bed.pasts.known(NAME, a_stamp()) is not None
    assert bed.pasts.known(NAME, a_stamp(id="r2")) is None
    assert bed.pasts.known(NAME, a_stamp(canary="v3")) is None
    bed.clock.advance(1)
    assert bed.pasts.known(NAME, a_stamp()) is None


def test_what_has_begun_is_forgotten() -> None:
    bed = Bed()
    bed.order()
    bed.threads.work()
    bed.pasts.forget(NAME)
    assert bed.pasts.known(NAME, a_stamp()) is None


def test_of_many_starts_at_once_the_oldest_give_way() -> None:
    bed = Bed()
    for number in range(ROOM + 1):
        bed.order(("ns", f"split-{number}"), number)
    bed.threads.work()
    known = [bed.pasts.known(("ns", f"split-{n}"), a_stamp(n)) is not None for n in range(ROOM + 1)]
    assert known == [False, *[True] * ROOM]


def test_a_job_that_breaks_does_not_bar_the_next() -> None:
    bed = Bed()
    said = bed.source.doubts
    bed.source.doubts = lambda _leaves: 1 // 0  # type: ignore[assignment,method-assign,return-value]
    broken = list[str]()

    def noting(read: Callable[[], float]) -> None:
        try:
            read()
        except ZeroDivisionError:
            broken.append("bug")

    bed.pasts.order(NAME, a_stamp(), noting)
    bed.threads.work()
    bed.source.doubts = said  # type: ignore[method-assign]
    bed.order()
    bed.threads.work()
    assert broken == ["bug"]
    assert bed.pasts.known(NAME, a_stamp()) is not None
