"""What is asked before a rollout starts: stable's tails, and whether anything is counted twice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from canary.errors import Unavailable
from canary.metrics.answers import Sample
from canary.metrics.connection import Connection
from canary.metrics.prometheus import Prometheus
from canary.metrics.source import Leaves, Timing
from canary.metrics.start import shares_slower, twice
from tests.metrics.mesh import WEB, only
from tests.metrics.scripted import Labels, ScriptedServer, matrix, ok


def tails(buckets: Mapping[str, object]) -> Mapping[float, float]:
    return shares_slower([Sample({"le": le}, value) for le, value in buckets.items()])


def proxy(pod: str = "front-1", job: str = "linkerd-proxy", instance: str = "10.0.0.1:4191") -> Labels:
    return {"namespace": "shop", "pod": pod, "job": job, "instance": instance}


def doubts(*proxies: Labels, count: object = "1") -> str:
    return twice([Sample(labels, count) for labels in proxies])


def vector(rows: Sequence[tuple[Labels, str]]) -> Mapping[str, object]:
    """The `data` of an instant query."""
    return {
        "resultType": "vector",
        "result": [{"metric": labels, "value": [1000.0, value]} for labels, value in rows],
    }


def test_a_tail_is_the_part_above_the_bound() -> None:
    assert tails({"50": "60", "200": "99", "+Inf": "100"}) == {50: 0.4, 200: pytest.approx(0.01)}


def test_an_hour_in_which_the_spelling_changed_is_one_hour() -> None:
    assert tails({"50": "30", "50.0": "30", "+Inf": "100"}) == {50: 0.4}


@pytest.mark.parametrize("total", ["0", "NaN", "+Inf", "-1", None])
def test_no_traffic_and_no_number_are_no_tails(total: object) -> None:
    assert tails({"50": "0", "+Inf": total}) == {}
    assert tails({}) == {}


def test_rounding_by_prometheus_makes_no_negative_share() -> None:
    assert tails({"50": "100.0000001", "+Inf": "100"}) == {50: 0}


def test_one_job_and_one_server_raise_no_doubts() -> None:
    assert doubts(proxy(), proxy("front-2", instance="10.0.0.2:4191")) == ""
    assert doubts() == ""


def test_replicas_behind_one_address_are_named_with_what_to_do() -> None:
    said = doubts(proxy(), count="2")
    assert "the proxy of shop/front-1 more than once, as replicas behind one address do" in said
    assert "the address of a single replica" in said


def test_two_scrape_jobs_are_named_with_what_to_do() -> None:
    said = doubts(proxy(), proxy(job="pods"))
    assert "10.0.0.1:4191 more than once (jobs: linkerd-proxy, pods)" in said
    assert "let one scrape job" in said


def test_a_job_that_calls_the_target_otherwise_is_found_by_the_pod() -> None:
    assert "shop/front-1 more than once" in doubts(proxy(), proxy(job="pods", instance="front-1"))


def test_proxies_without_a_pod_label_are_told_apart_by_their_address() -> None:
    one, other = ({"job": "linkerd-proxy", "instance": f"10.0.0.{n}:4191"} for n in (1, 2))
    assert doubts(one, other) == ""


def test_both_are_one_instant_query_about_the_backends(scripted: ScriptedServer) -> None:
    with Connection(scripted.url) as connection:
        source = Prometheus(connection, Timing(5, 5))
        scripted.says = only(ok(vector([({"le": "50"}, "60"), ({"le": "+Inf"}, "100")])))
        assert source.tails(WEB) == {50: 0.4}
        scripted.says = only(ok(vector([(proxy(), "2")])))
        assert "more than once" in source.doubts(WEB)
    assert [question.path for question in scripted.asked] == ["/api/v1/query"] * 2
    tail, doubt = (question.form["query"] for question in scripted.asked)
    assert ("web-v1" in tail, "web-v2" in tail) == (True, False)
    assert "web-v1|web-v2" in doubt


def test_what_would_have_been_answered_then_is_asked_at_that_moment(scripted: ScriptedServer) -> None:
    with Connection(scripted.url) as connection:
        source = Prometheus(connection, Timing(5, 5), at=1_700_000_000.0)
        scripted.says = only(ok(vector([])))
        assert (source.tails(WEB), source.doubts(WEB)) == ({}, "")
    assert [question.form["time"] for question in scripted.asked] == ["1700000000.000"] * 2


def test_in_the_servers_view_the_backends_own_proxies_are_asked_about(scripted: ScriptedServer) -> None:
    servers = replace(WEB, view="servers", workloads=("blue", "green"))
    with Connection(scripted.url) as connection:
        scripted.says = only(ok(vector([])))
        assert Prometheus(connection, Timing(5, 5)).tails(servers) == {}
    (question,) = scripted.asked
    for matcher in ('direction="inbound"', 'tls="true"', 'target_port!="4191"', 'deployment="blue"'):
        assert matcher in question.form["query"]


def test_names_that_kubernetes_refuses_are_asked_for_by_nothing(scripted: ScriptedServer) -> None:
    bad = Leaves("shop", 'x"} or up{a="', "web-v2")
    with Connection(scripted.url) as connection:
        source = Prometheus(connection, Timing(5, 5))
        assert (source.tails(bad), source.doubts(bad)) == ({}, "a backend has no name that Kubernetes allows")
    assert scripted.asked == []


def test_what_is_no_vector_is_no_answer(scripted: ScriptedServer) -> None:
    scripted.says = only(ok(matrix([])))
    with Connection(scripted.url) as connection, pytest.raises(Unavailable, match="vector"):
        Prometheus(connection, Timing(5, 5)).doubts(WEB)
