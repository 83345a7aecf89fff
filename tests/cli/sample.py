"""
The sample application with Linkerd around it, as objects of a cluster, and the hands that change them.

The same hands work on the in-memory store and on a real API server.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from random import Random
from typing import Protocol, TypeVar

import yaml

from canary.cli.shell.world import Access, World
from canary.cluster.kinds import (
    DEPLOYMENTS,
    ENDPOINT_SLICES,
    PODS,
    SERVICE_PROFILES,
    SERVICES,
    TRAFFIC_SPLITS,
    Kind,
)
from canary.cluster.objects import Listing, Raw, metadata
from canary.errors import Invalid, Missing, Stalled
from canary.sim import adaptor
from canary.sim.store import How, Refused, Store
from canary.sim.store.resources import CRDS
from tests.cli.builders import NAMESPACE
from tests.cli.fakes import Changes, Timeline
from tests.files.project import ROOT

T = TypeVar("T")

SAMPLE, DEFINITIONS = ROOT / "examples" / "sample-app", ROOT / "canary" / "sim" / "crds"
PROFILE = f"backend-api.{NAMESPACE}.svc.cluster.local"
OTHER = "shop"
"""Another namespace of the cluster."""

CONTROL_PLANE = ("linkerd-destination", "linkerd-identity", "linkerd-proxy-injector")
EXTENSIONS = {"smi": ("linkerd-smi", "smi-adaptor"), "viz": ("linkerd-viz", "prometheus")}
PROXY = {"name": "linkerd-proxy", "image": "cr.l5d.io/linkerd/proxy:2.20"}


class Hands(Protocol):
    """Changes objects of a cluster; whatever follows from a change has happened when they return."""

    def make(self, kind: Kind, raw: Raw) -> None: ...
    def patch(self, kind: Kind, namespace: str, name: str, body: Raw) -> None: ...
    def delete(self, kind: Kind, namespace: str, name: str) -> None: ...
    def get(self, kind: Kind, namespace: str, name: str) -> Raw: ...


def kind_of(raw: Raw) -> Kind:
    """Of a manifest; Kubernetes forms plurals so."""
    group, _, version = raw["apiVersion"].rpartition("/")
    name = raw["kind"]
    plural = name.lower()[:-1] + "ies" if name.endswith("y") else name.lower() + "s"
    return Kind(group, version, plural, name)


def manifests() -> Iterator[Raw]:
    """Everything, in the order in which it is made; the split after the profile, and managed by a policy."""
    for namespace, label in (
        ("linkerd", ""),
        *((where, name) for name, (where, _) in EXTENSIONS.items()),
        (OTHER, ""),
    ):
        labels = {"linkerd.io/extension": label} if label else {}
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}}
    for name in CONTROL_PLANE:
        yield part("linkerd", name)
    for namespace, name in EXTENSIONS.values():
        yield part(namespace, name)
    for file in sorted(SAMPLE.glob("*.yaml")):
        for raw in yaml.safe_load_all(file.read_text()):
            yield injected(raw) if raw["kind"] == "Deployment" else raw


def part(namespace: str, name: str) -> Raw:
    """A Deployment of Linkerd's."""
    labels = {"app": name}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": name}]}}
    about = {"name": name, "namespace": namespace, "labels": {"app.kubernetes.io/version": "stable-2.20.0"}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": pod}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": about, "spec": spec}


def injected(raw: Raw) -> Raw:
    """As Linkerd's webhook makes the pods: its label, and its container."""
    raw = deepcopy(raw)
    template = raw["spec"]["template"]
    template["metadata"]["labels"]["linkerd.io/control-plane-ns"] = "linkerd"
    template["spec"]["containers"].append(PROXY)
    return raw


