"""Health and metrics over HTTP: read only, no state, no way to change anything."""

import asyncio
import threading

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from canary.web.view import View

STARTED_WITHIN = 10.0


class WebServer:
    """
    An aiohttp application in a thread with an event loop of its own.

    Attributes:
        port: where it listens, once started (useful where 0 was asked for).
    """

    def __init__(self, view: View, host: str, port: int) -> None:
        self._view = view
        self._host = host
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._failed: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    def start(self) -> None:
        """
        Listen.

        Raises:
            OSError: the address is taken or not ours.
        """
        self._thread.start()
        self._started.wait(STARTED_WITHIN)
        if self._failed:
            raise self._failed

    def stop(self) -> None:
        """Stop listening, and wait until that is done."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STARTED_WITHIN)

    def _run(self) -> None:
        runner = web.AppRunner(application(self._view), access_log=None)
        try:
            self._loop.run_until_complete(self._listen(runner))
            self._started.set()
            self._loop.run_forever()
        except OSError as error:
            self._failed = error
            self._started.set()
        finally:
            self._loop.run_until_complete(runner.cleanup())
            self._loop.close()

    async def _listen(self, runner: web.AppRunner) -> None:
        await runner.setup()
        await web.TCPSite(runner, self._host, self.port).start()
        self.port = runner.addresses[0][1]


def application(view: View) -> web.Application:
    """`/healthz`: alive; `/readyz`: at work, and without what, or why not; `/metrics`."""

    async def healthz(_request: web.Request) -> web.Response:
        return (
            _plain("ok\n") if view.living() else _plain("the evidence loop has not come round lately\n", 503)
        )

    async def readyz(_request: web.Request) -> web.Response:
        why, remarks = view.ready(), view.remarks()
        return _plain(f"{why}\n", 503) if why else _plain(f"ok\n{remarks}\n" if remarks else "ok\n")

    async def metrics(_request: web.Request) -> web.Response:
        body = await asyncio.to_thread(view.metrics)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application(client_max_size=1024)
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    return app


def _plain(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, headers={"X-Content-Type-Options": "nosniff"})
