"""An HTTP server on loopback that answers what a test wrote down, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs

from tests.beds.patience import rest
from tests.metrics.serving import Serving

Labels = Mapping[str, str]
Point = tuple[int, object]


@dataclass(frozen=True, slots=True)
class Question:
    """One request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """
    What to say.

    Attributes:
        pieces: the body; written one by one, `pause` seconds apart.
        length: announced; None = as long as it is.
        hang: say nothing at all, until the server stops.
    """

    status: int = 200
    pieces: Iterable[bytes] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    pause: float = 0.0
    hang: bool = False


Script = Callable[[Question], Reply]


class ScriptedServer(Serving):
    """`says` may be replaced at any time; `asked` has every question so far."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.says: Script = lambda _: ok(matrix([]))
        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        script = self

        class Handler(_Handler):
            server_of_script = script

        return Handler


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.0: a connection per request, so that stopping waits for nobody."""

    server_of_script: ClassVar[ScriptedServer]

    def do_POST(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def _answer(self) -> None:
        script = self.server_of_script
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        form = {key: values[0] for key, values in parse_qs(body).items()}
        question = Question(self.command, self.path, dict(self.headers), form)
        script.asked.append(question)
        reply = script.says(question)
        if reply.hang:
            script.stopping.wait()
            return
        try:
            self._write(reply, script.stopping)
        except OSError:
            self.close_connection = True

    def _write(self, reply: Reply, stopping: threading.Event) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.length is not None:
            self.send_header("Content-Length", str(reply.length))
        self.end_headers()
        for piece in reply.pieces:
            self.wfile.write(piece)
            if stopping.is_set() or (reply.pause and rest(reply.pause, stopping)):
                return


def ok(data: object, **more: object) -> Reply:
    """A success with this `data`; `warnings=[…]` beside it."""
    return text(json.dumps({"status": "success", "data": data, **more}))


def failure(status: int, kind: str, error: str, headers: Labels | None = None) -> Reply:
    """An error as Prometheus words it."""
    return text(json.dumps({"status": "error", "errorType": kind, "error": error}), status, headers)


def text(body: str, status: int = 200, headers: Labels | None = None) -> Reply:
    return Reply(status, [body.encode()], headers or {}, len(body.encode()))


def matrix(rows: Sequence[tuple[Labels, Sequence[Point]]]) -> Mapping[str, object]:
    """The `data` of a range query."""
    result = [{"metric": labels, "values": [list(point) for point in points]} for labels, points in rows]
    return {"resultType": "matrix", "result": result}


def scalar(value: str) -> Mapping[str, object]:
    return {"resultType": "scalar", "result": [1000.0, value]}
