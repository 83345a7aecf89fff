"""Writes a proxy's page: both sides, both generations, and the noise of an idle pod."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from canary.sim.exposition import Answer, Page
from canary.sim.mesh.balancer import FAIL_FAST, Balancer
from canary.sim.mesh.inbound import Inbound
from canary.sim.mesh.parts import Destination
from canary.sim.mesh.proxy import Proxy

UNIDENTIFIED = 'tls="no_identity",no_tls_reason="no_tls_from_remote"'
BUILD = 'proxy_build_info{date="2026-06-22T00:00:00Z",git_sha="",profile="release",vendor="linkerd",version="2.359.0"} 1'
ADMIN = ("0.0.0.0", 4191)  # noqa: S104, shown like this; nothing is bound
PROBE_SECONDS = 10.0
"""Between two probes of the kubelet, as between two scrapes of linkerd-viz."""

Lines = Iterator[tuple[str, Iterator[str]]]


def page(proxy: Proxy) -> str:
    """What `:4191/metrics` shows now."""
    proxy.forget()
    page = Page()
    for lines in (outbound(proxy), inbound(proxy), noise(proxy)):
        for family, series in lines:
            page.add(family, series)
    page.add("proxy_build_info", [BUILD])
    page.add(
        "process_start_time_seconds", [f"process_start_time_seconds {proxy.world.epoch + proxy.started!r}"]
    )
    return page.text()


def outbound(proxy: Proxy) -> Lines:
    for apex in proxy.stacks:
        yield from connections(apex)
    for link in proxy.links.values():
        yield from link.lines()
    yield (
        "outbound_http_errors_total",
        (f'outbound_http_errors_total{{error="{error}"}} {count}' for error, count in proxy.errors.items()),
    )
    yield from routes(proxy)
    for balancer in proxy.balancers.values():
        yield from balances(balancer)


def connections(apex: Destination) -> Lines:
    """Of the application with its own proxy; the ClusterIP is made up from the name."""
    third, fourth = divmod(crc32(apex.host.encode()) % 65_000, 256)
    at = f"10.96.{third}.{fourth}"
    labels = (
        f'direction="outbound",peer="src",target_addr="{at}:{apex.port}",target_ip="{at}",'
        f'target_port="{apex.port}",tls="no_identity",no_tls_reason="loopback"'
    )
    yield "tcp_open_total", iter([f"tcp_open_total{{{labels}}} 1"])
    yield "tcp_open_connections", iter([f"tcp_open_connections{{{labels}}} 1"])


def routes(proxy: Proxy) -> Lines:
    """The model retries nothing, so attempts are requests."""
    for route in proxy.routes.values():
        yield from route.lines()
        yield "route_actual_request_total", iter([route.request_line("actual_request_total")])
        yield "route_actual_response_total", route.response_lines("actual_response_total")
        yield (
            "route_retryable_total",
            iter(
                [
                    f"route_retryable_total{{{route.labels}}} 0",
                    f'route_retryable_total{{{route.labels},skipped="no_budget"}} 0',
                ]
            ),
        )


def balances(balancer: Balancer) -> Lines:
    prefix, labels = "outbound_http_balancer_", balancer.labels
    for state, count in (("ready", balancer.ready), ("pending", balancer.pending)):
        line = f'{prefix}endpoints{{endpoint_state="{state}",{labels}}} {count}'
        yield f"{prefix}endpoints", iter([line])
    for op in ("Add", "Remove", "Reset"):
        line = f'{prefix}p2c_updates_total{{op="{op}",{labels}}} {balancer.updates[op]}'
        yield f"{prefix}p2c_updates", iter([line])
    for family, suffix, value in (
        ("p2c_endpoints", "", balancer.ready),
        ("queue_length", "", len(balancer.waiting)),
        ("queue_requests", "_total", balancer.entered),
        ("queue_gate_open", "_total", balancer.gate_opened),
        ("queue_gate_shut", "_total", balancer.gate_shut),
        ("queue_gate_open_time_seconds", "", balancer.opened_at),
        ("queue_gate_shut_time_seconds", "", balancer.shut_at),
        ("queue_gate_timeout_seconds", "", FAIL_FAST),
    ):
        yield prefix + family, iter([f"{prefix}{family}{suffix}{{{labels}}} {value!r}"])
    yield f"{prefix}queue_latency_seconds", balancer.waited.lines()


def inbound(proxy: Proxy) -> Lines:
    for peer in proxy.peers.values():
        yield from peer.lines()
    for served in proxy.served.values():
        yield from served.lines()
    if proxy.served:
        labels = 'direction="inbound",peer="dst",tls="no_identity",no_tls_reason="loopback"'
        yield "tcp_open_total", iter([f"tcp_open_total{{{labels}}} 1"])
        yield "tcp_open_connections", iter([f"tcp_open_connections{{{labels}}} 1"])


def noise(proxy: Proxy) -> Lines:
    """Probes and scrapes, 0.3 to 0.4 a second, all successful: why an idle pod looks like a healthy one."""
    rounds = int((proxy.now - proxy.started) / PROBE_SECONDS)
    yield from heard(ADMIN, "default", 3 * rounds + 1)
    if proxy.endpoint is not None:
        yield from heard((proxy.endpoint.ip, proxy.endpoint.port), "probe", rounds)


def heard(target: tuple[str, int], route: str, requests: int) -> Lines:
    """That many requests of nobody in particular; the scrape that asks is still under way."""
    if not requests:
        return
    peer = Inbound(target, UNIDENTIFIED, route)
    peer.traffic.requests = requests
    peer.traffic.answered(Answer.of(200), 1.0, requests - (route == "default"))
    yield from peer.lines()
