"""
Every call × every way a server can fail: one request, one error of the right family, in time.

The faults no real server produces on demand come from a scripted one.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from canary.clock import SystemClock
from canary.cluster.client import Cluster
from canary.cluster.kinds import SERVICES, TRAFFIC_SPLITS
from canary.cluster.objects import Raw
from canary.cluster.patience import Patience
from canary.errors import Conflict, Invalid, Missing, Stalled, Unavailable
from tests.cluster.scripted import (
    Act,
    Request,
    Scripted,
    answer,
    dripping,
    hang,
    json_answer,
    refusal,
    reset,
    stream,
    truncated,
)
from tests.cluster.splits import a_patch, a_split

HASTY = Patience(connect=0.2, read=0.3, silence=0.3)
SEEN = a_split(uid="u-1", resourceVersion="41")
CLOCK = SystemClock()

Do = Callable[[Cluster], object]


def get(cluster: Cluster) -> object:
    return cluster.get(TRAFFIC_SPLITS, "sample-app", "backend-api-split")


def list_all(cluster: Cluster) -> object:
    return cluster.list(TRAFFIC_SPLITS)


def watch(cluster: Cluster) -> object:
    return list(cluster.watch(TRAFFIC_SPLITS, "41"))


def patch(cluster: Cluster) -> object:
    return cluster.patch_route(a_patch(SEEN))


def ask_for_rights(cluster: Cluster) -> object:
    return cluster.allowed(TRAFFIC_SPLITS, "patch", "sample-app")


def reaching(server: Scripted, folder: Path, as_user: str = "") -> Cluster:
    return Cluster.connect(server.kubeconfig(folder, token="s3cr3t-t0ken"), None, as_user, patience=HASTY)


HTML = "<html>Bad Gateway</html>"
WHOLE = json.dumps(SEEN)

FAULTS: dict[str, Act] = {
    "hangs": hang(),
    "drips": dripping(),
    "drips a refusal": dripping(503),
    "429 for an hour": answer(429, "slow down", Retry_After="3600"),
    "429 with a date": answer(429, "", Retry_After="Fri, 31 Dec 2099 23:59:59 GMT"),
    "503 for an hour": answer(503, "", Retry_After="3600"),
    "500 in HTML": answer(500, HTML),
    "502 in HTML": answer(502, HTML),
    "504": answer(504, ""),
    "200 in HTML": answer(200, HTML),
    "200 with a list": answer(200, "[]"),
    "200 with nothing": answer(200, ""),
    "200 with no UTF-8": answer(200, b"\xff\xfe\x00"),
    "200 nested without end": answer(200, "[" * 100_000),
    "half an answer": truncated(WHOLE, 40),
    "no answer": truncated(WHOLE, 0),
    "resets": reset(),
    "redirects": answer(307, "", Location="/elsewhere"),
    "compressed rubbish": answer(200, "not gzip", Content_Encoding="gzip"),
}

CALLS: tuple[Do, ...] = (get, list_all, patch, ask_for_rights)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_a_fault_is_one_request_and_unavailable_in_time(call: Do, fault: str, tmp_path: Path) -> None:
    with Scripted(last=FAULTS[fault]) as server:
        cluster = reaching(server, tmp_path)
        began = CLOCK.monotonic()
        with pytest.raises(Unavailable) as raised:
            call(cluster)
        assert CLOCK.monotonic() - began < 2 * HASTY.total
        assert len(server.requests) == 1
    assert "s3cr3t" not in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "fault",
    ["hangs", "429 for an hour", "503 for an hour", "500 in HTML", "resets", "redirects"],
)
def test_a_watch_that_fails_is_one_request_and_unavailable(fault: str, tmp_path: Path) -> None:
    with Scripted(last=FAULTS[fault]) as server:
        with pytest.raises(Unavailable):
            watch(reaching(server, tmp_path))
        assert len(server.requests) == 1


@pytest.mark.parametrize("line", [b"<html>\n", b"[]\n", b"\xff\n"])
def test_a_watch_that_sends_rubbish_is_unavailable(line: bytes, tmp_path: Path) -> None:
    with Scripted(stream(line)) as server, pytest.raises(Unavailable, match="sent something"):
        watch(reaching(server, tmp_path))


@pytest.mark.parametrize("call", [*CALLS, watch])
def test_a_server_that_is_not_there_is_unavailable(call: Do, tmp_path: Path) -> None:
    with Scripted() as server:
        cluster = reaching(server, tmp_path)
    with pytest.raises(Unavailable, match="cannot be reached"):
        call(cluster)


def test_a_write_that_was_applied_before_the_reset_is_not_sent_again(tmp_path: Path) -> None:
    stored: list[Request] = []
    with (
        Scripted(last=reset(stored.append)) as server,
        pytest.raises(Unavailable, match="whether it was stored"),
    ):
        patch(reaching(server, tmp_path))
    assert len(stored) == 1


@pytest.mark.parametrize("body", ["{}", '{"metadata": {"name": "another"}}'])
@pytest.mark.parametrize("call", [get, patch])
def test_an_answer_that_is_another_object_is_no_answer(call: Do, body: str, tmp_path: Path) -> None:
    with Scripted(answer(200, body)) as server, pytest.raises(Unavailable, match="not this object"):
        call(reaching(server, tmp_path))


@pytest.mark.parametrize(
    "about", [{}, {"resourceVersion": ""}, {"resourceVersion": "0"}, {"resourceVersion": 7}]
)
def test_a_list_without_a_version_is_no_empty_list(about: Raw, tmp_path: Path) -> None:
    body = json_answer({"items": [], "metadata": about})
    with Scripted(body) as server, pytest.raises(Unavailable, match="resourceVersion"):
        list_all(reaching(server, tmp_path))


UID_CAUSE = [{"reason": "FieldValueInvalid", "field": "metadata.uid"}]
NO_RIGHT = (
    'trafficsplits.split.smi-spec.io "x" is forbidden: User "eve" cannot patch resource "trafficsplits"'
)
HOOK = 'admission webhook "guard.example.com" denied the request: not on Fridays'

REFUSALS: list[tuple[Act, type[Exception], str, str]] = [
    (refusal(401, "Unauthorized"), Stalled, "credentials", "kubectl auth whoami"),
    (
        refusal(403, NO_RIGHT),
        Stalled,
        "eve",
        "kubectl auth can-i patch trafficsplits.split.smi-spec.io -n sample-app --as eve",
    ),
    (refusal(403, HOOK), Stalled, "not on Fridays", ""),
    (refusal(400, "unknown field"), Stalled, "unknown field", ""),
    (refusal(404, "not found", name="backend-api-split"), Missing, "there is no TrafficSplit", "kubectl get"),
    (answer(404, "404 page not found"), Missing, "serves no trafficsplits", "kubectl api-resources"),
    (refusal(409, "the object has been modified"), Conflict, "changed since", ""),
    (refusal(422, "metadata.uid: field is immutable", causes=UID_CAUSE), Conflict, "made anew", ""),
    (refusal(422, "spec.backends: Required value"), Stalled, "Required value", ""),
    (
        refusal(500, "failed calling webhook"),
        Unavailable,
        "failed calling webhook",
        "kubectl get --raw /readyz",
    ),
]


@pytest.mark.parametrize(("act", "family", "says", "hint"), REFUSALS)
def test_a_refusal_says_what_and_where_and_what_to_do(
    act: Act, family: type[Exception], says: str, hint: str, tmp_path: Path
) -> None:
    with Scripted(act) as server, pytest.raises(family, match=says) as raised:
        patch(reaching(server, tmp_path, as_user="eve"))
    assert raised.value.at == "TrafficSplit sample-app/backend-api-split"  # type: ignore[attr-defined]
    assert raised.value.hint.startswith(hint)  # type: ignore[attr-defined]
    assert type(raised.value) is family


def test_a_patch_carries_its_conditions_and_its_manager(tmp_path: Path) -> None:
    with Scripted(json_answer(SEEN)) as server:
        patch(reaching(server, tmp_path, as_user="eve"))
        [sent] = server.requests
    assert sent.method == "PATCH"
    assert (
        sent.path == "/apis/split.smi-spec.io/v1alpha1/namespaces/sample-app/trafficsplits/backend-api-split"
    )
    assert sent.query == {"fieldManager": "canary"}
    assert sent.json["metadata"] == {"uid": "u-1", "resourceVersion": "41"}
    wanted = {
        "content-type": "application/merge-patch+json",
        "authorization": "Bearer s3cr3t-t0ken",
        "impersonate-user": "eve",
    }
    assert wanted.items() <= sent.headers.items()
    assert sent.headers["user-agent"].startswith("canary/")


def test_the_core_group_has_a_path_of_its_own(tmp_path: Path) -> None:
    service = {"metadata": {"name": "backend-api"}}
    with Scripted(json_answer(service)) as server:
        assert reaching(server, tmp_path).get(SERVICES, "sample-app", "backend-api") == service
        assert server.requests[0].path == "/api/v1/namespaces/sample-app/services/backend-api"


def test_a_list_is_read_to_its_last_page(tmp_path: Path) -> None:
    first = {"items": [{"n": 1}], "metadata": {"resourceVersion": "7", "continue": "more&more"}}
    second = {"items": [{"n": 2}], "metadata": {"resourceVersion": "7"}}
    with Scripted(json_answer(first), json_answer(second)) as server:
        listing = reaching(server, tmp_path).list(TRAFFIC_SPLITS, "sample-app", "app=web")
        queries = [request.query for request in server.requests]
    assert listing.items == ({"n": 1}, {"n": 2})
    assert listing.resource_version == "7"
    asked = {"limit": "500", "labelSelector": "app=web"}
    assert queries == [asked, {**asked, "continue": "more&more"}]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "A", "a b", "x" * 254, "a\n"])
def test_a_name_that_cannot_exist_is_not_asked_for(name: str, tmp_path: Path) -> None:
    with Scripted() as server:
        with pytest.raises(Invalid):
            reaching(server, tmp_path).get(TRAFFIC_SPLITS, "sample-app", name)
        assert server.requests == []


def test_connections_are_kept(tmp_path: Path) -> None:
    with Scripted(last=json_answer(SEEN)) as server:
        cluster = reaching(server, tmp_path)
        get(cluster), get(cluster), patch(cluster)
        assert (len(server.requests), server.connections) == (3, 1)
