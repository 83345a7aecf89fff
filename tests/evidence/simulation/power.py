"""Bad canaries: how long until they are out, and how many requests that costs."""

from collections.abc import Iterator

from tests.evidence.simulation.causes import Cause, Hiccups, Independent
from tests.evidence.simulation.nulls import BASE, HOUR, OUTAGE
from tests.evidence.simulation.promises import Caught, Promise, Told
from tests.evidence.simulation.rollout import PARTLY, Cell
from tests.evidence.simulation.tables import MOST, Table, endpoints, told
from tests.evidence.simulation.traffic import Caller, Scene

DEAD = Independent(1.0)
LATER = 300.0
"""Seconds into the rollout: a regression that begins five minutes in."""

FIVE_MORE = Independent(0.05)
ONE_MORE = Independent(0.01)


def dead() -> Iterator[Cell]:
    """Every request of the canary fails."""
    for rps, share in MOST[1:]:
        yield _cell("every request fails", rps, share, DEAD, Caught(0.95, 15))
        yield _cell("every request fails, after 5 min", rps, share, DEAD, Caught(0.95, 30), onset=LATER)
        yield _cell(
            "every request fails, 20 min after an outage of 50 % for 300 s",
            rps, share, DEAD, Caught(0.95, 15), OUTAGE, history=HOUR,
        )  # fmt: skip
    yield _cell("every request fails", 10, 0.1, DEAD, Caught(0.5, 15))
    yield _cell("every request fails", 10, 0.5, DEAD, Caught(0.5, 15))
    yield _cell("every request fails", 1, 0.5, DEAD, Told())


def failing_more() -> Iterator[Cell]:
    """A part of its requests more than stable's."""
    promises: dict[tuple[float, float], Promise] = {(1000, 0.1): Caught(0.5, 45)}
    for rps, share in MOST:
        yield _cell("1 % more fail", rps, share, ONE_MORE, promises.get((rps, share), Told()))
        yield _cell("5 % more fail", rps, share, FIVE_MORE, Told())
    yield _cell("1 % more fail, after 5 min", 1000, 0.1, Independent(0.01, (LATER, 1e9)), Told(), onset=LATER)


def bursty() -> Iterator[Cell]:
    """The same at a service whose endpoints go down, known from an hour of history."""
    hiccups = Hiccups(5)
    for what, cause, promise in (
        ("every request fails", DEAD, Caught(0.95, 60)),
        ("20 % more fail", Independent(0.2), Told()),
        ("5 % more fail", FIVE_MORE, Caught(0.5)),
        ("1 % more fail", ONE_MORE, Told()),
    ):
        for rps in (100, 1000):
            yield _cell(
                f"{what}; endpoints down 5 s", rps, 0.1, cause,
                promise if rps == 1000 or what == "every request fails" else Told(), hiccups, history=HOUR,
            )  # fmt: skip


def _cell(
    what: str, rps: float, share: float, cause: Independent, promise: Promise, *others: Cause,
    onset: float = 0.0, history: int = 0,
) -> Cell:  # fmt: skip
    return Cell(
        table=Table.BAD,
        what=what,
        traffic=told(rps, share),
        scene=Scene(
            callers=(Caller(rps, share),), causes=(BASE, *others), history=history, onset=onset,
            regression=(Independent(cause.rate, (onset, 1e9)),), endpoints=endpoints(share),
        ),
        promise=promise,
        gates=PARTLY,
        short=promise != Told(),
    )  # fmt: skip
