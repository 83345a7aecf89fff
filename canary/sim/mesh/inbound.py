"""What a server's proxy counts: per client identity in the older generation, per port in the newer one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from canary.sim.exposition import Answer, Durations, Traffic

REQUEST_BOUNDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 10.0)
RESPONSE_BOUNDS = (0.05, 0.5, 1.0, 10.0)
FRAME_BOUNDS = (128.0, 1024.0, 10240.0)
FRAME_BYTES = 4.0


class Served:
    """The newer generation's counts of one port; it has no label for the client."""

    def __init__(self, port: int) -> None:
        self.labels = (
            f'parent_group="",parent_kind="default",parent_name="all-unauthenticated",parent_port="{port}",'
            'route_group="",route_kind="default",route_name="default"'
        )
        self.requests = 0
        self.statuses: Counter[str] = Counter()
        self.request_frames = self._histogram("request_frame_size_bytes", FRAME_BOUNDS)
        self.request_seconds = self._histogram("request_duration_seconds", REQUEST_BOUNDS)
        self.response_frames = self._histogram("response_frame_size_bytes", FRAME_BOUNDS)
        self.response_seconds = self._histogram("response_duration_seconds", RESPONSE_BOUNDS)

    def _histogram(self, name: str, bounds: tuple[float, ...]) -> Durations:
        return Durations(f"inbound_http_{name}", self.labels, bounds)

    def end(self, answer: Answer, seconds: float) -> None:
        self.statuses[answer.status] += 1
        self.request_seconds.observe(seconds)
        self.response_seconds.observe(seconds)
        self.response_frames.observe(FRAME_BYTES)

    def lines(self) -> Iterator[tuple[str, Iterator[str]]]:
        """Families and their lines."""
        yield "inbound_http_requests", iter([f"inbound_http_requests_total{{{self.labels}}} {self.requests}"])
        yield "inbound_http_request_frame_size_bytes", self.request_frames.lines()
        yield "inbound_http_request_duration_seconds", self.request_seconds.lines()
        yield "inbound_http_response_frame_size_bytes", self.response_frames.lines()
        yield "inbound_http_response_duration_seconds", self.response_seconds.lines()
        yield (
            "inbound_http_statuses",
            (
                f'inbound_http_statuses_total{{{self.labels},status="{status}"}} {count}'
                for status, count in self.statuses.items()
            ),
        )


class Inbound:
    """
    The older generation's counts of one peer on one port.

    Attributes:
        served: the counts of the port, where the newer generation keeps them; it leaves the admin port out.
        last: when it last moved, virtual seconds.
    """

    def __init__(self, target: tuple[str, int], tls: str, route: str = "default") -> None:
        ip, port = target
        addr = f'target_addr="{ip}:{port}",target_ip="{ip}",target_port="{port}"'
        srv = f'srv_group="",srv_kind="default",srv_name="all-unauthenticated",srv_port="{port}"'
        permit = permission(route)
        self.last = 0.0
        self.traffic = Traffic("", f'direction="inbound",{addr},{tls},{srv},{permit}')
        self.served: Served | None = None
        self._allowed = f"inbound_http_authz_allow_total{{{addr},{srv},{permit},{tls}}} "
        self._tcp = f'{{direction="inbound",peer="src",{addr},{tls},{srv}}} '

    def begin(self, now: float) -> None:
        self.last = now
        self.traffic.requests += 1
        if self.served is not None:
            self.served.requests += 1

    def end(self, answer: Answer, milliseconds: float, now: float) -> None:
        self.last = now
        self.traffic.answered(answer, milliseconds)
        if self.served is not None:
            self.served.end(answer, milliseconds / 1000)

    def lines(self) -> Iterator[tuple[str, Iterator[str]]]:
        """Families and their lines."""
        yield "inbound_http_authz_allow_total", iter([f"{self._allowed}{self.traffic.requests}"])
        yield from self.traffic.lines()
        yield "tcp_open_total", iter([f"tcp_open_total{self._tcp}1"])
        yield "tcp_open_connections", iter([f"tcp_open_connections{self._tcp}1"])


def permission(route: str) -> str:
    """Route and authorization of a request where no policy is set; the kubelet's probes have their own."""
    authz = "probe" if route == "probe" else "all-unauthenticated"
    return (
        f'route_group="",route_kind="default",route_name="{route}",'
        f'authz_group="",authz_kind="default",authz_name="{authz}"'
    )