def definition(kind: Kind) -> Raw:
    """A CustomResourceDefinition that lets anything in."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": kind.version, "served": True, "storage": True, "schema": {"openAPIV3Schema": anything}}
    names = {
        "kind": kind.kind,
        "plural": kind.plural,
        "singular": kind.kind.lower(),
        "listKind": f"{kind.kind}List",
    }
    spec = {"group": kind.group, "scope": "Namespaced", "names": names, "versions": [version]}
    about: Raw = {"name": kind.resource}
    if kind.group.endswith("k8s.io"):
        about["annotations"] = {"api-approved.kubernetes.io": "unapproved, for a test"}
    head = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    return {**head, "metadata": about, "spec": spec}


DEFINITION = Kind("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition")


class Sample:
    """
    In memory. Deployments have pods, Services endpoints, and smi-adaptor does its work, as of each change.

    Attributes:
        denied: verb and resource that a user may not: (user, verb, resource).
        unserved: kinds the server does not know.
    """

    def __init__(self) -> None:
        self.clock = Timeline()
        self.store = Store(self.clock, Random(1))
        self.denied: set[tuple[str, str, str]] = set()
        self.unserved: set[Kind] = set()
        self.refused: set[tuple[str, str]] = set()
        self._adapted: dict[tuple[str, str], str] = {}
        for file in sorted(DEFINITIONS.glob("*.yaml")):
            self.store.create(CRDS, yaml.safe_load(file.read_text()))
        for raw in manifests():
            self.store.create(kind_of(raw).resource, {**raw, "apiVersion": _stored(raw)})
        self._settle()

    def make(self, kind: Kind, raw: Raw) -> None:
        self.store.create(kind.resource, raw, How("kubectl"))
        self._settle()

    def patch(self, kind: Kind, namespace: str, name: str, body: Raw) -> None:
        self.store.patch(kind.resource, namespace, name, body, How("kubectl"))
        self._settle()

    def delete(self, kind: Kind, namespace: str, name: str) -> None:
        before = self.store.get(kind.resource, namespace, name)
        self.store.delete(kind.resource, namespace, name)
        if kind is TRAFFIC_SPLITS:
            self._release(before)
        self._settle()

    def get(self, kind: Kind, namespace: str, name: str) -> Raw:
        return self.store.get(kind.resource, namespace, name)

    def world(self) -> World:
        """That of a command."""
        return World(lambda access: Reader(self, access), self.clock, lambda job: job(), {})

    def _settle(self) -> None:
        for deployment in self.store.list(DEPLOYMENTS.resource):
            self._run(deployment)
        for service in self.store.list(SERVICES.resource, NAMESPACE):
            self._serve(service)
        with suppress(Invalid):
            self._adapt()

    def _run(self, deployment: Raw) -> None:
        """Its pods anew, ready, and what its controller tells."""
        about, spec = metadata(deployment), deployment["spec"]
        count = {"replicas": spec["replicas"], "availableReplicas": spec["replicas"]}
        self.store.patch(
            DEPLOYMENTS.resource,
            about["namespace"],
            about["name"],
            {"status": count},
            How("controller", status=True),
        )
        for pod in self.store.list(PODS.resource, about["namespace"]):
            if metadata(pod)["name"].rpartition("-")[0] == about["name"]:
                self.store.delete(PODS.resource, about["namespace"], metadata(pod)["name"])
        for number in range(spec["replicas"]):
            pod = _pod(deployment, number)
            self.store.create(PODS.resource, {**pod, "status": {}})
            place = about["namespace"], metadata(pod)["name"]
            self.store.patch(PODS.resource, *place, {"status": pod["status"]}, How("kubelet", status=True))

    def _serve(self, service: Raw) -> None:
        name, selector = metadata(service)["name"], service["spec"].get("selector") or {}
        labels = ",".join(f"{key}={value}" for key, value in selector.items())
        pods = self.store.list(PODS.resource, NAMESPACE, labels) if labels else ()
        entries = [
            {
                "addresses": ["10.42.0.1"],
                "conditions": {"ready": True},
                "targetRef": {"kind": "Pod", "name": metadata(pod)["name"]},
            }
            for pod in pods
        ]
        with suppress(Refused):
            self.store.delete(ENDPOINT_SLICES.resource, NAMESPACE, f"{name}-1")
        about = {"name": f"{name}-1", "namespace": NAMESPACE, "labels": {"kubernetes.io/service-name": name}}
        self.store.create(
            ENDPOINT_SLICES.resource, {"metadata": about, "addressType": "IPv4", "endpoints": entries}
        )

    def _adapt(self) -> None:
        """
        Raises:
            Invalid: a weight that is none, somewhere.
        """
        splits = self.store.list(TRAFFIC_SPLITS.resource)
        for split in splits:
            adaptor.decode(split)
        for split in splits:
            about = metadata(split)
            key = about["namespace"], about["name"]
            if self._adapted.get(key) != about["resourceVersion"]:
                self._adapted[key] = about["resourceVersion"]
                self._write(split, adaptor.reconcile(split, self._profile(split)))

    def _release(self, split: Raw) -> None:
        self._write(split, adaptor.release(self._profile(split)))

    def _profile(self, split: Raw) -> Raw | None:
        try:
            return self.get(SERVICE_PROFILES, metadata(split)["namespace"], adaptor.profile_name(split))
        except Refused:
            return None

    def _write(self, split: Raw, profile: Raw | None) -> None:
        if profile is not None and self._profile(split) is None:
            self.store.create(SERVICE_PROFILES.resource, profile)
        elif profile is not None:
            self.store.replace(SERVICE_PROFILES.resource, profile)


class Reader:
    """What a command sees of a Sample."""

    def __init__(self, sample: Sample, access: Access) -> None:
        self.namespace = NAMESPACE
        self._sample, self._user = sample, access.as_user or "alice"

    def get(self, kind: Kind, namespace: str, name: str) -> Raw:
        return self._asked("get", kind, lambda: self._sample.get(kind, namespace, name))

    def list(self, kind: Kind, namespace: str = "", selector: str = "") -> Listing:
        return self._asked(
            "list", kind, lambda: Listing(self._sample.store.list(kind.resource, namespace, selector), "1")
        )

    def allowed(self, kind: Kind, verb: str, namespace: str = "") -> bool:
        return (self._user, verb, kind.resource) not in self._sample.denied

    def whoami(self) -> str:
        return self._user

    def watch(self, kind: Kind, resource_version: str, namespace: str = "", seconds: int = 300) -> Changes:
        raise NotImplementedError

    def patch_route(self, patch: object) -> Raw:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is held."""

    def _asked(self, verb: str, kind: Kind, ask: Callable[[], T]) -> T:
        if (verb, kind.resource) in self._sample.refused:
            raise Stalled(f"{self._user} may not {verb} {kind.resource}")
        if kind in self._sample.unserved:
            raise Missing(f"the server knows no {kind}")
        try:
            return ask()
        except Refused as error:
            raise Missing(str(error)) from error


def _stored(raw: Raw) -> str:
    return TRAFFIC_SPLITS.api_version if raw["kind"] == TRAFFIC_SPLITS.kind else str(raw["apiVersion"])


def _pod(deployment: Raw, number: int) -> Raw:
    about, template = metadata(deployment), deployment["spec"]["template"]
    containers = template["spec"]["containers"]
    ready = [{"name": one["name"], "ready": True} for one in containers]
    return {
        "metadata": {
            "name": f"{about['name']}-{number}",
            "namespace": about["namespace"],
            **{key: value for key, value in template["metadata"].items() if key in ("labels", "annotations")},
        },
        "spec": {"containers": containers},
        "status": {"phase": "Running", "containerStatuses": ready},
    }
