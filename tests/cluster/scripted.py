"""
An HTTP server that does exactly what a test tells it, down to single bytes and resets.

    with Scripted(json_answer({"kind": "X"}), reset(), last=hang()) as server:
        ...
    assert [request.method for request in server.requests] == ["GET", "PATCH", "GET"]

Requests are taken in the order of their arrival, over all connections; each is answered by the next act, and
by `last` when they are used up. An act gets the `Line` to the client: whatever HTTP cannot say is said there.
"""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.client import responses
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

LONGEST_HOLD = 30.0
"""Seconds after which a held connection is dropped: longer than any test, so that nothing is left behind."""


@dataclass(frozen=True)
class Request:
    """One request, as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def json(self) -> Any:  # noqa: ANN401 whatever was sent
        return json.loads(self.body)


class Line:
    """The connection of one request."""

    def __init__(self, connection: socket.socket, request: Request, stopped: threading.Event) -> None:
        self.request = request
        self.kept = True
        self._connection = connection
        self._stopped = stopped

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def hold(self, seconds: float = LONGEST_HOLD) -> None:
        """Say nothing more, until the server stops or `seconds` have passed."""
        self._stopped.wait(seconds)

    def hang_up(self) -> None:
        """End the connection after this act, in good order."""
        self.kept = False

    def reset(self) -> None:
        """End it with a reset: what was sent may never arrive."""
        self.kept = False
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()


Act = Callable[[Line], None]


class Handler(StreamRequestHandler):
    """One connection."""

    server: "Scripted"
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with self.server.counting:
            self.server.connections += 1
        while (request := self._read()) is not None:
            line = Line(self.connection, request, self.server.stopped)
            try:
                self.server.next_act(request)(line)
            except OSError:  # the client has gone
                return
            if not line.kept:
                return

    def finish(self) -> None:
        try:
            super().finish()
        except OSError:
            return  # it was reset

    def _read(self) -> Request | None:
        try:
            first = self.rfile.readline().split()
            if len(first) != 3:
                return None
            headers = dict(self._headers())
            body = self.rfile.read(int(headers.get("content-length", "0")))
        except OSError:
            return None
        return Request(first[0].decode(), first[1].decode(), headers, body)

    def _headers(self) -> Iterable[tuple[str, str]]:
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(":")
            yield name.lower(), value.strip()


class Scripted(ThreadingTCPServer):
    """
    Attributes:
        requests: all of them, in order.
        connections: how many were opened.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, *acts: Act, last: Act | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[Request] = []
        self.connections = 0
        self.counting = threading.Lock()
        self.stopped = threading.Event()
        self._acts = list(acts)
        self._last = last or hang()
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next_act(self, request: Request) -> Act:
        with self.counting:
            self.requests.append(request)
            return self._acts.pop(0) if self._acts else self._last

    def then(self, *acts: Act) -> None:
        """More acts, for those that need something made after the server."""
        with self.counting:
            self._acts.extend(acts)

    def methods(self) -> list[str]:
        with self.counting:
            return [request.method for request in self.requests]

    def kubeconfig(self, folder: Path, **user: object) -> str:
        """A kubeconfig that leads here; `user` is what its user entry holds."""
        path = folder / "kubeconfig"
        path.write_text(json.dumps(kubeconfig_for(self.url, user)))
        return str(path)

    def __enter__(self) -> "Scripted":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.shutdown()
        self.server_close()


def kubeconfig_for(url: str, user: Mapping[str, object]) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "scripted", "cluster": {"server": url}}],
        "users": [{"name": "somebody", "user": dict(user)}],
        "contexts": [
            {
                "name": "here",
                "context": {"cluster": "scripted", "user": "somebody", "namespace": "sample-app"},
            },
            {"name": "bare", "context": {"cluster": "scripted", "user": "somebody"}},
        ],
        "current-context": "here",
    }


@dataclass(frozen=True)
class Head:
    """Status line and headers of an answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)

    def __bytes__(self) -> bytes:
        named = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        return f"HTTP/1.1 {self.status} {responses.get(self.status, 'Unknown')}\r\n{named}\r\n".encode()


def answer(status: int, body: str | bytes, **headers: str) -> Act:
    """A whole answer; `Retry_After="1"` becomes a header."""
    sent = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    head = Head(status, {"Content-Type": "application/json", "Content-Length": str(len(sent)), **named})
    return lambda line: line.send(bytes(head) + sent)


def json_answer(body: object, status: int = 200, **headers: str) -> Act:
    return answer(status, json.dumps(body), **headers)


def refusal(code: int, message: str, reason: str = "", **details: object) -> Act:
    """A Status object, as the API server refuses."""
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code}
    return json_answer({**status, "message": message, "reason": reason, "details": details}, code)


def hang() -> Act:
    """No answer at all."""
    return lambda line: line.hold()


def reset(applied: Callable[[Request], None] = lambda _: None) -> Act:
    """A reset in place of an answer, after `applied` has had the request."""

    def act(line: Line) -> None:
        applied(line.request)
        line.reset()

    return act


def truncated(body: str, at: int) -> Act:
    """The connection ends after `at` bytes of a longer body."""

    def act(line: Line) -> None:
        head = Head(200, {"Content-Type": "application/json", "Content-Length": str(len(body))})
        line.send(bytes(head) + body.encode()[:at])
        line.hang_up()

    return act


def dripping(status: int = 200, every: float = 0.05) -> Act:
    """A body that never ends, a byte at a time."""

    def act(line: Line) -> None:
        line.send(bytes(Head(status, {"Content-Type": "application/json", "Content-Length": "1000000"})))
        for _ in range(int(LONGEST_HOLD / every)):
            line.send(b" ")
            line.hold(every)

    return act


def stream(*events: object, then: Act | None = None) -> Act:
    """A watch that sends these, one a line, and then ends in good order, or does `then`."""

    def act(line: Line) -> None:
        line.send(bytes(Head(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})))
        for event in events:
            line.send(chunk(event if isinstance(event, bytes) else json.dumps(event).encode() + b"\n"))
        if then is None:
            line.send(b"0\r\n\r\n")
        else:
            then(line)

    return act


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"
