"""The sample application as its cluster stores it: what the daemon reads of it, and no more."""

from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any

import yaml

from canary.cluster import crd
from canary.demo.scene import APEX, CANARY, FRONTEND, NAMESPACE, SPLIT, STABLE
from canary.sim.mesh import Endpoint
from canary.sim.store import How, Store
from canary.sim.store.resources import CRDS
from canary.terms import Word

Object = dict[str, Any]

PODS = 3
"""Of each backend."""

TRAFFIC_SPLITS, SERVICE_PROFILES = "trafficsplits.split.smi-spec.io", "serviceprofiles.linkerd.io"
SLICES, DEPLOYMENTS, SERVICES = "endpointslices.discovery.k8s.io", "deployments.apps", "services"

HASHES = {APEX: "5c9d7f8b64", STABLE: "6d4b75cb6d", CANARY: "7f8c9b5d49"}


def install(store: Store) -> None:
    """Everything but the split."""
    for definition in _definitions():
        store.create(CRDS, definition)
    store.create("namespaces", {"metadata": {"name": NAMESPACE}})
    for name in (APEX, STABLE, CANARY):
        store.create(SERVICES, _service(name))
        store.create(SLICES, _slice(name))
    for name in (APEX, STABLE, CANARY, FRONTEND):
        store.create(DEPLOYMENTS, _deployment(name))
        store.patch(DEPLOYMENTS, NAMESPACE, name, _observed(), How(manager="controller", status=True))


def split(store: Store, policy: str) -> None:
    """All traffic to stable, managed by a policy."""
    about = {"name": SPLIT, "namespace": NAMESPACE, "annotations": {Word.POLICY.key: policy}}
    backends = [{"service": STABLE, "weight": 1000}, {"service": CANARY, "weight": 0}]
    head = {"apiVersion": "split.smi-spec.io/v1alpha1", "kind": "TrafficSplit", "metadata": about}
    store.create(TRAFFIC_SPLITS, {**head, "spec": {"service": APEX, "backends": backends}}, How("kubectl"))


def endpoints(service: str) -> tuple[Endpoint, ...]:
    """The pods behind a backend, ready or not."""
    tail, net = HASHES[service], list(HASHES).index(service)
    return tuple(
        Endpoint(f"{service}-{tail}-{number}", f"10.42.{net}.{number}", service, tail)
        for number in range(1, PODS + 1)
    )


def readiness(service: str, ready: int) -> Object:
    """A patch of its EndpointSlice: the first so many pods are ready."""
    return {"endpoints": _listed(endpoints(service), ready)}


def _definitions() -> Iterator[Object]:
    folder = resources.files("canary.sim") / "crds"
    for name in ("serviceprofile.yaml", "trafficsplit.yaml"):
        yield yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    yield crd.definition()


def _service(name: str) -> Object:
    ports = [{"name": "http", "port": 8080}]
    return {"metadata": _about(name), "spec": {"selector": {"app": name}, "ports": ports}}


def _deployment(name: str) -> Object:
    labels = {"app": name}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "api", "image": name}]}}
    return {
        "metadata": {**_about(name), "annotations": {"deployment.kubernetes.io/revision": "1"}},
        "spec": {"replicas": PODS, "selector": {"matchLabels": labels}, "template": pod},
    }


def _observed() -> Object:
    """What the Deployment controller writes."""
    counts = {"replicas": PODS, "readyReplicas": PODS, "availableReplicas": PODS, "updatedReplicas": PODS}
    return {"status": {"observedGeneration": 1, **counts}}


def _slice(service: str) -> Object:
    about = {**_about(f"{service}-1"), "labels": {"kubernetes.io/service-name": service}}
    ports = [{"name": "http", "port": 8080, "protocol": "TCP"}]
    return {
        "metadata": about,
        "addressType": "IPv4",
        "ports": ports,
        "endpoints": _listed(endpoints(service), PODS),
    }


def _listed(pods: Sequence[Endpoint], ready: int) -> list[Object]:
    return [
        {
            "addresses": [pod.ip],
            "conditions": {"ready": number < ready},
            "targetRef": {"kind": "Pod", "namespace": NAMESPACE, "name": pod.pod},
        }
        for number, pod in enumerate(pods)
    ]


def _about(name: str) -> Object:
    return {"name": name, "namespace": NAMESPACE}
