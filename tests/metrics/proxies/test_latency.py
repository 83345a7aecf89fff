"""How long answers took."""

from dataclasses import replace

import pytest

from canary.sim.mesh import Behaviour
from tests.metrics.proxies.scene import LEAVES, a_scene
from tests.sim.scene import CANARY, NAMESPACE, STABLE

BOUNDS = (10.0, 50.0, 300.0)
TIMED = replace(LEAVES, bounds=BOUNDS)


def test_answers_are_sorted_by_the_bounds_asked_for() -> None:
    scene = a_scene()
    scene.mesh.behave(NAMESPACE, STABLE, Behaviour(latency_ms=20, spread=0))
    scene.mesh.behave(NAMESPACE, CANARY, Behaviour(latency_ms=100, spread=0))
    scene.pass_by()
    interval = scene.told(scene.pass_by(), TIMED)
    assert interval.strata
    stable, canary = interval.strata[0].stable, interval.strata[0].canary
    assert (stable.timed, stable.slow) == (stable.requests, (stable.requests, 0, 0))
    assert (canary.timed, canary.slow) == (canary.requests, (canary.requests, canary.requests, 0))
    assert interval.halves
    assert sum(half.slow[0] for half in interval.halves) == stable.slow[0]


def test_without_bounds_no_latency_is_told() -> None:
    scene = a_scene()
    interval = scene.told(scene.pass_by())
    assert interval.strata
    assert (interval.strata[0].stable.timed, interval.strata[0].stable.slow) == (0, ())


def test_requests_that_were_never_answered_took_no_time() -> None:
    scene = a_scene()
    scene.pass_by()
    scene.mesh.service(NAMESPACE, CANARY, [])
    interval = scene.told(scene.pass_by(), TIMED)
    assert interval.strata
    canary = interval.strata[0].canary
    assert canary.timed == canary.requests - canary.failures


def test_a_bound_that_no_bucket_has_makes_the_interval_unknown() -> None:
    scene = a_scene()
    assert "no latency bucket of 7 ms" in scene.told(scene.pass_by(), replace(LEAVES, bounds=(7.0,))).why


def test_tails_are_of_stable_over_all_that_is_kept() -> None:
    scene = a_scene()
    scene.mesh.behave(NAMESPACE, STABLE, Behaviour(latency_ms=20, spread=0))
    scene.mesh.behave(NAMESPACE, CANARY, Behaviour(latency_ms=100, spread=0))
    scene.pass_by(3)
    scene.mesh.behave(NAMESPACE, STABLE, Behaviour(latency_ms=45, spread=0))
    scene.pass_by(3)
    tails = scene.source.tails(LEAVES)
    assert len(tails) == 25
    assert (tails[10.0], tails[50.0], tails[50_000.0]) == (1.0, 0.0, 0.0)
    assert tails[20.0] == pytest.approx(0.5, abs=0.05)


def test_there_are_no_tails_of_what_nobody_asked() -> None:
    scene = a_scene()
    scene.pass_by()
    assert scene.source.tails(replace(LEAVES, stable="other")) == {}


def test_tails_are_the_same_in_both_views() -> None:
    scene = a_scene()
    scene.pass_by(3)
    assert scene.source.tails(replace(LEAVES, view="servers")) == scene.source.tails(LEAVES)
