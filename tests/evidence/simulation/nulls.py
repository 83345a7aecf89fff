"""Healthy canaries: how many are rolled back within half an hour."""

from collections.abc import Iterator
from itertools import product

from tests.evidence.simulation.causes import Cause, Clusters, Hiccups, Independent, Wavering
from tests.evidence.simulation.promises import Promise, RolledBack, Told
from tests.evidence.simulation.rollout import Cell
from tests.evidence.simulation.tables import MOST, Table, endpoints, told
from tests.evidence.simulation.traffic import MINUTE, Caller, Scene

BASE = Independent(0.001)
HOUR = 60 * MINUTE
OUTAGE = Independent(0.5, between=(-1500, -1200))
"""Half of all requests, whoever answers, for five minutes, over twenty minutes before the start."""

HALF = 0.5
"""
The share at which a start without a history is promised less.

Half of the endpoints are the canary's then. So the first burst of all is one of the canary's in every second rollout, the
first three of them in every eighth, and nothing was seen by then that would tell them from a bad version.
"""

NEAR = 5
"""Times the usual number of runs, where what is true lies near what is promised: 400 would often tell it wrong."""


def independent() -> Iterator[Cell]:
    """Each request fails by itself, equally often in both versions."""
    for rps, share, rate in product((1, 10, 100, 1000, 5000), (0.01, 0.1, 0.5), (0.0, 0.001, 0.005, 0.009)):
        yield Cell(
            table=Table.INDEPENDENT,
            what=f"independent failures, {rate:.1%}",
            traffic=told(rps, share),
            scene=Scene(
                callers=(Caller(rps, share),), causes=(Independent(rate),), endpoints=endpoints(share)
            ),
            promise=RolledBack(0.01),
            short=rate == 0.009 and (rps, share) in MOST,
        )


def clusters() -> Iterator[Cell]:
    """Failures that are not independent, in each endpoint for itself."""
    laws: tuple[tuple[str, Cause], ...] = (
        ("clusters of 10 on average, 0.5 %", Clusters(0.005, 10)),
        ("clusters of 50 on average, 0.5 %", Clusters(0.005, 50)),
        ("beta-binomial, correlation 0.02, 0.5 %", Wavering(0.005, 0.02)),
        ("beta-binomial, correlation 0.1, 0.5 %", Wavering(0.005, 0.1)),
    )
    for (what, law), minutes in product(laws, (0, 10)):
        large = what.startswith("clusters of 50")
        for rps, share in MOST:
            yield Cell(
                table=Table.CLUSTERS,
                what=f"{what}, {_history(minutes)}",
                traffic=told(rps, share),
                scene=_scene(rps, share, law, minutes),
                promise=RolledBack(0.03 if large and not minutes and share == HALF else 0.02),
                short=minutes == 0 and (rps, share) == (1000, 0.1),
                times=1 if minutes or share < HALF else NEAR,
            )


def hiccups() -> Iterator[Cell]:
    """Endpoints that fail everything for seconds, every twenty minutes each."""
    laws: tuple[tuple[str, Cause, dict[int, Promise]], ...] = (
        ("5 s", Hiccups(5), {60: RolledBack(0.02), 10: RolledBack(0.03), 0: RolledBack(0.03)}),
        (
            "5 s on average",
            Hiccups(5, exactly=False),
            {60: RolledBack(0.02), 10: Told(), 0: RolledBack(0.03)},
        ),
        (
            "15 s on average",
            Hiccups(15, exactly=False),
            {60: RolledBack(0.10), 10: RolledBack(0.10), 0: Told()},
        ),
    )
    for what, law, promises in laws:
        lasting = what == "5 s on average"
        for (minutes, promise), (rps, share) in product(promises.items(), MOST):
            yield Cell(
                table=Table.HICCUPS,
                what=f"endpoints down {what}, {_history(minutes)}",
                traffic=told(rps, share),
                scene=_scene(rps, share, law, minutes),
                promise=RolledBack(0.10) if lasting and not minutes and share == HALF else promise,
                short=what == "5 s" and minutes != 10 and (rps, share) in ((100, 0.1), (1000, 0.5)),
                times=NEAR if lasting and not minutes else 1,
            )


