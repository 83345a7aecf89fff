"""The kinds of objects we look at, by the names the API server and RBAC know them by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """
    A kind of object.

    Attributes:
        group: API group; "" is the core group.
        plural: how paths and RBAC rules call it.
        kind: how objects and people call it.
    """

    group: str
    version: str
    plural: str
    kind: str

    def __str__(self) -> str:
        return self.kind

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """As kubectl takes it, unambiguous: `trafficsplits.split.smi-spec.io`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


TRAFFIC_SPLITS = Kind("split.smi-spec.io", "v1alpha1", "trafficsplits", "TrafficSplit")
"""v1alpha1 is what linkerd-smi stores; both versions are served with the same fields."""

SERVICE_PROFILES = Kind("linkerd.io", "v1alpha2", "serviceprofiles", "ServiceProfile")
SERVICES = Kind("", "v1", "services", "Service")
ENDPOINT_SLICES = Kind("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")
DEPLOYMENTS = Kind("apps", "v1", "deployments", "Deployment")
STATEFUL_SETS = Kind("apps", "v1", "statefulsets", "StatefulSet")

RECORDS = Kind("canary.delivery", "v1alpha1", "canaryrollouts", "CanaryRollout")
EVENTS = Kind("", "v1", "events", "Event")
"""Of the core group: `kubectl describe` looks for them there."""
NAMESPACES = Kind("", "v1", "namespaces", "Namespace")
PODS = Kind("", "v1", "pods", "Pod")
AUTOSCALERS = Kind("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler")
HTTP_ROUTES = Kind("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute")
FLAGGER_CANARIES = Kind("flagger.app", "v1beta1", "canaries", "Canary")
ARGO_ROLLOUTS = Kind("argoproj.io", "v1alpha1", "rollouts", "Rollout")
ARGO_APPLICATIONS = Kind("argoproj.io", "v1alpha1", "applications", "Application")

ACCESS_REVIEWS = Kind("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview")
SELF_REVIEWS = Kind("authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview")
