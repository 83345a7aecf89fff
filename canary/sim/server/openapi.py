"""
As much OpenAPI v3 as `kubectl apply` and `kubectl explain` ask for.

kubectl looks whether a kind's PATCH takes `fieldValidation`, and then leaves validation to the server. Schemas of custom
kinds are those of their CRDs; the built-in ones have none, so for patches kubectl falls back to the types it was built with.
"""

from canary.sim.server.discovery import Served
from canary.sim.store.resources import Object, Resource

QUERY = ("dryRun", "fieldManager", "fieldValidation", "force")


def index(served: Served) -> Object:
    """/openapi/v3"""
    names = [
        f"apis/{group}/{version}" if group else f"api/{version}" for group, version in served.all_versions()
    ]
    return {"paths": {name: {"serverRelativeURL": f"/openapi/v3/{name}"} for name in names}}


def document(served: Served, group: str, version: str) -> Object | None:
    """/openapi/v3/apis/GROUP/VERSION"""
    if version not in served.versions(group):
        return None
    listed = served.of(group, version)
    return {
        "openapi": "3.0.0",
        "info": {"title": "in-memory API server", "version": "v0"},
        "paths": {path: item for one in listed for path, item in _paths(one, version).items()},
        "components": {"schemas": {_name(one, version): _schema(one, version) for one in listed}},
    }


def _paths(resource: Resource, version: str) -> Object:
    root = f"/apis/{resource.group}/{version}" if resource.group else f"/api/{version}"
    within = "/namespaces/{namespace}" if resource.namespaced else ""
    collection = f"{root}{within}/{resource.plural}"
    return {
        collection: {"post": _operation(resource, version, "post")},
        f"{collection}/{{name}}": {verb: _operation(resource, version, verb) for verb in ("patch", "put")},
    }


def _operation(resource: Resource, version: str, verb: str) -> Object:
    parameters = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in QUERY]
    return {
        "parameters": parameters,
        "responses": {"200": {"description": "OK"}},
        "x-kubernetes-action": verb,
        "x-kubernetes-group-version-kind": _kind(resource, version),
    }


def _schema(resource: Resource, version: str) -> Object:
    served = resource.version(version)
    schema = (served.schema if served else None) or {"type": "object"}
    return {**schema, "x-kubernetes-group-version-kind": [_kind(resource, version)]}


def _kind(resource: Resource, version: str) -> Object:
    return {"group": resource.group, "version": version, "kind": resource.kind}


def _name(resource: Resource, version: str) -> str:
    group = ".".join(reversed(resource.group.split("."))) if resource.group else "core"
    return f"{group}.{version}.{resource.kind}"
