"""A CustomResourceDefinition, read: the kind it adds, and the status a server gives it."""

import re

from canary.sim.store.resources import Object, Resource, Version

PRIORITY = {"": 2, "beta": 1, "alpha": 0}
VERSION = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?")


def resource(definition: Object) -> Resource:
    """The kind a CRD stands for."""
    spec = definition["spec"]
    names = spec["names"]
    served = [version for version in spec["versions"] if version.get("served")]
    return Resource(
        group=spec["group"],
        plural=names["plural"],
        kind=names["kind"],
        singular=names.get("singular") or names["kind"].lower(),
        short=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        namespaced=spec["scope"] == "Namespaced",
        versions=tuple(sorted(map(_version, served), key=lambda one: age(one.name), reverse=True)),
        stored=next(version["name"] for version in spec["versions"] if version.get("storage")),
        status=any("status" in (version.get("subresources") or {}) for version in served),
        counts=("*",),
        custom=True,
        unconditional=False,
    )


def age(version: str) -> tuple[int, int, int]:
    """Sorts versions as Kubernetes does: v2, v1, v1beta1, v1alpha2."""
    found = VERSION.fullmatch(version)
    if not found:
        return (-1, 0, 0)
    return PRIORITY[found[2] or ""], int(found[1]), int(found[3] or 0)


def accepted(definition: Object, now: str) -> Object:
    """The CRD with the defaults and the status that make it one that is served."""
    spec = definition["spec"]
    names = {
        "singular": spec["names"]["kind"].lower(),
        "listKind": f"{spec['names']['kind']}List",
        **spec["names"],
    }
    conditions = [
        _condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
        _condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now),
    ]
    stored = [version["name"] for version in spec["versions"] if version.get("storage")]
    status = {"conditions": conditions, "acceptedNames": names, "storedVersions": stored}
    conversion = {"conversion": {"strategy": "None"}}
    return {**definition, "spec": {**conversion, **spec, "names": names}, "status": status}


def _version(version: Object) -> Version:
    schema = (version.get("schema") or {}).get("openAPIV3Schema")
    return Version(version["name"], schema, tuple(version.get("additionalPrinterColumns") or ()))


def _condition(kind: str, reason: str, message: str, now: str) -> Object:
    return {"type": kind, "status": "True", "lastTransitionTime": now, "reason": reason, "message": message}
