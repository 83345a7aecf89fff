"""What counters mean, when they begin and when they vanish. Figures: measured on Linkerd 2.20."""

import pytest

from canary.sim.mesh import Behaviour, Client, Mesh
from tests.sim.reading import Sample, series, total
from tests.sim.scene import (
    APEX,
    CANARY,
    CANARY_PODS,
    EPOCH,
    FRONTEND,
    NAMESPACE,
    STABLE,
    STABLE_PODS,
    a_client,
    a_mesh,
    clients,
    got,
    reweigh,
    weights,
)


def at_rest(mesh: Mesh) -> Mesh:
    """Clients stop, and what is under way ends."""
    mesh.client(a_client(rate=0))
    mesh.advance(4)
    return mesh


def classifications(status: int) -> set[str]:
    mesh = a_mesh(weights(0, 1000))
    mesh.behave(NAMESPACE, CANARY, Behaviour(failure_rate=1, failure_status=status))
    mesh.advance(2)
    found = series(clients(mesh), "response_total", dst_service=CANARY, status_code=str(status))
    return {dict(sample.labels)["classification"] for sample in found}


@pytest.mark.parametrize(("status", "verdict"), [(404, "success"), (500, "failure"), (503, "failure")])
def test_404_is_a_success_and_5xx_a_failure(status: int, verdict: str) -> None:
    assert classifications(status) == {verdict}


def test_both_sides_count_the_same_responses() -> None:
    mesh = a_mesh(weights(900, 100))
    mesh.behave(NAMESPACE, CANARY, Behaviour(failure_rate=0.3))
    mesh.advance(20)
    at_rest(mesh)
    served = mesh.page(NAMESPACE, CANARY_PODS[0].pod)
    for status in ("200", "500"):
        seen = total(clients(mesh), "response_total", dst_service=CANARY, status_code=status)
        there = total(served, "response_total", tls="true", target_port="8080", status_code=status)
        newer = total(served, "inbound_http_statuses_total", status=status)
        assert seen == there == newer == got(mesh, CANARY, status) > 50


def test_a_backend_fails_at_the_rate_it_was_given_until_it_is_given_another() -> None:
    mesh = a_mesh(weights(500, 500))
    mesh.behave(NAMESPACE, CANARY, Behaviour(failure_rate=0.2))
    mesh.advance(20)
    assert got(mesh, CANARY, "500") / got(mesh, CANARY) == pytest.approx(0.2, abs=0.03)
    mesh.behave(NAMESPACE, CANARY, Behaviour())
    mesh.advance(1)
    before = got(mesh, CANARY, "500")
    mesh.advance(10)
    assert got(mesh, CANARY, "500") == before


def test_one_pod_may_behave_differently_from_its_service() -> None:
    mesh = a_mesh(weights(0, 1000), canaries=2)
    mesh.behave(NAMESPACE, CANARY, Behaviour(failure_rate=1), pod=CANARY_PODS[0].pod)
    mesh.advance(10)
    assert got(mesh, CANARY, "500") / got(mesh, CANARY) == pytest.approx(0.5, abs=0.05)
    failing = {dict(s.labels)["dst_pod"] for s in series(clients(mesh), "response_total", status_code="500")}
    assert failing == {CANARY_PODS[0].pod}


def test_latency_has_the_median_and_the_tail_it_was_given() -> None:
    mesh = a_mesh(weights(0, 1000))
    mesh.behave(NAMESPACE, CANARY, Behaviour(latency_ms=20, spread=0.5, slow_rate=0.05, slow_ms=1500))
    mesh.advance(30)
    at_rest(mesh)
    page = clients(mesh)
    count = total(page, "response_latency_ms_count", dst_service=CANARY)
    below = {
        le: total(page, "response_latency_ms_bucket", dst_service=CANARY, le=le) / count
        for le in ("20", "1000")
    }
    assert count == got(mesh, CANARY)
    assert below["20"] == pytest.approx(0.95 / 2, abs=0.03)
    assert below["1000"] == pytest.approx(0.95, abs=0.01)


def test_latency_has_no_classification_and_requests_have_target_labels_only() -> None:
    mesh = a_mesh(weights(900, 100))
    mesh.advance(2)
    page = clients(mesh)
    target = series(page, "request_total", dst_service=STABLE)[0].keys
    assert target[-1] == "dst_zone_locality"
    assert series(page, "response_latency_ms_count", dst_service=STABLE)[0].keys == (*target, "status_code")
    tail = ("status_code", "classification", "grpc_status", "error")
    assert series(page, "response_total", dst_service=STABLE)[0].keys == (*target, *tail)


def test_an_idle_pod_shows_probes_and_scrapes_as_successes() -> None:
    """0.3 to 0.9 a second, which only `tls="true"` and the port tell from traffic."""
    mesh = a_mesh(weights(1000, 0))
    mesh.advance(100)
    page = mesh.page(NAMESPACE, CANARY_PODS[0].pod)
    noise = total(page, "response_total", direction="inbound", classification="success")
    assert 30 <= noise <= 90
    assert total(page, "response_total", direction="inbound", tls="true") == 0
    assert series(page, "response_total", target_addr="0.0.0.0:4191")
    assert series(page, "response_total", route_name="probe", target_port="8080")


