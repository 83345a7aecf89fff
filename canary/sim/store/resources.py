"""The kinds of objects the server knows: a table of those that are built in, and what a CRD adds to it."""

from dataclasses import dataclass, field
from typing import Any

Object = dict[str, Any]

COLLECTION_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
CUSTOM_VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")
CRDS = "customresourcedefinitions.apiextensions.k8s.io"
NAMESPACES = "namespaces"
NAME_AND_NAMESPACE = ("metadata.name", "metadata.namespace")


@dataclass(frozen=True, slots=True)
class Version:
    """
    One version in which a kind is served.

    Attributes:
        schema: structural schema (openAPIV3Schema); None where nothing is pruned or checked.
        columns: additionalPrinterColumns.
    """

    name: str
    schema: Object | None = None
    columns: tuple[Object, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """
    A kind of object and how it is treated.

    Attributes:
        versions: those served, the preferred one first.
        stored: the version objects are kept in.
        counts: top-level fields whose change bumps `generation`; empty: it has none. "*" is everything but metadata
            and, where that is a subresource, status.
        status: whether status is a subresource.
        unconditional: whether PUT may do without resourceVersion.
        answers_deleted: DELETE answers with the object instead of a Status.
        selectable: fields a field selector may name, beside name and namespace.
    """

    group: str
    plural: str
    kind: str
    versions: tuple[Version, ...] = (Version("v1"),)
    stored: str = "v1"
    singular: str = ""
    short: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    namespaced: bool = True
    counts: tuple[str, ...] = ()
    status: bool = False
    custom: bool = False
    unconditional: bool = True
    answers_deleted: bool = False
    selectable: tuple[str, ...] = field(default=())

    @property
    def verbs(self) -> tuple[str, ...]:
        """In the order discovery lists them."""
        return CUSTOM_VERBS if self.custom else COLLECTION_VERBS

    @property
    def key(self) -> str:
        """As kubectl takes it: `trafficsplits.split.smi-spec.io`, `services`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def api_version(self, version: str = "") -> str:
        """`apiVersion` of objects; "" is the stored version."""
        name = version or self.stored
        return f"{self.group}/{name}" if self.group else name

    def version(self, name: str) -> Version | None:
        return next((one for one in self.versions if one.name == (name or self.stored)), None)


BUILT_IN = (
    Resource("", NAMESPACES, "Namespace", short=("ns",), namespaced=False, status=True, answers_deleted=True),
    Resource("", "nodes", "Node", short=("no",), namespaced=False, status=True),
    Resource("", "configmaps", "ConfigMap", short=("cm",)),
    Resource(
        "",
        "services",
        "Service",
        short=("svc",),
        categories=("all",),
        status=True,
        answers_deleted=True,
        selectable=("spec.clusterIP", "spec.type"),
    ),
    Resource(
        "",
        "pods",
        "Pod",
        short=("po",),
        categories=("all",),
        status=True,
        counts=("spec",),
        answers_deleted=True,
        selectable=("spec.nodeName", "status.phase", "status.podIP"),
    ),
    Resource(
        "",
        "events",
        "Event",
        short=("ev",),
        selectable=(
            "involvedObject.kind",
            "involvedObject.name",
            "involvedObject.namespace",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ),
    ),
    Resource(
        "apps",
        "deployments",
        "Deployment",
        short=("deploy",),
        categories=("all",),
        status=True,
        counts=("spec", "annotations"),
    ),
    Resource(
        "apps",
        "replicasets",
        "ReplicaSet",
        short=("rs",),
        categories=("all",),
        status=True,
        counts=("spec",),
        selectable=("status.replicas",),
    ),
    Resource(
        "apps",
        "statefulsets",
        "StatefulSet",
        short=("sts",),
        categories=("all",),
        status=True,
        counts=("spec",),
    ),
    Resource("discovery.k8s.io", "endpointslices", "EndpointSlice", counts=("endpoints", "ports", "labels")),
    Resource(
        "autoscaling",
        "horizontalpodautoscalers",
        "HorizontalPodAutoscaler",
        versions=(Version("v2"),),
        stored="v2",
        short=("hpa",),
        categories=("all",),
        status=True,
    ),
    Resource("coordination.k8s.io", "leases", "Lease", unconditional=False),
    Resource(
        "apiextensions.k8s.io",
        "customresourcedefinitions",
        "CustomResourceDefinition",
        short=("crd", "crds"),
        categories=("api-extensions",),
        namespaced=False,
        status=True,
        counts=("spec",),
        unconditional=False,
        answers_deleted=True,
    ),
)
