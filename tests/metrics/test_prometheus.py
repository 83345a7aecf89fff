"""What the Prometheus source makes of every kind of answer, over a real socket."""

import threading
from collections.abc import Mapping
from dataclasses import replace

import pytest

from canary.errors import Unavailable
from canary.evidence.increments import Arm, Interval, Stratum
from canary.metrics.prometheus import Prometheus
from canary.metrics.source import Leaves
from tests.metrics.mesh import (
    FIRST,
    LAST,
    MESHED,
    SECONDS,
    WEB,
    Mesh,
    always,
    asked,
    count,
    only,
    queued,
    sight,
    within,
)
from tests.metrics.scripted import ScriptedServer, matrix, ok, scalar

API = Leaves("shop", "api-v1", "api-v2")


def whys(found: tuple[Interval, ...]) -> set[str]:
    assert all(interval.strata is None for interval in found)
    return {interval.why for interval in found}


def test_time_is_read_from_prometheus_clock(scripted: ScriptedServer, source: Prometheus) -> None:
    scripted.says = only(ok(scalar("1019.999")))
    assert source.time() == 1019.999


def test_every_interval_asked_for_is_answered(scripted: ScriptedServer, source: Prometheus) -> None:
    scripted.says = Mesh()
    strata = (Stratum(canary=Arm(10, 0), stable=Arm(90, 0), client="shop/front"),)
    assert source.increments([WEB], FIRST, LAST) == {
        WEB: tuple(Interval(k, strata, endpoints=1) for k in range(FIRST, LAST + 1))
    }


def test_a_query_is_one_post_with_its_text_in_the_body(scripted: ScriptedServer, source: Prometheus) -> None:
    scripted.says = Mesh()
    source.increments([WEB], FIRST, LAST)
    assert {(question.method, question.path) for question in scripted.asked} == {
        ("POST", "/api/v1/query_range")
    }
    form = scripted.asked[0].form
    assert (form["start"], form["end"], form["step"]) == ("1005", "1015", "5")
    assert 7000 <= int(form["timeout"].removesuffix("ms")) <= 8000
    assert scripted.asked[0].headers["Accept-Encoding"] == "identity"


def test_only_who_has_bounds_is_asked_about_latency_and_all_bounds_at_once(
    scripted: ScriptedServer, source: Prometheus
) -> None:
    mesh = scripted.says = Mesh()
    for service in ("web-v1", "web-v2"):
        mesh.times += [(within(service, le), always("5")) for le in ("10", "50", "+Inf")]
    slow, slower = replace(WEB, bounds=(10.0,)), replace(WEB, bounds=(10.0, 50.0))
    found = source.increments([API, slow, slower], FIRST, LAST)
    (question,) = [question for question in scripted.asked if asked(question) == "times"]
    assert 'le=~"10|10[.]0|50|50[.]0|[+]Inf"' in question.form["query"]
    assert "api" not in question.form["query"]
    assert [len(one.strata[0].canary.slow) for one in (found[slow][0], found[slower][0]) if one.strata] == [
        1,
        2,
    ]


def test_queues_are_asked_about_where_there_was_trouble(scripted: ScriptedServer, source: Prometheus) -> None:
    mesh = scripted.says = Mesh()
    trouble, at = {"backend_namespace": "shop", "backend_name": "web-v2"}, FIRST * SECONDS
    mesh.troubles = [(trouble, [(at, "1")])]
    mesh.queues = [(queued("web-v2", "entered"), [(at, "17"), (at + 2 * SECONDS, "5")])]
    mesh.queues += [(queued("web-v2", "sent"), [(at, "10")])]
    found = source.increments([WEB], FIRST, LAST)[WEB]
    assert [one.strata[0].canary for one in found if one.strata] == [Arm(17, 7), Arm(10), Arm(10)]
    (question,) = [question for question in scripted.asked if asked(question) == "queues"]
    assert 'backend_name="web-v2"' in question.form["query"]
    assert (question.form["start"], question.form["end"]) == (
        str(at - 6 * SECONDS),
        str((LAST + 1) * SECONDS),
    )


