"""What commands are given from outside, so that tests bring their own: a way to a cluster, a clock, an environment."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from canary.clock import Clock, SystemClock
from canary.cluster.kinds import Kind
from canary.cluster.objects import Event, Listing, Raw
from canary.cluster.patch import RoutePatch
from canary.cluster.patience import Patience

if TYPE_CHECKING:
    from canary.metrics.meter import Probe
    from canary.metrics.source import Source, Timing

PATIENCE = Patience(connect=3.0, read=10.0, silence=20.0)
"""Somebody sits in front of it; its watches are short, so a stream that is silent for longer is dead."""


class Changes(Protocol):
    """What a watch gives."""

    def __iter__(self) -> Iterator[Event]: ...
    def close(self) -> None: ...


class Server(Protocol):
    """
    The part of `Cluster` that commands use.

    Attributes:
        namespace: the default one.
    """

    namespace: str

    def get(self, kind: Kind, namespace: str, name: str) -> Raw: ...
    def list(self, kind: Kind, namespace: str = "", selector: str = "") -> Listing: ...
    def watch(
        self, kind: Kind, resource_version: str, namespace: str = "", seconds: int = 300
    ) -> Changes: ...
    def patch_route(self, patch: RoutePatch) -> Raw: ...
    def allowed(self, kind: Kind, verb: str, namespace: str = "") -> bool: ...
    def whoami(self) -> str: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Access:
    """How to get to a cluster, as kubectl's options of the same names say it; None = the usual way."""

    kubeconfig: str | None = None
    context: str | None = None
    namespace: str | None = None
    as_user: str | None = None


def prometheus(url: str, timing: "Timing", at: float | None) -> "Source":
    """Ask nothing yet."""
    from canary.metrics.connection import Connection  # noqa: PLC0415 - a quarter of a second
    from canary.metrics.prometheus import Prometheus  # noqa: PLC0415

    return Prometheus(Connection(url), timing, at=at)


def probe(url: str, timing: "Timing") -> "Probe":
    """Over a connection that ends with the process."""
    from canary.metrics.connection import Connection  # noqa: PLC0415 - a quarter of a second
    from canary.metrics.meter import PrometheusMeter  # noqa: PLC0415

    return PrometheusMeter(Connection(url), timing)


@dataclass(frozen=True, slots=True)
class World:
    """
    Attributes:
        connect: a connection; `Stalled` where there are no credentials.
        spawn: runs a job beside the command, which does not wait for its end.
        environ: the process' environment.
        source: the Prometheus at a URL, as it is now, or as it was at a moment (Unix seconds).
        meter: the Prometheus at a URL.
    """

    connect: Callable[[Access], Server]
    clock: Clock
    spawn: Callable[[Callable[[], None]], None]
    environ: Mapping[str, str]
    source: "Callable[[str, Timing, float | None], Source]" = prometheus
    meter: "Callable[[str, Timing], Probe]" = probe

    @classmethod
    def real(cls) -> "World":
        """The machine's own."""
        return cls(connect, SystemClock(), spawn, os.environ)


def connect(access: Access) -> Server:
    """Read the credentials, ask nothing yet."""
    from canary.cluster.client import Cluster  # noqa: PLC0415 - a quarter of a second

    return Cluster.connect(access.kubeconfig, access.context, access.as_user, pool=4, patience=PATIENCE)


def spawn(job: Callable[[], None]) -> None:
    """On a thread that does not keep the process alive."""
    threading.Thread(target=job, name="meanwhile", daemon=True).start()
