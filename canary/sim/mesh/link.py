"""One endpoint as one client proxy sees it, with the series that carry its labels."""

from __future__ import annotations

from collections.abc import Iterator

from canary.sim.exposition import Traffic
from canary.sim.mesh.parts import Destination, Endpoint


def labels(backend: Destination, endpoint: Endpoint) -> str:
    """Everything after `direction`, in the proxy's order."""
    account, namespace = endpoint.service_account, backend.namespace
    pod_hash = endpoint.pod_template_hash
    return ",".join(
        (
            f'authority="{backend.authority}",target_addr="{endpoint.ip}:{endpoint.port}"',
            f'target_ip="{endpoint.ip}",target_port="{endpoint.port}",tls="true"',
            f'server_id="{account}.{namespace}.serviceaccount.identity.linkerd.cluster.local"',
            f'dst_control_plane_ns="linkerd",dst_deployment="{endpoint.deployment}"',
            f'dst_namespace="{namespace}",dst_pod="{endpoint.pod}"',
            *((f'dst_pod_template_hash="{pod_hash}"',) if pod_hash else ()),
            f'dst_service="{backend.service}",dst_serviceaccount="{account}"',
            'dst_zone="",dst_zone_locality="unknown"',
        )
    )


class Link:
    """
    Attributes:
        holders: balancers that hold the endpoint now.
        opened: how often a connection was made.
        last: when its series last moved, virtual seconds.
    """

    def __init__(self, backend: Destination, endpoint: Endpoint) -> None:
        self.backend = backend
        self.endpoint = endpoint
        self.holders = 0
        self.opened = 0
        self.last = 0.0
        names = labels(backend, endpoint)
        self.traffic = Traffic("", f'direction="outbound",{names}')
        self._tcp = f'{{direction="outbound",peer="dst",{names}}} '

    def hold(self, now: float) -> None:
        self.holders += 1
        self.opened += self.holders == 1
        self.last = now

    def drop(self, now: float) -> None:
        self.holders -= 1
        self.last = now

    def forgotten(self, now: float, retain: float) -> bool:
        """Nobody holds it and nothing happened for long: its series are gone."""
        return not self.holders and now - self.last > retain

    def lines(self) -> Iterator[tuple[str, Iterator[str]]]:
        """Families and their lines; what was never asked has connections, but no requests."""
        if self.traffic.requests:
            yield from self.traffic.lines()
        yield "tcp_open_total", iter([f"tcp_open_total{self._tcp}{self.opened}"])
        yield "tcp_open_connections", iter([f"tcp_open_connections{self._tcp}{int(self.holders > 0)}"])
