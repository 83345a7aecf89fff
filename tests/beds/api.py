"""The API server as the tests see it: JSON in, JSON out, a watch that can be ended from another thread."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

Object = dict[str, Any]

TIMEOUT = urllib3.Timeout(connect=2, read=20)
WATCH_TIMEOUT = urllib3.Timeout(connect=2, read=330)
"""Longer than the server lets any of our watches live."""

MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


class Refused(Exception):
    """The API server said no; `status` is its code."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class Away(Exception):
    """The API server did not answer."""


class Api:
    """One user's view of the API server; safe to share between threads."""

    def __init__(self, url: str, ca_file: Path, token: str) -> None:
        self.url = url
        self._pool = urllib3.PoolManager(
            ca_certs=str(ca_file),
            cert_reqs="CERT_REQUIRED",
            retries=False,
            timeout=TIMEOUT,
            maxsize=16,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        )

    def get(self, path: str, **query: str) -> Object:
        return _object(self._ask("GET", path, query=query))

    def post(self, path: str, body: Object) -> Object:
        return _object(self._ask("POST", path, body))

    def put(self, path: str, body: Object, manager: str = "tests") -> Object:
        """Replace it; conditional where the body has a resourceVersion."""
        return _object(self._ask("PUT", path, body, {"fieldManager": manager}))

    def patch(self, path: str, body: Object, manager: str = "tests", *, dry_run: bool = False) -> Object:
        """A merge patch, unconditional unless the body says otherwise; a dry run is judged, and not stored."""
        query = {"fieldManager": manager} | ({"dryRun": "All"} if dry_run else {})
        return _object(self._ask("PATCH", path, body, query))

    def apply(self, path: str, body: Object, manager: str) -> Object:
        """A server-side apply, by force: what others own is taken from them."""
        query = {"fieldManager": manager, "force": "true"}
        return _object(self._ask("PATCH", path, body, query, APPLY_PATCH))

    def delete(self, path: str, body: Object | None = None) -> Object:
        return _object(self._ask("DELETE", path, body))

    def text(self, path: str) -> str:
        """A page that is no JSON: /metrics, /readyz."""
        return self._ask("GET", path).decode()

    def watch(self, path: str, resource_version: str) -> "Watch":
        """What changes after that version."""
        query = {"watch": "1", "resourceVersion": resource_version, "timeoutSeconds": "300"}
        return Watch(self._open("GET", f"{path}?{urlencode(query)}", WATCH_TIMEOUT))

    def close(self) -> None:
        self._pool.clear()

    def _ask(
        self,
        method: str,
        path: str,
        body: Object | None = None,
        query: Mapping[str, str] | None = None,
        patch: str = MERGE_PATCH,
    ) -> bytes:
        headers = {"Content-Type": patch if method == "PATCH" else "application/json"}
        where = f"{path}?{urlencode(query)}" if query else path
        answer = self._send(method, where, headers, None if body is None else json.dumps(body).encode())
        return _checked(answer).data

    def _send(
        self, method: str, where: str, headers: Mapping[str, str], body: bytes | None
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.request(
                method, self.url + where, headers={**self._pool.headers, **headers}, body=body
            )
        except urllib3.exceptions.HTTPError as error:
            raise Away(f"{method} {where}: {error}") from error

    def _open(self, method: str, where: str, timeout: urllib3.Timeout) -> urllib3.BaseHTTPResponse:
        try:
            answer = self._pool.request(method, self.url + where, preload_content=False, timeout=timeout)
        except urllib3.exceptions.HTTPError as error:
            raise Away(f"{method} {where}: {error}") from error
        return _checked(answer)


class Watch:
    """The changes of one collection, in order; the iteration ends when the server or `close` ends it."""

    def __init__(self, answer: urllib3.BaseHTTPResponse) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[tuple[str, Object]]:
        """Types and objects; an ERROR event raises Refused."""
        rest = b""
        for chunk in self._chunks():
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (_event(line) for line in lines if line)

    def close(self) -> None:
        """End it, from any thread."""
        try:
            self._answer.shutdown()
        except (OSError, RuntimeError, ValueError):
            return  # it had ended by itself

    def _chunks(self) -> Iterator[bytes]:
        try:
            yield from self._answer.stream(65536)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Away(f"the watch broke: {error}") from error
        finally:
            self._answer.close()


def _event(line: bytes) -> tuple[str, Object]:
    event = json.loads(line)
    if event["type"] == "ERROR":
        raise Refused(int(event["object"].get("code", 500)), str(event["object"].get("message", "")))
    return event["type"], event["object"]


def _checked(answer: urllib3.BaseHTTPResponse) -> urllib3.BaseHTTPResponse:
    if answer.status < 300:
        return answer
    text = answer.data.decode(errors="replace")
    raise Refused(answer.status, _message(text))


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text[:500]


def _object(content: bytes) -> Object:
    found: Object = json.loads(content)
    return found
