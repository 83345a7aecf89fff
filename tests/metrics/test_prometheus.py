"""What the Prometheus source makes of every kind of answer, over a real socket."""

import threading
from collections.abc import Iterator, Mapping
from itertools import repeat

import pytest

from canary.errors import Stalled, Unavailable
from canary.evidence.increments import Arm, Interval, Stratum
from canary.metrics.connection import Connection
from canary.metrics.prometheus import Prometheus
from canary.metrics.refusal import Account
from canary.metrics.source import Leaves, Timing
from tests.beds.patience import CLOCK
from tests.beds.program import free_ports
from tests.metrics.mesh import FIRST, LAST, SECONDS, WEB, Mesh, always, count, only, sight
from tests.metrics.scripted import Question, Reply, ScriptedServer, failure, matrix, ok, scalar, text

TIMING = Timing(interval=SECONDS, scrape=5)
SOON = 0.4
API = Leaves("shop", "api-v1", "api-v2")


@pytest.fixture
def source(scripted: ScriptedServer) -> Iterator[Prometheus]:
    with Connection(scripted.url, Account("watcher", "delivery")) as connection:
        yield Prometheus(connection, TIMING)


@pytest.fixture
def hasty(scripted: ScriptedServer) -> Iterator[Prometheus]:
    """Waits no longer than SOON."""
    with Connection(scripted.url) as connection:
        yield Prometheus(connection, TIMING, patience=SOON)


def whys(found: tuple[Interval, ...]) -> set[str]:
    assert all(interval.strata is None for interval in found)
    return {interval.why for interval in found}


def test_time_is_read_from_prometheus_clock(scripted: ScriptedServer, source: Prometheus) -> None:
    scripted.says = only(ok(scalar("1019.999")))
    assert source.time() == 1019.999


