"""What the server itself fills into objects of built-in kinds, as far as kubectl and our readers show or need it."""

from typing import Any

from canary.sim.store.resources import Object, Resource


def completed(resource: Resource, found: Object) -> Object:
    """The object with the defaults of its kind; custom kinds have theirs from the schema."""
    fill = FILLERS.get(resource.key)
    return fill(found) if fill else found


def _namespace(found: Object) -> Object:
    name = found["metadata"].get("name", "")
    labels = {**(found["metadata"].get("labels") or {}), "kubernetes.io/metadata.name": name}
    return {
        **found,
        "metadata": {**found["metadata"], "labels": labels},
        "spec": {"finalizers": ["kubernetes"], **(found.get("spec") or {})},
        "status": {"phase": "Active", **(found.get("status") or {})},
    }


def _service(found: Object) -> Object:
    spec = {"type": "ClusterIP", "sessionAffinity": "None", **(found.get("spec") or {})}
    ports = spec.get("ports")
    if ports:
        spec["ports"] = [
            {"protocol": "TCP", **({"targetPort": port["port"]} if "port" in port else {}), **port}
            for port in ports
        ]
    if spec["type"] != "ExternalName":
        spec = {"internalTrafficPolicy": "Cluster", **spec}
    return {"status": {"loadBalancer": {}}, **found, "spec": spec}


def _deployment(found: Object) -> Object:
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}}
    spec = {"strategy": rolling, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600}
    return _replicated(found, spec)


def _stateful_set(found: Object) -> Object:
    update = {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}
    spec = {"updateStrategy": update, "revisionHistoryLimit": 10, "podManagementPolicy": "OrderedReady"}
    return _replicated(found, spec)


def _replicated(found: Object, defaults: Object) -> Object:
    spec = {"replicas": 1, **defaults, **(found.get("spec") or {})}
    return {"status": {}, **found, "spec": spec}


def _endpoint_slice(found: Object) -> Object:
    ports = [{"name": "", "protocol": "TCP", **port} for port in found.get("ports") or ()]
    endpoints = [{"conditions": {}, **one} for one in found.get("endpoints") or ()]
    return {**found, "endpoints": endpoints or None, "ports": ports or None}


def _pod(found: Object) -> Object:
    return {**found, "status": {"phase": "Pending", **(found.get("status") or {})}}


FILLERS: dict[str, Any] = {
    "namespaces": _namespace,
    "services": _service,
    "pods": _pod,
    "deployments.apps": _deployment,
    "statefulsets.apps": _stateful_set,
    "endpointslices.discovery.k8s.io": _endpoint_slice,
}
