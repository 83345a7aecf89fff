"""What a page says about whom."""

from math import inf

import pytest

from canary.errors import Unavailable
from canary.metrics.proxies.page import Page, read
from canary.metrics.proxies.subjects import ITSELF, Backend, Subject
from tests.metrics.proxies.texts import STARTED, answers, line, outbound, page, text
from tests.sim.reading import measured

WEB = Backend("shop", "web-v2")
PEER = Subject(WEB, "web-v2-a")


def subjects(counters: object) -> set[Subject]:
    assert isinstance(counters, dict)
    return {series.subject for series in counters}


def test_a_real_client_is_read_to_its_answers_per_backend() -> None:
    real = read(measured("client"))
    (subject,) = subjects(real.answers)
    assert subject == Subject(WEB, "web-v2-5f6d8c7b9-x2x4k")
    assert sum(real.answers.values()) == sum(_printed("client", 'response_total{direction="outbound"'))
    failed = sum(count for series, count in real.answers.items() if series.failed)
    assert failed == sum(_printed("client", "response_total", 'classification="failure"'))
    assert list(real.dispatched.values()) == _printed("client", 'request_total{direction="outbound"')
    assert real.bounds[-1] == inf
    assert len(real.bounds) == 26


def test_a_real_server_is_read_without_what_is_asked_of_the_proxy_itself() -> None:
    real = read(measured("server"))
    assert subjects(real.answers) == {
        Subject(ITSELF, "front.shop.serviceaccount.identity.linkerd.cluster.local")
    }
    assert sum(real.answers.values()) == sum(_printed("server", "response_total", 'tls="true"'))


def _printed(name: str, *parts: str) -> list[float]:
    lines = measured(name).splitlines()
    return [
        float(line.rpartition(" ")[2])
        for line in lines
        if line.startswith(parts[0]) and all(part in line for part in parts)
    ]


@pytest.mark.parametrize(
    "labels",
    [
        {"direction": "inbound", "target_port": "8080", "tls": "no_identity"},
        {"direction": "inbound", "target_port": "4191", "tls": "true"},
        {"direction": "inbound", "target_port": "8080", "tls": "true", "route_name": "probe"},
        {"direction": "inbound", "target_port": "8080"},
        {"dst_service": ""},
        {"direction": "sideways"},
    ],
)
def test_probes_scrapes_and_strangers_count_for_nobody(labels: dict[str, str]) -> None:
    assert page(answers(7, **labels)).answers == {}


def test_the_queues_are_read_per_backend_over_all_parents() -> None:
    backend = 'backend_kind="Service",backend_namespace="shop",backend_name="web-v2"'
    queue = "outbound_http_balancer_queue_"
    both = [f'{backend},parent_name="{parent}"' for parent in ("web", "web-v2")]
    read_page = page(
        *(line(f"{queue}requests_total", 7, labels) for labels in both),
        *(line(f"{queue}length", 2, labels) for labels in both),
    )
    assert [(series.subject, count) for series, count in read_page.entered.items()] == [
        (Subject(WEB, ""), 7)
    ] * 2
    assert read_page.waiting == {WEB: 4}


def test_buckets_are_kept_as_they_are_printed() -> None:
    buckets = [
        line("response_latency_ms_bucket", count, outbound(status_code="200", le=le))
        for le, count in (("1", 3), ("2", 5), ("+Inf", 9))
    ]
    assert list(page(*buckets).latencies.values()) == [{1: 3, 2: 5, inf: 9}]


def test_a_page_without_a_start_is_none_of_a_proxy() -> None:
    with pytest.raises(Unavailable, match="metrics of a Linkerd proxy"):
        read(answers(7) + "\n")


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-1", "-Inf"])
@pytest.mark.parametrize("family", ["response_total", "request_total", "response_latency_ms_bucket"])
def test_a_counter_that_counts_no_number_spoils_the_page(family: str, value: str) -> None:
    labels = outbound(classification="success", le="5")
    with pytest.raises(
        Unavailable, match=f"page counts .* for {family.removesuffix('_total')} of shop/web-v2"
    ):
        page(f"{family}{{{labels}}} {value}")


def test_a_series_that_stands_there_twice_spoils_the_page() -> None:
    with pytest.raises(Unavailable, match="the same response of shop/web-v2 web-v2-a twice"):
        page(answers(7), answers(8))


@pytest.mark.parametrize("again", ["5", "5.0"])
def test_a_bucket_that_stands_there_twice_spoils_the_page(again: str) -> None:
    with pytest.raises(Unavailable, match=r"the bucket 5.0 ms of shop/web-v2 web-v2-a twice"):
        page(*(line("response_latency_ms_bucket", 7, outbound(le=le)) for le in ("5", again)))


@pytest.mark.parametrize("classification", ["", "partial"])
def test_a_class_of_answers_that_nobody_knows_spoils_the_page(classification: str) -> None:
    with pytest.raises(Unavailable, match=f"as '{classification}'"):
        page(line("response_total", 7, outbound(classification=classification)))


def test_answers_differ_by_all_their_labels() -> None:
    found: Page = page(answers(7, status_code="200"), answers(8, status_code="404"), started=STARTED)
    assert sorted(found.answers.values()) == [7, 8]
    assert {series.subject for series in found.answers} == {PEER}


def test_the_text_of_these_tests_is_a_page() -> None:
    assert read(text()).started == STARTED
