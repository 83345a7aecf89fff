"""Pages of client proxies for a real Prometheus to scrape, and the truth to compare its counts with."""

import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, NamedTuple

from tests.beds.patience import CLOCK, rest
from tests.beds.prometheus import Target
from tests.metrics.serving import Serving

LONG_AGO = 9000.0
"""Seconds since a proxy started, unless a test says otherwise."""


class Answers(NamedTuple):
    """What one counter counts."""

    service: str
    pod: str
    classification: str


@dataclass(slots=True)
class Proxy:
    """
    One client pod's proxy.

    Attributes:
        broken: every scrape is answered 503.
        delay: seconds until a scrape is answered.
    """

    name: str
    deployment: str = "front"
    broken: bool = False
    delay: float = 0.0
    started: float = field(default_factory=lambda: CLOCK.now().timestamp() - LONG_AGO)
    counters: Counter[Answers] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, service: str, requests: int, failures: int = 0, pod: str = "a") -> None:
        """So many more answers, `failures` of them failures."""
        with self._lock:
            for classification, number in (("success", requests - failures), ("failure", failures)):
                if number:
                    self.counters[Answers(service, f"{service}-{pod}", classification)] += number

    def restart(self) -> None:
        """A new process: counters from zero."""
        with self._lock:
            self.counters.clear()
            self.started = CLOCK.now().timestamp()

    def page(self) -> str:
        with self._lock:
            rows = [_row(answers, count) for answers, count in self.counters.items()]
        return "\n".join([*rows, f"process_start_time_seconds {self.started}", "proxy_build_info 1", ""])


def _row(answers: Answers, count: int) -> str:
    who = f'dst_namespace="shop",dst_service="{answers.service}",dst_pod="{answers.pod}"'
    how = f'classification="{answers.classification}",grpc_status="",error=""'
    return f'response_total{{direction="outbound",{who},{how}}} {count}'


class Exposition(Serving):
    """Serves the pages of `proxies`, each at the path of its name."""

    def __init__(self, proxies: Iterable[Proxy]) -> None:
        self.proxies = {proxy.name: proxy for proxy in proxies}
        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def targets(self) -> list[Target]:
        """All of them, labelled as Linkerd viz labels pods."""
        return [self._target(proxy) for proxy in self.proxies.values()]

    def _target(self, proxy: Proxy) -> Target:
        labels = {
            "namespace": "shop",
            "deployment": proxy.deployment,
            "pod": proxy.name,
            "instance": proxy.name,
        }
        return Target(f"127.0.0.1:{self._server.server_address[1]}", labels, f"/{proxy.name}")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        served = self

        class Handler(_Handler):
            exposition = served

        return Handler


class _Handler(BaseHTTPRequestHandler):
    exposition: ClassVar[Exposition]

    def do_GET(self) -> None:
        proxy = self.exposition.proxies[self.path.strip("/")]
        rest(proxy.delay, self.exposition.stopping)
        with suppress(OSError):  # a Prometheus that stops waits for no page
            self._write(503 if proxy.broken else 200, "" if proxy.broken else proxy.page())

    def _write(self, status: int, page: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass
