"""Everything that is not about objects: health, version, discovery, OpenAPI."""

from collections.abc import Mapping

from canary.sim.server import discovery, openapi
from canary.sim.server.answer import Answer
from canary.sim.server.asked import Asked
from canary.sim.store import Store
from canary.sim.store.resources import Object

PAGES: Mapping[str, str] = {"/readyz": "ok", "/livez": "ok", "/healthz": "ok"}


def page(store: Store, asked: Asked) -> Answer | None:
    """Everything that is not about objects."""
    path = asked.path.rstrip("/")
    if path in PAGES:
        return Answer(200, PAGES[path], "text/plain")
    if path == "/version":
        return Answer(200, discovery.VERSION)
    served = discovery.Served(store.resources())
    if path in {"/api", "/apis"} and asked.wants_discovery:
        return Answer(200, served.aggregated(core=path == "/api"), discovery.AGGREGATED)
    body = _described(served, path)
    return Answer(200, body) if body is not None else None


def _described(served: discovery.Served, path: str) -> Object | None:
    match path.split("/")[1:]:
        case ["openapi", "v3", *rest]:
            return _documented(served, rest)
        case ["api" | "apis" as root]:
            return served.core() if root == "api" else served.groups()
        case ["api", version]:
            return served.version("", version)
        case ["apis", group]:
            return served.group(group)
        case ["apis", group, version]:
            return served.version(group, version)
    return None


def _documented(served: discovery.Served, parts: list[str]) -> Object | None:
    match parts:
        case []:
            return openapi.index(served)
        case ["api", version]:
            return openapi.document(served, "", version)
        case ["apis", group, version]:
            return openapi.document(served, group, version)
    return None
