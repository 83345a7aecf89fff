"""What clients and pages show when a backend cannot answer. Figures: measured on Linkerd 2.20."""

import pytest

from canary.sim.mesh import Behaviour, Mesh, Trouble
from tests.sim.reading import series, total
from tests.sim.scene import (
    APEX,
    CANARY,
    CANARY_PODS,
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

ENTERED = "outbound_http_balancer_queue_requests_total"
WAITING = "outbound_http_balancer_queue_length"
ERRORS = "outbound_http_errors_total"


def lose(mesh: Mesh, service: str) -> None:
    mesh.service(NAMESPACE, service, [])


def without_canary(seconds: float) -> Mesh:
    """900/100 for 10 s, then the canary's endpoints go, for that long."""
    mesh = a_mesh(weights(900, 100))
    mesh.advance(10)
    lose(mesh, CANARY)
    mesh.advance(seconds)
    return mesh


def test_the_share_of_a_backend_without_endpoints_waits_in_its_queue() -> None:
    mesh = without_canary(2.5)
    assert got(mesh, outcome="504") == 0
    assert total(clients(mesh), WAITING, backend_name=CANARY) == pytest.approx(2.5 * 20, rel=0.4)
    assert total(clients(mesh), WAITING, backend_name=STABLE) == 0


def test_after_3_s_it_gets_504_and_then_all_goes_to_the_other_backend() -> None:
    mesh = without_canary(3.9)
    failed = got(mesh, CANARY, "504")
    assert failed == pytest.approx(60, rel=0.4)
    assert total(clients(mesh), WAITING) == 0
    stable = got(mesh, STABLE)
    mesh.advance(20)
    assert got(mesh, outcome="504") == failed
    assert got(mesh, STABLE) - stable == pytest.approx(20 * 200, rel=0.08)


def test_the_first_of_the_queue_waits_3_s_and_the_rest_fails_with_it() -> None:
    """Real page: 8 gates shut, 8 requests above the bound of 3 s, all others below."""
    mesh = without_canary(10)
    buckets = series(
        clients(mesh), "outbound_http_balancer_queue_latency_seconds_bucket", backend_name=CANARY, le="3.0"
    )
    answered = total(clients(mesh), "outbound_http_balancer_queue_latency_seconds_count", backend_name=CANARY)
    shut = total(clients(mesh), "outbound_http_balancer_queue_gate_shut_total", backend_name=CANARY)
    assert shut == 2
    assert answered - sum(bucket.value for bucket in buckets) <= shut


def test_no_response_total_of_either_side_shows_what_the_queue_lost() -> None:
    """Real case: 128 entered the queue, 99 were answered."""
    mesh = without_canary(10)
    lost = got(mesh, CANARY, "504")
    page = clients(mesh)
    served = mesh.page(NAMESPACE, CANARY_PODS[0].pod)
    answered = total(page, "response_total", dst_service=CANARY)
    assert answered == got(mesh, CANARY, "200") == total(served, "response_total", tls="true")
    assert total(page, "request_total", dst_service=CANARY) == answered
    assert total(page, ENTERED, backend_name=CANARY) - answered == lost > 20


def test_only_the_apex_and_the_error_counter_show_a_fail_fast() -> None:
    mesh = without_canary(10)
    lost = got(mesh, CANARY, "504")
    page = clients(mesh)
    at_apex = {"classification": "failure", "error": "unclassified", "status_code": ""}
    assert total(page, "route_response_total", **at_apex) == lost
    assert total(page, "route_actual_response_total", **at_apex) == lost
    assert total(page, ERRORS, error="failfast") == lost
    assert total(page, "response_total", direction="outbound", classification="failure") == 0
    route = f"{APEX}.{NAMESPACE}.svc.cluster.local:8080"
    assert {dict(sample.labels)["dst"] for sample in series(page, "route_response_total")} == {route}


def test_a_backend_takes_part_again_when_its_endpoints_are_back() -> None:
    mesh = without_canary(10)
    before = got(mesh, CANARY, "200")
    mesh.service(NAMESPACE, CANARY, CANARY_PODS[:1])
    mesh.advance(10)
    assert got(mesh, CANARY, "200") - before == pytest.approx(10 * 20, rel=0.3)


def test_what_still_waits_is_answered_when_endpoints_come_in_time() -> None:
    mesh = without_canary(2)
    mesh.service(NAMESPACE, CANARY, CANARY_PODS[:1])
    mesh.advance(5)
    assert got(mesh) == got(mesh, outcome="200")
    assert total(clients(mesh), ENTERED, backend_name=CANARY) >= got(mesh, CANARY, "200") > 100


def test_a_backend_whose_service_does_not_exist_is_lost_like_one_without_endpoints() -> None:
    mesh = a_mesh({STABLE: 900, "nowhere": 100})
    mesh.advance(10)
    assert got(mesh, "nowhere") == got(mesh, "nowhere", "504") == pytest.approx(60, rel=0.4)
    assert got(mesh, STABLE, "200") > 1700


def test_with_no_backend_left_it_is_504_after_3_s_then_503_at_once() -> None:
    mesh = a_mesh(weights(0, 1000))
    mesh.advance(1)
    lose(mesh, CANARY)
    mesh.advance(3.9)
    queued = got(mesh, CANARY, "504")
    assert queued == pytest.approx(600, rel=0.15)
    mesh.advance(10)
    assert got(mesh, outcome="504") == queued
    assert got(mesh, outcome="503") == pytest.approx(200 * 10.9, rel=0.1)
    page = clients(mesh)
    assert total(page, ERRORS, error="failfast") == queued
    assert total(page, ERRORS, error="loadshed") == got(mesh, outcome="503")
    assert total(page, ENTERED, backend_name=CANARY) == queued + got(mesh, CANARY, "200")


def test_when_stable_loses_its_endpoints_everything_goes_to_the_canary_after_3_s() -> None:
    mesh = a_mesh(weights(900, 100))
    mesh.advance(1)
    lose(mesh, STABLE)
    mesh.advance(4)
    assert got(mesh, STABLE, "504") == pytest.approx(3 * 180, rel=0.15)
    before = got(mesh, CANARY)
    mesh.advance(10)
    assert got(mesh, CANARY) - before == pytest.approx(10 * 200, rel=0.1)


def test_a_killed_pod_beside_a_living_one_shows_only_as_a_pending_endpoint() -> None:
    mesh = a_mesh(weights(900, 100), canaries=2)
    mesh.behave(NAMESPACE, CANARY, Behaviour(trouble=Trouble.POD_DEAD), pod=CANARY_PODS[0].pod)
    mesh.advance(10)
    assert got(mesh) == got(mesh, outcome="200")
    page = clients(mesh)
    for state in ("pending", "ready"):
        gauges = series(page, "outbound_http_balancer_endpoints", backend_name=CANARY, endpoint_state=state)
        assert [gauge.value for gauge in gauges] == [1, 1]


def test_a_closed_application_port_gives_502_on_both_sides() -> None:
    mesh = a_mesh(weights(900, 100))
    mesh.behave(NAMESPACE, CANARY, Behaviour(trouble=Trouble.PORT_CLOSED))
    mesh.advance(10)
    mesh.client(a_client(rate=0))
    mesh.advance(1)
    failed = got(mesh, CANARY, "502")
    assert failed == got(mesh, CANARY) == pytest.approx(200, rel=0.25)
    as_failure = {"status_code": "502", "classification": "failure", "error": ""}
    assert total(clients(mesh), "response_total", dst_service=CANARY, **as_failure) == failed
    served = mesh.page(NAMESPACE, CANARY_PODS[0].pod)
    assert total(served, "response_total", tls="true", **as_failure) == failed


def test_the_balancer_avoids_one_closed_port_of_two() -> None:
    """Measured: 502 on 7 % of the canary's requests, not on half."""
    mesh = a_mesh(weights(0, 1000), canaries=2)
    mesh.behave(NAMESPACE, CANARY, Behaviour(trouble=Trouble.PORT_CLOSED), pod=CANARY_PODS[0].pod)
    mesh.advance(50)
    assert got(mesh, CANARY, "502") / got(mesh, CANARY) == pytest.approx(0.07, abs=0.01)


def test_a_black_hole_hangs_and_is_counted_late_without_a_status() -> None:
    """Measured: up to 13 s, then `response_total` with `error="unclassified"` and an empty latency series."""
    mesh = a_mesh(weights(900, 100))
    mesh.behave(NAMESPACE, CANARY, Behaviour(trouble=Trouble.BLACKHOLED))
    mesh.advance(2.5)
    unclassified = {"classification": "failure", "error": "unclassified", "status_code": ""}
    assert total(clients(mesh), "response_total", dst_service=CANARY) == 0
    mesh.client(a_client(rate=0))
    mesh.advance(13)
    page = clients(mesh)
    asked = total(page, "request_total", dst_service=CANARY)
    assert asked == total(page, "response_total", dst_service=CANARY, **unclassified) > 20
    assert total(page, ERRORS, error="unexpected") == asked
    counts = series(page, "response_latency_ms_count", dst_service=CANARY)
    assert [(dict(count.labels).get("status_code"), count.value) for count in counts] == [(None, 0)] * 2


@pytest.mark.parametrize("pause", [0.0, 0.02, 0.1, 0.5])
def test_endpoints_may_go_right_after_the_weight(pause: float) -> None:
    """Measured: 1 of 1,397 requests failed without a pause, none of about 1,400 with 20 to 500 ms."""
    mesh = a_mesh(weights(900, 100))
    mesh.advance(3)
    reweigh(mesh, 1000, 0)
    mesh.advance(pause)
    lose(mesh, CANARY)
    mesh.advance(4)
    assert got(mesh) == pytest.approx(1400, rel=0.1)
    assert got(mesh, outcome="504") <= (2 if pause < 0.05 else 0)


def test_a_weight_taken_away_too_late_does_not_save_what_waits() -> None:
    mesh = without_canary(1)
    reweigh(mesh, 1000, 0)
    mesh.advance(5)
    assert got(mesh, CANARY, "504") == pytest.approx(20, rel=0.6)
    assert got(mesh, outcome="504") == total(clients(mesh), ERRORS, error="failfast")


def test_a_killed_stable_pod_is_told_to_clients_by_its_endpoints() -> None:
    mesh = a_mesh(weights(1000, 0))
    mesh.advance(1)
    mesh.service(NAMESPACE, STABLE, STABLE_PODS[:2])
    mesh.advance(5)
    assert got(mesh) == got(mesh, outcome="200")
    ready = series(
        clients(mesh), "outbound_http_balancer_endpoints", backend_name=STABLE, endpoint_state="ready"
    )
    assert [gauge.value for gauge in ready] == [2, 2]
