"""The store over HTTP on loopback, as kubectl and client libraries expect it of an API server."""

import asyncio
import json
import threading
from contextlib import aclosing
from pathlib import Path

from aiohttp import web

from canary.sim.server import watching
from canary.sim.server.answer import Answer
from canary.sim.server.api import NOWHERE, answered
from canary.sim.server.asked import Asked, path_of
from canary.sim.store import Refused, Store

HOST = "127.0.0.1"
STARTED_WITHIN = 10.0
LARGEST = 3 * 1024 * 1024
"""Bytes of a request, as etcd and kube-apiserver limit them."""


class ApiServer:
    """
    In a thread with an event loop of its own; use as a context, or call `start` and `stop`.

    Nobody is authenticated, so a request that a web page sent (it has an Origin) is refused.

    Args:
        bookmark_every: seconds between two bookmarks of a watch.

    Attributes:
        store: what it serves; changes made there are seen by its watches.
        port: where it listens, once started (useful where 0 was asked for).
    """

    def __init__(self, store: Store, port: int = 0, bookmark_every: float = watching.BOOKMARK_EVERY) -> None:
        self.store = store
        self.port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._bookmark_every = bookmark_every
        self._started = threading.Event()
        self._failed: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="api server", daemon=True)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def __enter__(self) -> "ApiServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """
        Listen.

        Raises:
            OSError: the port is taken.
        """
        self._thread.start()
        self._started.wait(STARTED_WITHIN)
        if self._failed:
            raise self._failed

    def stop(self) -> None:
        """End all watches in good order, stop listening, and wait until that is done."""
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(STARTED_WITHIN)

    def kubeconfig(self, path: Path, user: str = "admin", namespace: str = "default") -> Path:
        """Write a kubeconfig that leads here; the user is whom the file says."""
        about = {"cluster": "canary-sim", "user": user, "namespace": namespace}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "canary-sim", "cluster": {"server": self.url}}],
            "users": [{"name": user, "user": {"token": user}}],
            "contexts": [{"name": "canary-sim", "context": about}],
            "current-context": "canary-sim",
        }
        path.write_text(json.dumps(config))
        return path

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._failed = error
            self._started.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, self.port).start()
            self.port = runner.addresses[0][1]
            self._started.set()
            await self._stopping.wait()
        finally:
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if "Origin" in request.headers:
            return web.Response(status=403, text="not for web pages\n")
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.method, request.path, dict(request.query), headers, await request.read())
        path = path_of(asked.path)
        if asked.method == "GET" and asked.flag("watch") and path is not None and not path.name:
            try:
                watch = watching.start(self.store, asked, path, self._bookmark_every)
            except Refused as refused:
                return _response(Answer(refused.code, refused.status))
            return await self._stream(request, watch) if watch else _response(NOWHERE)
        return _response(answered(self.store, asked))

    async def _stream(self, request: web.Request, watch: watching.Watch) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        async with aclosing(watch.lines(self._stopping)) as lines:
            async for line in lines:
                await response.write(line)
        return response


def _response(answer: Answer) -> web.Response:
    text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body, separators=(",", ":"))
    response = web.Response(
        status=answer.code, body=text.encode(), headers={"Content-Type": answer.media_type}
    )
    for warning in answer.warnings:
        response.headers.add("Warning", f"299 - {json.dumps(warning)}")
    return response
