"""The in-memory API server over HTTP, where it differs from the real one on purpose, and for the official client."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from kubernetes.client import ApiClient, CoreV1Api
from kubernetes.config import new_client_from_config
from kubernetes.watch import Watch

from canary.cluster.client import Cluster
from canary.cluster.kinds import SERVICES
from canary.cluster.objects import metadata
from canary.sim.server import ApiServer
from canary.sim.store import Store
from tests.beds.api import Api
from tests.beds.api import Refused as ApiRefused
from tests.sim.apiserver.setup import with_definitions

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer(with_definitions(Store())) as running:
        yield running


@pytest.fixture
def api(server: ApiServer) -> Iterator[Api]:
    connected = Api(server.url, Path(), "somebody")
    yield connected
    connected.close()


@pytest.fixture
def official(server: ApiServer, tmp_path: Path) -> Iterator[ApiClient]:
    """The official Python client, with the models this product does without."""
    path = str(server.kubeconfig(tmp_path / "kubeconfig"))
    client: ApiClient = new_client_from_config(path)  # type: ignore[no-untyped-call]
    yield client
    client.rest_client.pool_manager.clear()


def test_the_official_client_reads_what_the_process_wrote(server: ApiServer, official: ApiClient) -> None:
    server.store.create("configmaps", {"metadata": {"name": "a", "namespace": "default"}, "data": {"b": "c"}})
    assert CoreV1Api(official).read_namespaced_config_map("a", "default").data == {"b": "c"}


def test_the_official_watch_sees_what_the_process_writes(server: ApiServer, official: ApiClient) -> None:
    listed = CoreV1Api(official).list_namespaced_config_map
    version = str(server.store.version)
    name = {"metadata": {"name": "a", "namespace": "default"}}
    threading.Thread(target=server.store.create, args=("configmaps", name)).start()
    events = Watch().stream(  # type: ignore[no-untyped-call]
        listed, "default", resource_version=version, timeout_seconds=5
    )
    event = next(events)
    events.close()
    assert (event["type"], event["object"].metadata.name) == ("ADDED", "a")


def test_a_watch_ends_when_the_server_stops(server: ApiServer, api: Api) -> None:
    watch = api.watch(CONFIG_MAPS, str(server.store.version))
    server.stop()
    assert list(watch) == []


def test_bookmarks_tell_how_far_a_quiet_watch_has_come(tmp_path: Path) -> None:
    with ApiServer(Store(), bookmark_every=0.01) as server:
        cluster = Cluster.connect(str(server.kubeconfig(tmp_path / "kubeconfig")))
        stream = cluster.watch(SERVICES, str(server.store.version), "default", 30)
        server.store.create("namespaces", {"metadata": {"name": "elsewhere"}})
        newest = str(server.store.version)
        assert newest in (metadata(event.object)["resourceVersion"] for event in stream)
        stream.close()
        cluster.close()


def test_everybody_is_whom_he_says(api: Api) -> None:
    review = api.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", {})
    assert review["status"]["userInfo"]["username"] == "somebody"


def test_a_web_page_is_not_answered(server: ApiServer) -> None:
    answer = urllib3.request("GET", f"{server.url}/api", headers={"Origin": "http://example.com"})
    assert answer.status == 403


def test_a_taken_port_is_an_error(server: ApiServer) -> None:
    with pytest.raises(OSError, match="in use"):
        ApiServer(Store(), server.port).start()


def test_what_is_not_json_is_refused_with_what_would_be(server: ApiServer) -> None:
    answer = urllib3.request(
        "POST",
        server.url + CONFIG_MAPS,
        body=b"k8s\x00",
        headers={"Content-Type": "application/vnd.kubernetes.protobuf"},
    )
    assert answer.status == 415
    assert "application/json" in answer.json()["message"]


@pytest.mark.parametrize("kind", ["services", "deployments"])
def test_what_is_not_formed_like_its_kind_is_refused(api: Api, kind: str) -> None:
    group = "/api/v1" if kind == "services" else "/apis/apps/v1"
    with pytest.raises(ApiRefused, match="not formed like") as raised:
        api.post(f"{group}/namespaces/default/{kind}", {"metadata": {"name": "a"}, "spec": [1]})
    assert raised.value.status == 400


def test_a_definition_that_is_none_is_refused(api: Api) -> None:
    with pytest.raises(ApiRefused, match="no CustomResourceDefinition"):
        api.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {"metadata": {"name": "a.b"}})
