"""The traffic is what the cells say it is."""

from dataclasses import replace

import numpy as np
import pytest

from tests.evidence.simulation.causes import Cause, Clusters, Hiccups, Independent, Layout, Wavering
from tests.evidence.simulation.latency import TAILS, Latency
from tests.evidence.simulation.promises import End, RolledBack, allowed, quantile
from tests.evidence.simulation.traffic import MINUTE, Caller, Drawn, Scene, drawn, intervals

SCENE = Scene(callers=(Caller(200, 0.1),), causes=(Independent(0.05),), latency=Latency(), history=5 * MINUTE)


def draw() -> np.random.Generator:
    return np.random.default_rng(1)


def counts(scene: Scene) -> Drawn:
    return drawn(scene, draw())[0]


@pytest.mark.parametrize(
    ("cause", "rate", "bursts"),
    [
        (Independent(0.02), 0.02, 1),
        (Clusters(0.02, 10), 0.02, 19),
        (Wavering(0.02, 0.02), 0.02, 3),
        (Hiccups(5, every=250), 0.02, 67),
        (Hiccups(5, exactly=False, every=250), 0.02, 74),
    ],
)
def test_a_cause_fails_as_many_as_it_says_and_so_many_at_a_time(
    cause: Cause, rate: float, bursts: float
) -> None:
    requests = draw().poisson(np.full((100, 720), 100.0))
    failures = cause.failures(draw(), requests, Layout(1, 0))
    assert failures.sum() / requests.sum() == pytest.approx(rate, rel=0.05)
    assert failures.var() / failures.mean() == pytest.approx(bursts, rel=0.15)
    assert (failures <= requests).all()


def test_a_cause_keeps_to_its_moments() -> None:
    outage = Independent(1.0, between=(-10, 5))
    failures = outage.failures(draw(), np.ones((1, 6), dtype=np.int64), Layout(1, history=3))
    assert failures.tolist() == [[0, 1, 1, 1, 0, 0]]


def test_the_canary_has_its_share_from_the_start_and_nothing_before() -> None:
    requests = counts(SCENE).requests
    past, rollout = requests[:, : SCENE.history], requests[:, SCENE.history :]
    assert past[0].sum() == 0
    assert past.sum() / SCENE.history == pytest.approx(1000, rel=0.02)
    assert rollout[0].sum() / rollout.sum() == pytest.approx(0.1, rel=0.02)


def test_latency_is_as_slow_as_it_says() -> None:
    twice = counts(replace(SCENE, latency=Latency(times=2, bounds=(40.0, 100.0))))
    assert twice.slow is not None
    canary, stable = (
        twice.slow[row, SCENE.history :].sum(axis=0) / twice.requests[row, SCENE.history :].sum()
        for row in (0, 1)
    )
    assert canary[0] == pytest.approx(0.5, rel=0.02)
    assert stable[1] == pytest.approx(TAILS[100.0], rel=0.02)


def test_an_interval_adds_up() -> None:
    for interval in intervals(SCENE, drawn(SCENE, draw())):
        assert interval.strata is not None
        assert interval.halves is not None
        stable, halves = interval.strata[0].stable, interval.halves
        assert stable.requests == halves[0].requests + halves[1].requests
        assert stable.slow == tuple(map(sum, zip(halves[0].slow, halves[1].slow, strict=True)))


def test_a_single_stable_endpoint_has_no_halves() -> None:
    scene = replace(SCENE, endpoints=(1, 1))
    assert {interval.halves for interval in intervals(scene, drawn(scene, draw()))} == {None}


def test_few_runs_leave_room_for_chance_and_many_do_not() -> None:
    assert allowed(0.01, 400, sure=0) == 4
    assert allowed(0.01, 100, sure=0.001) == 5
    ends = [End(5, 0)] * 5 + [End(None, 0)] * 95
    assert RolledBack(0.01).broken(ends, sure=0.001) == ""
    assert (
        RolledBack(0.01).broken(ends, sure=0) == "5 of 100 healthy canaries were rolled back, 1% are allowed"
    )


def test_a_quantile_is_infinite_where_fewer_were_rolled_back() -> None:
    ends = [End(10, 0), End(20, 0), End(None, 0)]
    assert (quantile(ends, 0.5), quantile(ends, 0.95)) == (20, float("inf"))
