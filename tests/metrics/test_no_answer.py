"""What is no answer, or none in time: an error at once, and none of a library's own."""

from collections.abc import Mapping
from itertools import repeat

import pytest

from canary.errors import Stalled, Unavailable
from canary.metrics.connection import Connection
from canary.metrics.prometheus import Prometheus
from canary.metrics.source import Leaves
from tests.beds.patience import CLOCK
from tests.beds.program import free_ports
from tests.metrics.conftest import SOON, TIMING
from tests.metrics.mesh import FIRST, LAST, WEB, only
from tests.metrics.scripted import Reply, ScriptedServer, failure, matrix, ok, scalar, text

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
