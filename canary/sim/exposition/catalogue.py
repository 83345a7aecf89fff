"""
Every family a proxy of Linkerd 2.20 prints where traffic is split by a ServiceProfile, in page order.

Measured on proxy v2.359.0. HELP texts are ours: readers ignore them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

ROUTE = (
    ("request_duration_seconds", "histogram"),
    ("request_frame_size_bytes", "histogram"),
    ("backend_requests", "counter"),
    ("backend_response_duration_seconds", "histogram"),
    ("backend_response_frame_size_bytes", "histogram"),
    ("backend_response_statuses", "counter"),
    ("request_statuses", "counter"),
    ("retry_limit_exceeded", "counter"),
    ("retry_overflow", "counter"),
    ("retry_requests", "counter"),
    ("retry_successes", "counter"),
)

BALANCER = (
    ("endpoints", "gauge"),
    ("p2c_endpoints", "gauge"),
    ("p2c_updates", "counter"),
    ("queue_length", "gauge"),
    ("queue_requests", "counter"),
    ("queue_latency_seconds", "histogram"),
    ("queue_gate_open", "counter"),
    ("queue_gate_shut", "counter"),
    ("queue_gate_open_time_seconds", "gauge"),
    ("queue_gate_shut_time_seconds", "gauge"),
    ("queue_gate_timeout_seconds", "gauge"),
)

INBOUND = (
    ("requests", "counter"),
    ("request_frame_size_bytes", "histogram"),
    ("request_duration_seconds", "histogram"),
    ("response_frame_size_bytes", "histogram"),
    ("response_duration_seconds", "histogram"),
    ("statuses", "counter"),
)

LEGACY = (
    ("inbound_http_authz_allow_total", "counter"),
    ("outbound_http_errors_total", "counter"),
    ("request_total", "counter"),
    ("response_latency_ms", "histogram"),
    ("response_total", "counter"),
    ("route_request_total", "counter"),
    ("route_response_latency_ms", "histogram"),
    ("route_response_total", "counter"),
    ("route_retryable_total", "counter"),
    ("route_actual_request_total", "counter"),
    ("route_actual_response_total", "counter"),
    ("tcp_open_total", "counter"),
    ("tcp_open_connections", "gauge"),
    ("proxy_build_info", "gauge"),
)


@dataclass(frozen=True, slots=True)
class Family:
    """
    One family of the page.

    Attributes:
        name: as the TYPE line shows it (the newer generation leaves the counters' `_total` out).
        type: counter, gauge or histogram.
        legacy: of the older generation, whose families are printed only while they have series.
    """

    name: str
    type: str
    legacy: bool

    @property
    def header(self) -> str:
        """HELP, TYPE and, in the newer generation, UNIT."""
        help_line = f"# HELP {self.name} {self.name.replace('_', ' ').capitalize()}, as the model counts it."
        lines = [help_line, f"# TYPE {self.name} {self.type}"]
        unit = self.name.rpartition("_")[2]
        if not self.legacy and unit in {"seconds", "bytes"}:
            lines.append(f"# UNIT {self.name} {unit}")
        return "\n".join(lines)


def modern() -> Iterator[tuple[str, str]]:
    """Names and types of the newer generation."""
    for name, kind in INBOUND:
        yield f"inbound_grpc_{name}", kind
        yield f"inbound_http_{name}", kind
    for prefix, members in (
        ("outbound_http_route_", ROUTE),
        ("outbound_http_balancer_", BALANCER),
        ("outbound_grpc_route_", ROUTE),
        ("outbound_tls_balancer_", BALANCER),
        ("outbound_tls_route_", (("open", "counter"), ("close", "counter"))),
    ):
        yield from ((prefix + name, kind) for name, kind in members)
    yield "process_start_time_seconds", "gauge"


CATALOGUE: tuple[Family, ...] = (
    *(Family(name, kind, legacy=True) for name, kind in LEGACY),
    *(Family(name, kind, legacy=False) for name, kind in modern()),
)