def test_every_interval_asked_for_is_answered(scripted: ScriptedServer, source: Prometheus) -> None:
    scripted.says = Mesh()
    strata = (Stratum(canary=Arm(10, 0), stable=Arm(90, 0)),)
    assert source.increments([WEB], FIRST, LAST) == {
        WEB: tuple(Interval(k, strata) for k in range(FIRST, LAST + 1))
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


@pytest.mark.parametrize(("rollouts", "questions"), [(1, 2), (100, 2), (101, 4)])
def test_a_hundred_rollouts_cost_two_questions(
    scripted: ScriptedServer, source: Prometheus, rollouts: int, questions: int
) -> None:
    scripted.says = Mesh()
    asked = [Leaves("shop", f"web{n}-v1", f"web{n}-v2") for n in range(rollouts)]
    assert len(source.increments(asked, FIRST, LAST)) == rollouts
    assert len(scripted.asked) == questions


def test_nothing_asked_is_no_question(scripted: ScriptedServer, source: Prometheus) -> None:
    assert source.increments([], FIRST, LAST) == {}
    assert source.increments([WEB], FIRST, FIRST - 1) == {WEB: ()}
    assert scripted.asked == []


def test_a_range_prometheus_would_refuse_is_asked_in_parts(
    scripted: ScriptedServer, source: Prometheus
) -> None:
    scripted.says = Mesh()
    found = source.increments([WEB], 1, 11_001)
    assert [interval.index for interval in found[WEB]] == list(range(1, 11_002))
    spans = [(int(question.form["start"]), int(question.form["end"])) for question in scripted.asked]
    assert spans == [(5, 55_000), (5, 55_000), (55_005, 55_005), (55_005, 55_005)]


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


def test_an_empty_answer_is_unknown(scripted: ScriptedServer, source: Prometheus) -> None:
    scripted.says = only(ok(matrix([])))
    (why,) = whys(source.increments([WEB], FIRST, LAST)[WEB])
    assert why.startswith("Prometheus has no fresh data of any proxy")


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


HTML = "<html><body>Bad gateway</body></html>"
BROKEN: Mapping[str, tuple[Reply, str]] = {
    "bad query": (failure(400, "bad_data", "parse error"), r"answered 400 \(bad_data: parse error\)"),
    "too much": (failure(422, "execution", "too many samples"), r"answered 422 \(execution: too many samples\)"),
    "error": (failure(500, "internal", "disk"), r"answered 500 \(internal: disk\)"),
    "busy": (failure(503, "timeout", "overload", {"Retry-After": "30"}), r"answered 503 \(timeout: overload\)"),
    "throttled": (text("slow down", 429, {"Retry-After": "30"}), "answered 429"),
    "elsewhere": (text("", 302, {"Location": "http://127.0.0.1:1/"}), "answered 302"),
    "a page": (text(HTML), "with JSON"),
    "a page with an error": (text(HTML, 502), "answered 502"),
    "half a document": (text('{"status":"success","data":{"resultType":"mat'), "with JSON"),
    "half a body": (Reply(pieces=[b'{"status":'], length=5000), "did not answer"),
    "an abyss": (text("[" * 200_000), "with JSON"),
    "a list": (text("[]"), "not shaped"),
    "an error as success": (text('{"status":"error","data":{}}'), "not shaped"),
    "no data": (text('{"status":"success"}'), "not shaped"),
    "a string as warnings": (ok(matrix([]), warnings="partial"), "not shaped"),
    "a vector": (ok({"resultType": "vector", "result": []}), "with a matrix"),
    "a row without values": (ok({"resultType": "matrix", "result": [{"metric": {}}]}), "no labels or no values"),
    "a label that is a number": (ok({"resultType": "matrix", "result": [{"metric": {"a": 1}, "values": []}]}), "label"),
    "a point without a value": (ok({"resultType": "matrix", "result": [{"metric": {}, "values": [[5]]}]}), "no pair"),
    "a time that is text": (ok({"resultType": "matrix", "result": [{"metric": {}, "values": [["5", "1"]]}]}), "no pair"),
    "a time without end": (ok({"resultType": "matrix", "result": [{"metric": {}, "values": [[1e999, "1"]]}]}), "finite"),
}  # fmt: skip


@pytest.mark.parametrize(("reply", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_answer_is_unavailable_at_once(
    scripted: ScriptedServer, hasty: Prometheus, reply: Reply, says: str
) -> None:
    scripted.says = only(reply)
    with pytest.raises(Unavailable, match=says):
        hasty.increments([WEB], FIRST, LAST)
    assert len(scripted.asked) == 1, "no retry"


@pytest.mark.parametrize(
    "reply", [ok(scalar("NaN")), ok(matrix([])), ok({"resultType": "scalar", "result": [1]}), text(HTML)]
)
def test_a_clock_that_cannot_be_read_is_unavailable(
    scripted: ScriptedServer, source: Prometheus, reply: Reply
) -> None:
    scripted.says = only(reply)
    with pytest.raises(Unavailable):
        source.time()


SILENT: Mapping[str, Reply] = {
    "says nothing": Reply(hang=True),
    "stops in the middle": Reply(pieces=[b'{"status":', b""], pause=60),
    "drips": Reply(pieces=repeat(b" "), pause=0.02),
}


@pytest.mark.parametrize("reply", SILENT.values(), ids=SILENT.keys())
def test_a_server_that_does_not_finish_is_left_at_the_deadline(
    scripted: ScriptedServer, hasty: Prometheus, reply: Reply
) -> None:
    scripted.says = only(reply)
    began = CLOCK.monotonic()
    with pytest.raises(Unavailable):
        hasty.increments([WEB], FIRST, LAST)
    assert SOON * 0.9 <= CLOCK.monotonic() - began < SOON + 2


def test_several_batches_share_one_deadline(scripted: ScriptedServer, hasty: Prometheus) -> None:
    scripted.says = only(Reply(hang=True))
    began = CLOCK.monotonic()
    with pytest.raises(Unavailable):
        hasty.increments([Leaves("shop", f"web{n}-v1", f"web{n}-v2") for n in range(1000)], FIRST, LAST)
    assert CLOCK.monotonic() - began < SOON + 2


def test_an_endless_body_is_cut_off(scripted: ScriptedServer, source: Prometheus) -> None:
    scripted.says = only(Reply(pieces=repeat(b" " * 2**20)))
    with pytest.raises(Unavailable, match="more than 64 MiB"):
        source.increments([WEB], FIRST, LAST)


def test_a_refused_connection_is_unavailable() -> None:
    (port,) = free_ports(1)
    with (
        Connection(f"http://user:secret@127.0.0.1:{port}") as connection,
        pytest.raises(Unavailable) as raised,
    ):
        Prometheus(connection, TIMING).time()
    assert f"127.0.0.1:{port}" in str(raised.value)
    assert "secret" not in str(raised.value) + raised.value.at


def test_a_refusal_by_linkerd_names_the_policy_that_is_missing(
    scripted: ScriptedServer, source: Prometheus
) -> None:
    scripted.says = only(text("", 403, {"l5d-proxy-error": "client is not authorized"}))
    with pytest.raises(Stalled, match=r"403 .client is not authorized") as raised:
        source.increments([WEB], FIRST, LAST)
    assert "kind: AuthorizationPolicy" in raised.value.hint
    assert "name: watcher\n      namespace: delivery" in raised.value.hint


def test_a_demand_for_credentials_is_told(scripted: ScriptedServer, source: Prometheus) -> None:
    scripted.says = only(text("", 401))
    with pytest.raises(Stalled, match="401") as raised:
        source.time()
    assert "credentials" in raised.value.hint


def test_a_failed_batch_leaves_the_others_known(scripted: ScriptedServer, source: Prometheus) -> None:
    mesh = Mesh()

    def says(question: Question) -> Reply:
        return failure(422, "execution", "poison") if "web0-v1" in question.form["query"] else mesh(question)

    scripted.says = says
    others = [Leaves("shop", f"web{n}-v1", f"web{n}-v2") for n in range(100)]
    found = source.increments([*others, WEB], FIRST, LAST)
    assert all("poison" in why for leaves in others for why in whys(found[leaves]))
    assert all(interval.strata for interval in found[WEB])


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
        (Stratum(canary=Arm(10, 0), stable=Arm(90, 0)),)
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