def authority(port: int) -> str:
    mesh = a_mesh(weights(1000, 0), client=Client(NAMESPACE, "frontend", FRONTEND, APEX, port=port))
    mesh.advance(2)
    return dict(series(clients(mesh), "request_total", dst_service=STABLE)[0].labels)["authority"]


def test_authority_names_the_leaf_and_leaves_port_80_out() -> None:
    assert authority(8080) == f"{STABLE}.{NAMESPACE}.svc.cluster.local:8080"
    assert authority(80) == f"{STABLE}.{NAMESPACE}.svc.cluster.local"


def of_canary(mesh: Mesh) -> list[Sample]:
    return series(clients(mesh), "response_total", dst_service=CANARY)


def test_series_of_an_idle_endpoint_that_is_gone_vanish_and_come_back_from_zero() -> None:
    """Idle for 10 minutes; seen on two real pages 264 s (still there) and 843 s (gone) after the last request."""
    mesh = a_mesh(weights(900, 100), client=a_client(rate=20))
    mesh.advance(60)
    reweigh(mesh, 1000, 0)
    mesh.advance(1)
    before = sum(sample.value for sample in of_canary(mesh))
    mesh.advance(264)
    assert sum(sample.value for sample in of_canary(mesh)) == before > 60
    mesh.advance(843 - 264)
    assert not of_canary(mesh)
    assert not series(clients(mesh), "request_total", dst_service=CANARY)
    reweigh(mesh, 900, 100)
    mesh.advance(10)
    assert 0 < sum(sample.value for sample in of_canary(mesh)) < before / 2


def test_queue_counters_of_a_backend_outlive_its_series() -> None:
    """Real page: the queue of a backend still shows 3,591 when its endpoints' series are long gone."""
    mesh = a_mesh(weights(900, 100), client=a_client(rate=20))
    mesh.advance(60)
    entered = total(clients(mesh), "outbound_http_balancer_queue_requests_total", backend_name=CANARY)
    reweigh(mesh, 1000, 0)
    mesh.advance(900)
    page = clients(mesh)
    assert total(page, "outbound_http_balancer_queue_requests_total", backend_name=CANARY) >= entered > 60
    assert total(page, "outbound_http_balancer_endpoints", backend_name=CANARY) == 0


def test_a_restarted_proxy_counts_from_zero_and_shows_a_new_start() -> None:
    mesh = a_mesh(weights(900, 100))
    mesh.advance(30)
    assert total(mesh.page(NAMESPACE, FRONTEND[0]), "process_start_time_seconds") == EPOCH
    mesh.restart(NAMESPACE, FRONTEND[0])
    fresh = mesh.page(NAMESPACE, FRONTEND[0])
    assert total(fresh, "process_start_time_seconds") == EPOCH + 30
    assert total(fresh, "response_total", direction="outbound") == 0
    mesh.advance(10)
    after = total(mesh.page(NAMESPACE, FRONTEND[0]), "response_total", direction="outbound")
    assert after == pytest.approx(10 * 100, rel=0.15)
    untouched = total(mesh.page(NAMESPACE, FRONTEND[1]), "response_total", direction="outbound")
    assert untouched == pytest.approx(40 * 100, rel=0.1)


def test_a_restarted_server_counts_from_zero_while_its_clients_go_on() -> None:
    mesh = a_mesh(weights(900, 100))
    mesh.advance(30)
    mesh.restart(NAMESPACE, CANARY_PODS[0].pod)
    mesh.advance(10)
    served = total(mesh.page(NAMESPACE, CANARY_PODS[0].pod), "response_total", tls="true")
    assert served == pytest.approx(10 * 20, rel=0.3)
    assert total(clients(mesh), "response_total", dst_service=CANARY) == pytest.approx(40 * 20, rel=0.15)


def test_every_pod_has_a_page_until_it_is_removed() -> None:
    mesh = a_mesh(weights(900, 100))
    pods = {(namespace, pod) for namespace, pod, _ in mesh.pods()}
    assert pods == {(NAMESPACE, pod) for pod in (*FRONTEND, *(e.pod for e in (*STABLE_PODS, CANARY_PODS[0])))}
    mesh.service(NAMESPACE, CANARY, [])
    mesh.remove(NAMESPACE, CANARY_PODS[0].pod)
    mesh.advance(10)
    with pytest.raises(KeyError):
        mesh.page(NAMESPACE, CANARY_PODS[0].pod)


def test_pods_of_one_client_may_ask_several_apexes() -> None:
    mesh = a_mesh(weights(1000, 0))
    mesh.service(NAMESPACE, "other", STABLE_PODS)
    mesh.client(Client(NAMESPACE, "frontend", FRONTEND, "other", rate=100))
    mesh.advance(10)
    assert got(mesh, "other") == pytest.approx(1000, rel=0.12)
    assert got(mesh, STABLE) == pytest.approx(2000, rel=0.08)
