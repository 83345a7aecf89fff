"""The metrics pages of all modelled proxies, over HTTP on one loopback port: /metrics/NAMESPACE/POD."""

import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PREFIX = "/metrics"


class Pages:
    """
    Serves `page(namespace, pod)` to whoever asks; a KeyError means there is no such pod.

    Attributes:
        address: host:port.
    """

    def __init__(self, page: Callable[[str, str], str]) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(page))
        self.address = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="pages", daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def path_of(namespace: str, pod: str) -> str:
    """Where the page of a pod is."""
    return f"{PREFIX}/{namespace}/{pod}"


def _handler(page: Callable[[str, str], str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(ConnectionError):  # Prometheus hangs up on a target that it is told to forget
                self._answer()

        def _answer(self) -> None:
            try:
                namespace, pod = self.path.removeprefix(f"{PREFIX}/").split("/")
                content = page(namespace, pod).encode()
            except (KeyError, ValueError):
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Scrapes every second are no news."""

    return Handler
