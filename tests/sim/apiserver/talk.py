"""A conversation with an API server: requests are sent as they are told, and what came back is kept."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

Object = dict[str, Any]

MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
AGENT = "talk"
"""What changes are put down to where no field manager is named."""


@dataclass(frozen=True)
class Reply:
    """One answer: a status and a body, which for a watch is the list of its events."""

    code: int
    body: Any
    warnings: str = ""


@dataclass
class Talk:
    """
    Attributes:
        namespace: one of its own for each conversation.
        replies: all answers so far.
    """

    url: str
    token: str
    ca_file: str | None
    namespace: str
    replies: list[Reply] = field(default_factory=list)

    def __post_init__(self) -> None:
        context = ssl.create_default_context(cafile=self.ca_file) if self.ca_file else None
        self._pool = urllib3.PoolManager(ssl_context=context, retries=False, timeout=20)

    @classmethod
    def by(cls, kubeconfig: Path, namespace: str) -> "Talk":
        config = json.loads(kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        return cls(cluster["server"], user["token"], cluster.get("certificate-authority"), namespace)

    def get(self, path: str, accept: str = "application/json", **query: object) -> Object:
        return self._object("GET", path, None, query, Accept=accept)

    def post(self, path: str, body: object, **query: object) -> Object:
        return self._object("POST", path, body, query)

    def put(self, path: str, body: object, **query: object) -> Object:
        return self._object("PUT", path, body, query)

    def patch(self, path: str, body: object, kind: str = MERGE, **query: object) -> Object:
        return self._object("PATCH", path, body, query, **{"Content-Type": kind})

    def delete(self, path: str, body: object = None, **query: object) -> Object:
        return self._object("DELETE", path, body, query)

    def watch(self, path: str, **query: object) -> None:
        """Everything a watch of one second tells."""
        self.ask("GET", path, None, {"watch": 1, "timeoutSeconds": 1, **query}, {})

    def ask(
        self, method: str, path: str, body: object, query: Mapping[str, object], headers: Mapping[str, str]
    ) -> Any:  # noqa: ANN401 JSON
        where = f"{self.url}{path}?{urlencode(query)}" if query else f"{self.url}{path}"
        told = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        own = {"Authorization": f"Bearer {self.token}", "User-Agent": f"{AGENT}/1"}
        content = {"Content-Type": "application/json", "Accept": "application/json"}
        answer = self._pool.request(method, where, body=told, headers={**own, **content, **headers})
        watched = "watch" in query and answer.status == 200
        found = _lines(answer.data) if watched else _decoded(answer.data)
        self.replies.append(Reply(answer.status, found, answer.headers.get("Warning", "")))
        return found

    def _object(
        self, method: str, path: str, body: object, query: Mapping[str, object], **headers: str
    ) -> Object:
        found: Object = self.ask(method, path, body, query, headers)
        return found

    def instead(self, value: object) -> None:
        """Compare this in place of the last answer, of which it is the part that counts."""
        self.replies[-1] = Reply(self.replies[-1].code, value)

    def close(self) -> None:
        self._pool.clear()


def _lines(data: bytes) -> list[Any]:
    return [json.loads(line) for line in data.splitlines() if line]


def _decoded(data: bytes) -> Any:  # noqa: ANN401 JSON
    try:
        return json.loads(data)
    except ValueError:
        return data.decode()
