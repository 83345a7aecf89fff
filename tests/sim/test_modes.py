"""Who follows a split and how fast. Figures: measured on Linkerd 2.20."""

from collections.abc import Iterator
from statistics import median, quantiles

import pytest

from canary.sim.mesh import Behaviour, Mesh
from tests.sim.scene import (
    APEX,
    CANARY,
    FRONTEND,
    NAMESPACE,
    STABLE,
    a_client,
    a_mesh,
    got,
    reweigh,
    weights,
)

BUSY = a_client(busy=True)


def arrivals(mesh: Mesh, seconds: float = 2.0) -> set[str]:
    """Which backends answer requests sent from now on; those under way are let through first."""
    mesh.advance(0.2)
    before = {service: got(mesh, service) for service in (APEX, STABLE, CANARY)}
    mesh.advance(seconds)
    return {service for service, count in before.items() if got(mesh, service) > count}


def flips(mesh: Mesh, count: int) -> Iterator[float]:
    """Seconds from each flip of all traffic to the first request that obeyed it."""
    sides = ((0, 1000, CANARY), (1000, 0, STABLE))
    for number in range(count):
        stable, canary, wanted = sides[number % 2]
        mesh.advance(0.3)
        before, began = got(mesh, wanted), mesh.now
        reweigh(mesh, stable, canary)
        while got(mesh, wanted) == before:
            mesh.advance(0.001)
        yield mesh.now - began


def test_a_change_is_obeyed_after_some_30_ms_and_never_later_than_80() -> None:
    """Measured to the first request by the new weights: median 23 to 35 ms, p95 40 to 62, at most 74."""
    mesh = a_mesh(weights(1000, 0), client=a_client(rate=1000, pods=FRONTEND[:1]))
    mesh.behave(NAMESPACE, STABLE, Behaviour(latency_ms=0.01))
    mesh.behave(NAMESPACE, CANARY, Behaviour(latency_ms=0.01))
    delays = list(flips(mesh, 200))
    assert median(delays) == pytest.approx(0.035, abs=0.006)
    assert quantiles(delays, n=20)[-1] <= 0.070
    assert min(delays) >= 0.020
    assert max(delays) <= 0.080


def test_no_request_fails_in_94_flips_of_all_traffic() -> None:
    mesh = a_mesh(weights(1000, 0))
    assert len(list(flips(mesh, 94))) == 94
    assert got(mesh) == got(mesh, outcome="200") > 5000


def test_requests_under_way_end_on_their_old_backend() -> None:
    mesh = a_mesh(weights(0, 1000))
    mesh.behave(NAMESPACE, CANARY, Behaviour(latency_ms=2000, spread=0))
    mesh.advance(1)
    assert got(mesh, CANARY) == 0
    reweigh(mesh, 1000, 0)
    mesh.advance(5)
    assert got(mesh, CANARY, "200") == pytest.approx(200, rel=0.25)


def test_a_busy_client_does_not_follow_the_first_split() -> None:
    mesh = a_mesh(None, client=BUSY)
    mesh.advance(1)
    reweigh(mesh, 500, 500)
    assert arrivals(mesh, 30) == {APEX}
    reweigh(mesh, 0, 1000)
    assert arrivals(mesh, 30) == {APEX}


def test_a_client_that_comes_back_anew_follows_the_first_split() -> None:
    mesh = a_mesh(None)
    mesh.advance(1)
    reweigh(mesh, 500, 500)
    assert arrivals(mesh) == {STABLE, CANARY}


@pytest.mark.parametrize(("gap", "backends"), [(4.7, {APEX}), (5.3, {STABLE, CANARY})])
def test_a_busy_client_follows_after_its_connections_were_closed_for_5_s(
    gap: float, backends: set[str]
) -> None:
    """Measured: after 4.7 s it still went the old way, after 5.3 s the new one."""
    mesh = a_mesh(None, client=BUSY)
    mesh.advance(1)
    reweigh(mesh, 500, 500)
    mesh.advance(1)
    mesh.client(a_client(rate=0, busy=True))
    mesh.advance(gap)
    mesh.client(BUSY)
    assert arrivals(mesh) == backends


def test_a_client_that_is_busy_no_longer_follows() -> None:
    mesh = a_mesh(None, client=BUSY)
    reweigh(mesh, 500, 500)
    assert arrivals(mesh) == {APEX}
    mesh.client(a_client())
    assert arrivals(mesh) == {STABLE, CANARY}


def test_a_restarted_client_follows() -> None:
    mesh = a_mesh(None, client=BUSY)
    mesh.advance(1)
    reweigh(mesh, 500, 500)
    for pod in FRONTEND:
        mesh.restart(NAMESPACE, pod)
    assert arrivals(mesh) == {STABLE, CANARY}


def test_a_profile_with_routes_makes_the_first_split_live_for_busy_clients() -> None:
    mesh = a_mesh(None, client=a_client(rate=0))
    mesh.profile(NAMESPACE, APEX, None, routes=True)
    mesh.client(BUSY)
    assert arrivals(mesh) == {APEX}
    mesh.profile(NAMESPACE, APEX, weights(500, 500), routes=True)
    assert arrivals(mesh) == {STABLE, CANARY}


def test_once_by_profile_changes_deletion_and_re_creation_are_live_for_busy_clients() -> None:
    mesh = a_mesh(weights(1000, 0), client=BUSY)
    assert arrivals(mesh) == {STABLE}
    reweigh(mesh, 500, 500)
    assert arrivals(mesh) == {STABLE, CANARY}
    mesh.profile(NAMESPACE, APEX, None)
    assert arrivals(mesh) == {APEX}
    reweigh(mesh, 0, 1000)
    assert arrivals(mesh) == {CANARY}


def test_busy_traffic_that_started_under_zero_weights_does_not_follow_later_ones() -> None:
    mesh = a_mesh(weights(0, 0), client=BUSY)
    assert arrivals(mesh) == {APEX}
    reweigh(mesh, 500, 500)
    assert arrivals(mesh, 10) == {APEX}


@pytest.mark.parametrize("broken", [weights(429_000, 497), {STABLE: 900, CANARY: -1}])
def test_weights_that_break_the_proxy_bring_back_those_of_the_start_for_ever(broken: dict[str, int]) -> None:
    """Measured: at a sum of 429,497 and more, and for a negative weight."""
    mesh = a_mesh(weights(1000, 0), client=BUSY)
    reweigh(mesh, 500, 500)
    assert arrivals(mesh) == {STABLE, CANARY}
    mesh.profile(NAMESPACE, APEX, broken)
    assert arrivals(mesh) == {STABLE}
    reweigh(mesh, 0, 1000)
    assert arrivals(mesh) == {STABLE}


def test_a_sum_just_below_the_limit_works() -> None:
    mesh = a_mesh(weights(429_000, 496))
    mesh.advance(10)
    assert got(mesh, STABLE, "200") > 1500


def test_who_begins_to_talk_under_broken_weights_gets_no_answer_at_all() -> None:
    mesh = a_mesh(weights(429_497, 0))
    mesh.advance(5)
    assert got(mesh) == got(mesh, outcome="eof") > 500
