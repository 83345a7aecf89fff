"""What is served: groups, versions and resources, in the old form and in one document (apidiscovery v2)."""

from collections.abc import Iterable
from typing import Any

from canary.sim.store.definitions import age
from canary.sim.store.resources import Object, Resource

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

VERSION = {
    "major": "1",
    "minor": "36",
    "gitVersion": "v1.36.0+in-memory",
    "gitCommit": "",
    "gitTreeState": "",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "",
    "compiler": "",
    "platform": "python",
}

REVIEWS = {
    "authentication.k8s.io": ("selfsubjectreviews", "SelfSubjectReview"),
    "authorization.k8s.io": ("selfsubjectaccessreviews", "SelfSubjectAccessReview"),
}
"""By group: what can only be created, and is answered and forgotten."""

Entry = dict[str, Any]


class Served:
    """The resources of the moment, by group and version."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._resources = tuple(resources)

    def core(self) -> Object:
        """/api"""
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}

    def groups(self) -> Object:
        """/apis"""
        listed = [self._group(name) for name in self._groups() if name]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": listed}

    def group(self, name: str) -> Object | None:
        """/apis/GROUP"""
        if not name or name not in self._groups():
            return None
        return {"kind": "APIGroup", "apiVersion": "v1", **self._group(name)}

    def version(self, group: str, version: str) -> Object | None:
        """/apis/GROUP/VERSION and /api/v1"""
        if version not in self.versions(group):
            return None
        listed = [entry for one in self.of(group, version) for entry in _entries(one)]
        if group in REVIEWS:
            plural, kind = REVIEWS[group]
            listed.append(
                {"name": plural, "singularName": "", "namespaced": False, "kind": kind, "verbs": ["create"]}
            )
        name = f"{group}/{version}" if group else version
        return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": name, "resources": listed}

    def aggregated(self, *, core: bool) -> Object:
        """/api or /apis in one document."""
        groups = [""] if core else [name for name in self._groups() if name]
        listed = [
            {"metadata": {"name": name} if name else {}, "versions": self._versions(name)} for name in groups
        ]
        return {
            "kind": "APIGroupDiscoveryList",
            "apiVersion": "apidiscovery.k8s.io/v2",
            "metadata": {},
            "items": listed,
        }

    def of(self, group: str, version: str) -> list[Resource]:
        return [one for one in self._resources if one.group == group and one.version(version) is not None]

    def versions(self, group: str) -> list[str]:
        """Newest first, as Kubernetes counts."""
        found = {version.name for one in self._resources if one.group == group for version in one.versions}
        return sorted(found | ({"v1"} if group in REVIEWS else set()), key=age, reverse=True)

    def all_versions(self) -> list[tuple[str, str]]:
        return [(group, version) for group in self._groups() for version in self.versions(group)]

    def _groups(self) -> list[str]:
        return list(dict.fromkeys([*(one.group for one in self._resources), *REVIEWS]))

    def _group(self, name: str) -> Object:
        listed = [{"groupVersion": f"{name}/{one}", "version": one} for one in self.versions(name)]
        return {"name": name, "versions": listed, "preferredVersion": listed[0]}

    def _versions(self, group: str) -> list[Object]:
        return [
            {"version": version, "resources": self._aggregated(group, version), "freshness": "Current"}
            for version in self.versions(group)
        ]

    def _aggregated(self, group: str, version: str) -> list[Object]:
        listed = [_aggregated(one, version) for one in self.of(group, version)]
        if group in REVIEWS:
            plural, kind = REVIEWS[group]
            listed.append(
                {
                    "resource": plural,
                    "responseKind": {"group": group, "version": version, "kind": kind},
                    "scope": "Cluster",
                    "singularResource": kind.lower(),
                    "verbs": ["create"],
                }
            )
        return listed


def _entries(resource: Resource) -> list[Entry]:
    """A resource and its status, for the old form."""
    entry: Entry = {
        "name": resource.plural,
        "singularName": resource.singular or resource.kind.lower(),
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
        **_names(resource),
    }
    if not resource.status:
        return [entry]
    status = {"name": f"{resource.plural}/status", "singularName": "", "verbs": ["get", "patch", "update"]}
    return [entry, {**status, "namespaced": resource.namespaced, "kind": resource.kind}]


def _aggregated(resource: Resource, version: str) -> Entry:
    own = {"group": resource.group, "version": version} if resource.custom else {"group": "", "version": ""}
    kind = {**own, "kind": resource.kind}
    status = {"subresource": "status", "responseKind": kind, "verbs": ["get", "patch", "update"]}
    return {
        "resource": resource.plural,
        "responseKind": kind,
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular or resource.kind.lower(),
        "verbs": list(resource.verbs),
        **_names(resource),
        **({"subresources": [status]} if resource.status else {}),
    }


def _names(resource: Resource) -> Entry:
    short = {"shortNames": list(resource.short)} if resource.short else {}
    return short | ({"categories": list(resource.categories)} if resource.categories else {})