def test_views_are_asked_apart_and_answered_together(scripted: ScriptedServer, source: Prometheus) -> None:
    scripted.says = Mesh()
    servers = replace(WEB, view="servers")
    assert set(source.increments([WEB, servers], FIRST, LAST)) == {WEB, servers}
    kinds = [asked(question) for question in scripted.asked]
    assert sorted(kinds) == ["counts", "counts", "sights", "sights"]
    assert ["gate_shut" in question.form["query"] for question in scripted.asked].count(True) == 1, (
        "of clients"
    )


@pytest.mark.parametrize("bound", [float("nan"), float("inf"), 0.0, -5.0])
def test_a_bound_that_is_no_duration_is_unknown_and_not_asked_for(
    scripted: ScriptedServer, source: Prometheus, bound: float
) -> None:
    scripted.says = Mesh()
    odd = replace(WEB, bounds=(bound,))
    assert "no responses are slower" in whys(source.increments([odd, WEB], FIRST, LAST)[odd]).pop()
    assert not [question for question in scripted.asked if asked(question) == "times"]


def test_proxies_of_the_mesh_seen_of_late_leave_older_intervals_unknown(
    scripted: ScriptedServer, source: Prometheus
) -> None:
    mesh = scripted.says = Mesh()
    mesh.sights = [(MESHED, [(LAST * SECONDS, "3")])]
    found = source.increments([WEB], FIRST, LAST)[WEB]
    assert [interval.strata is None for interval in found] == [True, True, False]
    assert found[0].why.startswith("Prometheus has no fresh data of any proxy")


def test_nothing_asked_is_no_question(scripted: ScriptedServer, source: Prometheus) -> None:
    assert source.increments([], FIRST, LAST) == {}
    assert source.increments([WEB], FIRST, FIRST - 1) == {WEB: ()}
    assert scripted.asked == []


def test_a_range_prometheus_would_refuse_is_asked_in_parts(
    scripted: ScriptedServer, source: Prometheus
) -> None:
    scripted.says = Mesh()
    mesh = scripted.says
    mesh.sights.append((MESHED, [(at * SECONDS, "3") for at in range(1, 11_002)]))
    found = source.increments([WEB], 1, 11_001)
    assert [interval.index for interval in found[WEB]] == list(range(1, 11_002))
    spans = {
        (asked(question), int(question.form["start"]), int(question.form["end"]))
        for question in scripted.asked
    }
    assert spans == {
        ("sights", 5, 50_000), ("counts", 5, 50_000),
        ("sights", 50_005, 55_005), ("counts", 50_005, 55_005),
    }  # fmt: skip


ODD: Mapping[str, object] = {
    "nan": "NaN", "inf": "+Inf", "minus inf": "-Inf", "negative": "-1", "comma": "1,5", "null": None, "no text": 7,
    "overflow": "1e309", "foreign digits": "٣", "empty": "", "list": [],
}  # fmt: skip


@pytest.mark.parametrize("value", ODD.values(), ids=ODD.keys())
def test_an_odd_number_makes_that_interval_of_that_rollout_unknown(
    scripted: ScriptedServer, source: Prometheus, value: object
) -> None:
    mesh = scripted.says = Mesh()
    mesh.counts.append((count("api-v2", classification="failure"), [(FIRST * SECONDS, value)]))
    found = source.increments([WEB, API], FIRST, LAST)
    assert "Prometheus counts" in found[API][0].why
    assert [interval.strata is None for interval in found[API]] == [True, False, False]
    assert all(interval.strata for interval in found[WEB])


@pytest.mark.parametrize("value", ODD.values(), ids=ODD.keys())
def test_odd_freshness_is_no_freshness(scripted: ScriptedServer, source: Prometheus, value: object) -> None:
    mesh = scripted.says = Mesh()
    mesh.sights[0] = (sight("web-v1"), always(value))
    assert all("targets in state" in why for why in whys(source.increments([WEB], FIRST, LAST)[WEB]))


