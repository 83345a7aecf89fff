"""The local copy of the cluster: whom it tells of what."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from canary.cluster.client import Cluster
from canary.daemon.objects import Copy
from canary.sim.server import ApiServer
from canary.sim.store import Store
from tests.daemon.test_starting import NAME
from tests.sim.apiserver.setup import with_definitions

SPLITS = "trafficsplits.split.smi-spec.io"
SPLIT = {
    "apiVersion": "split.smi-spec.io/v1alpha1",
    "kind": "TrafficSplit",
    "metadata": {"name": NAME[1], "namespace": NAME[0]},
    "spec": {"service": "api", "backends": [{"service": "api-v1", "weight": 1000}]},
}


@pytest.fixture
def store() -> Store:
    found = with_definitions(Store())
    found.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAME[0]}})
    return found


@pytest.fixture
def server(store: Store) -> Iterator[ApiServer]:
    with ApiServer(store) as running:
        yield running


def test_the_end_of_a_route_is_told_like_its_beginning(
    store: Store, server: ApiServer, tmp_path: Path
) -> None:
    told: list[tuple[str, str]] = []
    cluster = Cluster.connect(str(server.kubeconfig(tmp_path / "kubeconfig", "canary")))
    copy = Copy(cluster, told.append, "", "cluster.local")
    store.create(SPLITS, SPLIT, namespace=NAME[0])
    copy.routes.reflector.refresh()
    assert NAME in told
    told.clear()
    store.delete(SPLITS, *NAME)
    copy.routes.reflector.refresh()
    assert set(told) == {NAME}