def after_an_outage() -> Iterator[Cell]:
    """The same, with a shared outage in the hour before."""
    for (what, law), (rps, share) in product(
        (("5 s", Hiccups(5)), ("5 s on average", Hiccups(5, exactly=False))), MOST
    ):
        yield Cell(
            table=Table.HICCUPS,
            what=f"endpoints down {what}, an hour with an outage of 50 % for 300 s",
            traffic=told(rps, share),
            scene=_scene(rps, share, law, 60, OUTAGE),
            promise=RolledBack(0.02),
            short=what == "5 s" and (rps, share) == (100, 0.1),
        )


def shared() -> Iterator[Cell]:
    """Both versions fail alike, beyond the objective: half an hour, or a minute of half of all requests."""
    outage = Independent(0.5, between=(600, 660))
    for (what, cause), rps in product(
        (("3 %", Independent(0.03)), ("5 %", Independent(0.05)), ("50 % for a minute", outage)), (10, 100)
    ):
        yield Cell(
            table=Table.OTHERS,
            what=f"shared failures, {what}",
            traffic=told(rps, 0.1),
            scene=_scene(rps, 0.1, cause, 0),
            promise=RolledBack(0.01),
            short=rps == 100 and what != "5 %",
        )


def strangers() -> Iterator[Cell]:
    """Two callers of different luck, of which one does not follow the weights: pooled, the canary would look worse."""
    poor, lucky = (Independent(0.008),), (Independent(0.0002),)
    pairs = {
        "the caller with fewer failures stays on stable": (Caller(100, 0.1, poor), Caller(900, 0.0, lucky)),
        "the caller with more failures stays on the canary": (
            Caller(100, 0.9, poor),
            Caller(900, 0.1, lucky),
        ),
    }
    for what, callers in pairs.items():
        yield Cell(
            table=Table.OTHERS,
            what=what,
            traffic="1000 rps",
            scene=Scene(callers=callers),
            promise=RolledBack(0.01),
            short=True,
        )


def at_the_margin() -> Iterator[Cell]:
    """A canary exactly as bad as is tolerated, 1.5 times stable's rate and 0.2 %, is healthy."""
    for rps, share in MOST:
        yield Cell(
            table=Table.OTHERS,
            what="0.1 % fail, of the canary's 0.35 %: just tolerated",
            traffic=told(rps, share),
            scene=Scene(
                callers=(Caller(rps, share),), causes=(BASE,), regression=(Independent(0.0025),),
                endpoints=endpoints(share),
            ),
            promise=RolledBack(0.01),
            short=(rps, share) == (1000, 0.5),
        )  # fmt: skip


def limits() -> Iterator[Cell]:
    """Where no promise is made: what happens to stable as a whole and not to the canary, no comparison of halves shows."""
    for rps in (100, 1000):
        yield Cell(
            table=Table.LIMITS,
            what="endpoints down 5 s, one stable endpoint, no history",
            traffic=told(rps, 0.1),
            scene=Scene(callers=(Caller(rps, 0.1),), causes=(BASE, Hiccups(5)), endpoints=(1, 1)),
            promise=Told(),
        )
        yield Cell(
            table=Table.LIMITS,
            what="the rate of each version wavers as one, beta-binomial, correlation 0.02, 0.5 %",
            traffic=told(rps, 0.1),
            scene=Scene(callers=(Caller(rps, 0.1),), causes=(Wavering(0.005, 0.02, together=True),)),
            promise=Told(),
        )


def _scene(rps: float, share: float, cause: Cause, minutes: int, *others: Cause) -> Scene:
    causes = (cause, *others) if isinstance(cause, Clusters | Wavering) else (BASE, cause, *others)
    return Scene(
        callers=(Caller(rps, share),), causes=causes, history=minutes * MINUTE, endpoints=endpoints(share)
    )


def _history(minutes: int) -> str:
    return {0: "no history", 60: "an hour of history"}.get(minutes, f"{minutes} min of history")