def test_two_rows_for_the_same_requests_are_unknown_in_either_order(
    scripted: ScriptedServer, source: Prometheus
) -> None:
    mesh = scripted.says = Mesh()
    for twice in ("0", "900"):
        mesh.counts = [(count("web-v2"), always("5")), (count("web-v2"), always(twice))]
        assert whys(source.increments([WEB], FIRST, LAST)[WEB]) == {
            "Prometheus answers twice for the same requests of client shop/front"
        }


def test_an_unheard_of_classification_is_unknown(scripted: ScriptedServer, source: Prometheus) -> None:
    mesh = scripted.says = Mesh()
    mesh.counts.append((count("web-v2", classification="maybe"), always("5")))
    assert whys(source.increments([WEB], FIRST, LAST)[WEB]) == {
        "Prometheus counts '5' requests of class 'maybe'"
    }


def test_a_prometheus_that_sees_no_proxy_is_away_as_a_whole(
    scripted: ScriptedServer, source: Prometheus
) -> None:
    scripted.says = only(ok(matrix([])))
    with pytest.raises(Unavailable, match="no fresh data of any proxy"):
        source.increments([WEB], FIRST, LAST)


def test_no_client_in_a_mesh_that_is_seen_is_nobody_asking(
    scripted: ScriptedServer, source: Prometheus
) -> None:
    mesh = scripted.says = Mesh()
    mesh.counts, mesh.sights = [], mesh.sights[2:]
    assert {interval.strata for interval in source.increments([WEB], FIRST, LAST)[WEB]} == {()}


def test_warnings_make_the_batch_unknown(scripted: ScriptedServer, source: Prometheus) -> None:
    scripted.says = Mesh(extra={"warnings": ["shard 2 did not answer"]})
    assert whys(source.increments([WEB], FIRST, LAST)[WEB]) == {"Prometheus warned: shard 2 did not answer"}


def test_infos_are_no_warnings(scripted: ScriptedServer, source: Prometheus) -> None:
    scripted.says = Mesh(extra={"infos": ["this might not be a counter"]})
    assert all(interval.strata for interval in source.increments([WEB], FIRST, LAST)[WEB])


def test_a_backend_with_an_impossible_name_is_unknown_and_not_asked_for(
    scripted: ScriptedServer, source: Prometheus
) -> None:
    scripted.says = Mesh()
    bad = Leaves("shop", "web-v1", 'x"} or up{a="')
    found = source.increments([bad, WEB], FIRST, LAST)
    assert whys(found[bad]) == {"a backend has no name that Kubernetes allows"}
    assert all(interval.strata for interval in found[WEB])
    assert not any("up{a=" in question.form["query"] for question in scripted.asked)


def test_rows_nobody_asked_for_do_no_harm(scripted: ScriptedServer, source: Prometheus) -> None:
    mesh = scripted.says = Mesh()
    mesh.counts += [
        (count("web-v2", namespace="other"), always("NaN")),
        (count("web-v3"), always("-5")),
        ({}, always("1")),
    ]
    mesh.counts.append((count("web-v2", pod="late"), [(FIRST * SECONDS + 1, "7")]))
    assert {interval.strata for interval in source.increments([WEB], FIRST, LAST)[WEB]} == {
        (Stratum(canary=Arm(10, 0), stable=Arm(90, 0), client="shop/front"),)
    }


def test_threads_may_share_a_source(scripted: ScriptedServer, source: Prometheus) -> None:
    scripted.says = Mesh()
    found: list[int] = []
    asks = [
        threading.Thread(target=lambda: found.append(len(source.increments([WEB], FIRST, LAST))))
        for _ in range(8)
    ]
    for thread in asks:
        thread.start()
    for thread in asks:
        thread.join()
    assert found == [1] * 8
