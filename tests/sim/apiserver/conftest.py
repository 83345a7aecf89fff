"""The in-memory API server, as the suites that compare it with the real one need it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from canary.sim.server import ApiServer
from canary.sim.store import Store
from tests.sim.apiserver.setup import with_definitions


@pytest.fixture(scope="session")
def in_memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A kubeconfig for it; it has forgotten its first version, as a real one has."""
    store = with_definitions(Store())
    store.forget()
    with ApiServer(store) as server:
        yield server.kubeconfig(tmp_path_factory.mktemp("memory") / "kubeconfig")
