"""The two API servers the contract is asked of: the real one, and the one in memory."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from canary.sim.server import ApiServer
from canary.sim.store import Store
from tests.beds.api import Api
from tests.sim.apiserver.setup import with_definitions

IN_MEMORY, REAL = "in-memory", "real"
ON_BOTH = pytest.mark.parametrize(
    "bed", [IN_MEMORY, pytest.param(REAL, marks=pytest.mark.servers)], indirect=True, scope="session"
)
"""Every test so marked runs against both, and expects the same of both."""


class Bed(Protocol):
    """An API server, and a way around the code under test."""

    @property
    def admin(self) -> Api: ...
    def kubeconfig(self, user: str) -> Path: ...
    def stop_apiserver(self) -> None: ...
    def start_apiserver(self) -> None: ...


class InMemory:
    """The in-memory API server, with the kinds of Linkerd and SMI; what is stored outlives its restarts."""

    def __init__(self) -> None:
        self._store = with_definitions(Store())
        self._store.forget()
        self._left = ExitStack()
        self._folder = Path(self._left.enter_context(tempfile.TemporaryDirectory()))
        self._server = ApiServer(self._store)

    def __enter__(self) -> "InMemory":
        self.start_apiserver()
        self.admin = Api(self._server.url, Path(), "admin")
        return self

    def __exit__(self, *_: object) -> None:
        self.admin.close()
        self.stop_apiserver()
        self._left.close()

    def kubeconfig(self, user: str) -> Path:
        return self._server.kubeconfig(self._folder / user, user)

    def start_apiserver(self) -> None:
        """At the same address, also after it was stopped."""
        self._server = ApiServer(self._store, self._server.port)
        self._server.start()

    def stop_apiserver(self) -> None:
        self._server.stop()
