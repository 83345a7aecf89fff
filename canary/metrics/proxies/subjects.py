"""
Whom a counter is about.

A proxy has two sides. As a client it counts per backend and endpoint; as a server per identity of who asked, without
the kubelet's probes and without what is asked of the proxy itself, which both look like healthy traffic.
"""

from collections.abc import Mapping
from typing import NamedTuple

ADMIN_PORT = "4191"


class Backend(NamedTuple):
    """A Service that a client asked."""

    namespace: str
    service: str

    def __str__(self) -> str:
        return "/".join(self) if self != ITSELF else "its own pod"


ITSELF = Backend("", "")
"""What a server's counters are about: which Services its pod stands behind is not written on them."""


class Subject(NamedTuple):
    """
    Whom answers are about.

    Attributes:
        peer: the endpoint's pod; of a server the identity of who asked.
    """

    backend: Backend
    peer: str

    def __str__(self) -> str:
        return f"{self.backend} {self.peer}".strip()


def queued(labels: Mapping[str, str]) -> Subject | None:
    """Of a client's queue in front of a backend; None where that is no Service."""
    backend = Backend(labels.get("backend_namespace", ""), labels.get("backend_name", ""))
    return Subject(backend, "") if labels.get("backend_kind") == "Service" else None


def answered(labels: Mapping[str, str]) -> Subject | None:
    """Of requests and their answers; None where they are nobody's whom a rollout is about."""
    match labels.get("direction"):
        case "outbound":
            return _outbound(labels)
        case "inbound":
            return _inbound(labels)
        case _:
            return None


def _outbound(labels: Mapping[str, str]) -> Subject | None:
    service = labels.get("dst_service")
    backend = Backend(labels.get("dst_namespace", ""), service or "")
    return Subject(backend, labels.get("dst_pod", "")) if service else None


def _inbound(labels: Mapping[str, str]) -> Subject | None:
    unmeshed = labels.get("tls") != "true"
    if unmeshed or labels.get("target_port") == ADMIN_PORT or labels.get("route_name") == "probe":
        return None
    return Subject(ITSELF, labels.get("client_id", ""))
