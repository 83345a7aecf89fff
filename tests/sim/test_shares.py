"""How weights become shares. Figures: measured on Linkerd 2.20."""

from itertools import pairwise

import pytest

from canary.sim.mesh import Mesh
from tests.sim.reading import total
from tests.sim.scene import APEX, CANARY, NAMESPACE, STABLE, a_client, a_mesh, clients, got, reweigh, weights


def share(mesh: Mesh) -> float:
    return got(mesh, CANARY) / got(mesh)


def test_900_to_100_gives_the_canary_a_tenth_of_10_000_requests() -> None:
    """Measured 9.88 %; three standard deviations are 0.9 points."""
    mesh = a_mesh(weights(900, 100))
    mesh.advance(50)
    assert got(mesh) == pytest.approx(10_000, rel=0.05)
    assert share(mesh) == pytest.approx(0.10, abs=0.009)


def test_999_to_1_gives_the_canary_a_thousandth_of_20_000_requests() -> None:
    """Measured 0.105 %; three standard deviations are 0.067 points."""
    mesh = a_mesh(weights(999, 1))
    mesh.advance(100)
    assert share(mesh) == pytest.approx(0.001, abs=0.00067)


def test_each_request_is_drawn_anew() -> None:
    """With even odds a run of the same backend is 2 requests long on average; in turns it would be 1."""
    mesh = a_mesh(weights(500, 500), client=a_client(rate=10))
    drawn: list[str] = []
    while len(drawn) < 400:
        before = got(mesh, CANARY), got(mesh, STABLE)
        mesh.advance(0.01)
        drawn += [CANARY] * (got(mesh, CANARY) - before[0]) + [STABLE] * (got(mesh, STABLE) - before[1])
    runs = 1 + sum(one != other for one, other in pairwise(drawn))
    assert len(drawn) / runs == pytest.approx(2.0, abs=0.3)


@pytest.mark.parametrize("table", [weights(1000, 0), {STABLE: 1}])
def test_one_backend_with_a_weight_gets_everything(table: dict[str, int]) -> None:
    mesh = a_mesh(table)
    mesh.advance(10)
    assert got(mesh) == got(mesh, STABLE) > 1500


def test_without_overrides_the_apex_own_endpoints_serve() -> None:
    mesh = a_mesh(None)
    mesh.advance(10)
    assert got(mesh) == got(mesh, APEX) > 1500


def test_all_zero_sends_everything_to_the_apex_own_endpoints() -> None:
    mesh = a_mesh(weights(900, 100))
    mesh.advance(1)
    reweigh(mesh, 0, 0)
    mesh.advance(0.2)
    before = got(mesh) - got(mesh, APEX)
    mesh.advance(10)
    assert got(mesh) - got(mesh, APEX) == before
    assert got(mesh, APEX) > 1500


def test_the_queue_counters_match_what_was_sent_exactly() -> None:
    mesh = a_mesh(weights(900, 100))
    mesh.advance(30)
    mesh.client(a_client(rate=0))
    mesh.advance(2)
    entered = "outbound_http_balancer_queue_requests_total"
    for backend in (STABLE, CANARY):
        there = total(
            clients(mesh), entered, parent_name=APEX, parent_namespace=NAMESPACE, backend_name=backend
        )
        assert there == got(mesh, backend)


def test_the_same_seed_gives_the_same_pages() -> None:
    pages = []
    for _ in range(2):
        mesh = a_mesh(weights(900, 100), seed=7)
        mesh.advance(5)
        pages.append(clients(mesh))
    assert pages[0] == pages[1]


def test_the_size_of_the_steps_in_time_changes_nothing() -> None:
    coarse, fine = a_mesh(weights(900, 100)), a_mesh(weights(900, 100))
    coarse.advance(8)
    for _ in range(64):
        fine.advance(0.125)
    assert clients(coarse) == clients(fine)
