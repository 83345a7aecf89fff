"""Connections of each user to either API server, and a namespace to play in."""

from collections.abc import Callable, Iterator
from typing import Protocol

import pytest

from canary.cluster.client import Cluster
from canary.cluster.objects import Raw
from tests.cluster.beds import IN_MEMORY, Bed, InMemory
from tests.cluster.splits import a_split

NAMESPACE = "cluster-tests"
SPLITS = f"/apis/split.smi-spec.io/v1alpha1/namespaces/{NAMESPACE}/trafficsplits"

Make = Callable[[str], Raw]


class Connect(Protocol):
    """A connection as this user, acting as another."""

    def __call__(self, user: str, as_user: str | None = None) -> Cluster: ...


@pytest.fixture(scope="session")
def bed(request: pytest.FixtureRequest) -> Iterator[Bed]:
    """The API server a test is marked for."""
    if request.param == IN_MEMORY:
        with InMemory() as server:
            yield server
    else:
        yield request.getfixturevalue("control_plane")


@pytest.fixture(scope="session")
def namespace(bed: Bed) -> str:
    bed.admin.post("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    return NAMESPACE


@pytest.fixture
def connect(bed: Bed) -> Iterator[Connect]:
    opened: list[Cluster] = []

    def one_more(user: str, as_user: str | None = None) -> Cluster:
        opened.append(Cluster.connect(str(bed.kubeconfig(user)), as_user=as_user))
        return opened[-1]

    yield one_more
    for cluster in opened:
        cluster.close()


@pytest.fixture
def daemon(connect: Connect) -> Cluster:
    return connect("daemon")


@pytest.fixture
def make(bed: Bed, namespace: str) -> Make:
    """A stored split of this name, at 900/100."""
    return lambda name: bed.admin.post(SPLITS, a_split(name, namespace))
