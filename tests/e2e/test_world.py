"""The world itself holds together, without anything of ours in it."""

import pytest

from canary.sim.mesh import Behaviour
from tests.beds.patience import wait_until
from tests.e2e.world import CANARY, NAMESPACE, STABLE, World

pytestmark = [pytest.mark.servers, pytest.mark.full]

REQUESTS = 'sum(increase(response_total{{direction="outbound",dst_namespace="sample-app"{more}}}[{window}]))'


def requests(world: World, window: str = "5s", more: str = "") -> float:
    return world.prometheus.value(REQUESTS.format(window=window, more=more)) or 0.0


def seen_share(world: World, service: str) -> float:
    """The part of requests that Prometheus saw going to a backend lately."""
    total = requests(world)
    return requests(world, more=f',dst_service="{service}"') / total if total else 0.0


def test_ten_percent_of_requests_reach_v2_and_prometheus_sees_them(world: World) -> None:
    assert world.linkerd.overrides(NAMESPACE, "backend-api") == {STABLE: 900, CANARY: 100}
    wait_until(lambda: requests(world) > 500, 20, "Prometheus has seen 500 requests in 5 s")
    wait_until(lambda: seen_share(world, CANARY) == pytest.approx(0.10, abs=0.04), 20, "a tenth at v2")


def test_shares_follow_the_weights(world: World) -> None:
    world.set_weights({STABLE: 500, CANARY: 500})
    wait_until(
        lambda: world.linkerd.overrides(NAMESPACE, "backend-api")[CANARY] == 500, 1, "the profile follows"
    )
    wait_until(lambda: seen_share(world, CANARY) == pytest.approx(0.5, abs=0.08), 20, "half of the traffic")


def test_a_failing_backend_shows_as_failures_of_that_backend(world: World) -> None:
    world.behave(CANARY, Behaviour(failure_rate=0.5))
    failures = f',dst_service="{CANARY}",classification="failure"'
    wait_until(lambda: requests(world, more=failures) > 20, 20, "20 failures in 5 s")
    assert requests(world, more=f',dst_service="{STABLE}",classification="failure"') == 0


def test_an_unready_backend_has_no_endpoints_and_gets_them_back(world: World) -> None:
    world.kubelet.make_unready(NAMESPACE, CANARY)
    wait_until(lambda: not world.linkerd.endpoints(NAMESPACE, CANARY), 5, "no endpoint of v2 is ready")
    world.kubelet.make_ready(NAMESPACE, CANARY)
    wait_until(lambda: len(world.linkerd.endpoints(NAMESPACE, CANARY)) == 3, 5, "v2 is back")


def test_weights_go_nowhere_while_the_adaptor_is_stopped(world: World) -> None:
    world.linkerd.adaptor.stop()
    world.set_weights({STABLE: 0, CANARY: 1000})
    before = world.linkerd.sent
    wait_until(lambda: (world.linkerd.sent - before).total() > 200, 10, "200 requests later")
    assert world.linkerd.share(CANARY, before) < 0.25
    world.linkerd.adaptor.start()
    wait_until(
        lambda: world.linkerd.overrides(NAMESPACE, "backend-api")[CANARY] == 1000, 2, "the adaptor is back"
    )
