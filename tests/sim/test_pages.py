"""The model's pages look like those of real proxies: families, types, labels and their order, bounds, ends."""

from collections import Counter, defaultdict

import pytest
from prometheus_client.parser import text_string_to_metric_families

from canary.sim.mesh import Behaviour, Trouble
from tests.sim.reading import measured, samples, types
from tests.sim.scene import (
    CANARY,
    CANARY_PODS,
    FRONTEND,
    NAMESPACE,
    STABLE,
    a_client,
    a_mesh,
    reweigh,
    weights,
)

POLICY_MODE = "outbound_http_route_"
"""Filled on the real page because its client had talked before the split; not part of TrafficSplit mode."""


def client_page() -> str:
    """A client that has met everything the real one met: failures, a black hole, fail-fast, shed load."""
    mesh = a_mesh(weights(0, 1000), client=a_client(pods=FRONTEND[:1]))
    mesh.behave(NAMESPACE, CANARY, Behaviour(failure_rate=0.3))
    mesh.advance(20)
    mesh.behave(NAMESPACE, CANARY, Behaviour(trouble=Trouble.BLACKHOLED))
    mesh.advance(1)
    mesh.service(NAMESPACE, CANARY, [])
    mesh.advance(15)
    reweigh(mesh, 900, 100)
    mesh.advance(1)
    return mesh.page(NAMESPACE, FRONTEND[0])


def server_page() -> str:
    mesh = a_mesh(weights(900, 100))
    mesh.behave(NAMESPACE, CANARY, Behaviour(failure_rate=0.3))
    mesh.advance(20)
    return mesh.page(NAMESPACE, CANARY_PODS[0].pod)


PAGES = {"client": client_page, "server": server_page}
both = pytest.mark.parametrize("side", ["client", "server"])


def labels(page: str) -> dict[str, set[tuple[str, ...]]]:
    """Every set of labels each series comes with, in order."""
    found = defaultdict(set)
    for sample in samples(page):
        if not sample.name.startswith(POLICY_MODE):
            found[sample.name].add(sample.keys)
    return dict(found)


def bounds(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for sample in samples(page):
        le = dict(sample.labels).get("le")
        if le is not None and le not in found[sample.name]:
            found[sample.name].append(le)
    return {name: listed for name, listed in found.items() if not name.startswith(POLICY_MODE)}


@both
def test_families_and_their_types_are_those_of_a_real_page_in_its_order(side: str) -> None:
    assert list(types(PAGES[side]()).items()) == list(types(measured(side)).items())


@both
def test_every_series_has_the_labels_of_a_real_one_in_its_order(side: str) -> None:
    assert labels(PAGES[side]()) == labels(measured(side))


@both
def test_histograms_have_the_bounds_of_real_ones_as_written_there(side: str) -> None:
    assert bounds(PAGES[side]()) == bounds(measured(side))


@both
def test_units_and_the_end_of_the_page_are_there(side: str) -> None:
    ours, real = (
        [line for line in page.splitlines() if line.startswith(("# UNIT", "# EOF"))]
        for page in (PAGES[side](), measured(side))
    )
    assert ours == real


@both
def test_no_series_stands_on_a_page_twice(side: str) -> None:
    twice = Counter((sample.name, sample.labels) for sample in samples(PAGES[side]()))
    assert [series for series, times in twice.items() if times > 1] == []


@both
def test_the_older_generation_counts_whole_milliseconds(side: str) -> None:
    assert all(
        line.rpartition(" ")[2].isdigit()
        for line in PAGES[side]().splitlines()
        if line.startswith("response_")
    )


@both
def test_values_that_are_labelled_alike_are_alike(side: str) -> None:
    """Constant labels (`tls`, `srv_*`, `dst_zone`, …) carry the values of the real page."""
    constant = {"srv_group", "srv_kind", "srv_name", "authz_group", "authz_kind", "dst_control_plane_ns"}
    constant |= {"dst_zone", "dst_zone_locality", "parent_group", "parent_section_name", "backend_kind"}
    ours, real = (
        {pair for sample in samples(page) for pair in sample.labels if pair[0] in constant}
        for page in (PAGES[side](), measured(side))
    )
    probes = {("authz_name", "probe"), ("route_name", "probe")}
    assert ours - probes == real


@both
def test_a_reader_of_the_text_format_understands_the_page(side: str) -> None:
    names = {family.name for family in text_string_to_metric_families(PAGES[side]())}
    assert {"request", "response", "response_latency_ms"} <= names


def test_a_client_that_has_met_no_trouble_has_no_error_series() -> None:
    mesh = a_mesh(weights(900, 100))
    mesh.advance(5)
    page = mesh.page(NAMESPACE, FRONTEND[0])
    assert "outbound_http_errors_total" not in page
    assert STABLE in page
