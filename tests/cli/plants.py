"""
Faults that can be planted in the sample application, and what mends each: the remedy of its row, done by other hands.

Those here live in the cluster, so that they can be planted in a real one, too; `test_check` has those of its Prometheus.
"""

from dataclasses import dataclass

from canary.cluster.kinds import (
    ARGO_APPLICATIONS,
    ARGO_ROLLOUTS,
    AUTOSCALERS,
    DEPLOYMENTS,
    FLAGGER_CANARIES,
    HTTP_ROUTES,
    SERVICE_PROFILES,
    SERVICES,
    TRAFFIC_SPLITS,
    Kind,
)
from canary.cluster.objects import Raw
from tests.cli.acts import Act, annotated, changed, gone, in_turn, lost, made, merged, scaled, the_template
from tests.cli.builders import CANARY, NAME, NAMESPACE, STABLE
from tests.cli.sample import DEFINITION, OTHER, PROFILE, PROXY, Hands, definition, injected, part

APEX = "backend-api"
OPAQUE, SKIPPED = "config.linkerd.io/opaque-ports", "config.linkerd.io/skip-inbound-ports"


@dataclass(frozen=True, slots=True)
class Fault:
    """
    Attributes:
        row: the one row that tells it, at `level`.
        says: part of its remedy.
        mend: does what the remedy says.
        kinds: foreign ones that must be defined first.
    """

    what: str
    row: str
    level: str
    says: str
    plant: Act
    mend: Act
    kinds: tuple[Kind, ...] = ()

    def __str__(self) -> str:
        return self.what


NUDGE = annotated(TRAFFIC_SPLITS, NAME, nudged="1")
SPLIT_LOST, SERVICE_LOST = lost(TRAFFIC_SPLITS, NAME), lost(SERVICES, CANARY)
BACKENDS = [{"service": STABLE, "weight": 900}, {"service": CANARY, "weight": 100}]
LETS_GO = {
    "spec": {
        "ignoreDifferences": [
            {"group": "split.smi-spec.io", "kind": "TrafficSplit", "jsonPointers": ["/spec/backends"]}
        ],
        "syncPolicy": {"syncOptions": ["RespectIgnoreDifferences=true"]},
    }
}
STRAY = injected({**part(NAMESPACE, "stray"), "metadata": {"name": "stray", "namespace": NAMESPACE}})
STRAY["spec"]["template"]["metadata"]["labels"]["app"] = CANARY
STRAY["spec"]["selector"]["matchLabels"]["app"] = CANARY


def autoscaler(minimum: int) -> Raw:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": STABLE}
    return {"spec": {"minReplicas": minimum, "maxReplicas": 9, "scaleTargetRef": target}}


FAULTS = (
    Fault(
        "a part of the control plane is missing", "control-plane", "fail", "linkerd install",
        gone(DEPLOYMENTS, "linkerd-destination", "linkerd"),
        lambda hands: hands.make(DEPLOYMENTS, part("linkerd", "linkerd-destination")),
    ),
    Fault(
        "a part of the control plane is down", "control-plane", "fail", "kubectl scale deployment/linkerd-identity -n linkerd --replicas=1",
        scaled("linkerd-identity", 0, "linkerd"), scaled("linkerd-identity", 1, "linkerd"),
    ),
    Fault(
        "Linkerd is old", "linkerd-version", "warn", "linkerd upgrade",
        merged(DEPLOYMENTS, "linkerd-destination", {"metadata": {"labels": {"app.kubernetes.io/version": "stable-2.14.10"}}}, "linkerd"),
        merged(DEPLOYMENTS, "linkerd-destination", {"metadata": {"labels": {"app.kubernetes.io/version": "stable-2.20.0"}}}, "linkerd"),
    ),
    Fault(
        "smi-adaptor is not installed", "smi-adaptor", "fail", "helm install linkerd-smi",
        gone(DEPLOYMENTS, "smi-adaptor", "linkerd-smi"),
        lambda hands: hands.make(DEPLOYMENTS, part("linkerd-smi", "smi-adaptor")),
    ),
    Fault(
        "smi-adaptor is down", "smi-adaptor", "fail", "kubectl scale deployment/smi-adaptor -n linkerd-smi",
        scaled("smi-adaptor", 0, "linkerd-smi"), scaled("smi-adaptor", 1, "linkerd-smi"),
    ),
    Fault(
        "viz is not installed", "viz", "warn", "linkerd viz install",
        gone(DEPLOYMENTS, "prometheus", "linkerd-viz"),
        lambda hands: hands.make(DEPLOYMENTS, part("linkerd-viz", "prometheus")),
    ),
    Fault(
        "viz is down", "viz", "warn", "kubectl scale deployment/prometheus -n linkerd-viz",
        scaled("prometheus", 0, "linkerd-viz"), scaled("prometheus", 1, "linkerd-viz"),
    ),
    Fault(
        "somebody's weight is no number", "malformed-splits", "fail", f"kubectl edit trafficsplits.split.smi-spec.io bad -n {OTHER}",
        made(TRAFFIC_SPLITS, "bad", {"spec": {"service": "web", "backends": [{"service": "web-v1", "weight": "abc"}]}}, OTHER),
        gone(TRAFFIC_SPLITS, "bad", OTHER),
    ),
    Fault("there is no split", "route", "fail", "kind: TrafficSplit", *SPLIT_LOST),
    Fault(
        "all weights are 0", "route", "fail", "kubectl edit trafficsplits",
        merged(TRAFFIC_SPLITS, NAME, {"spec": {"backends": [{**one, "weight": 0} for one in BACKENDS]}}),
        merged(TRAFFIC_SPLITS, NAME, {"spec": {"backends": BACKENDS}}),
    ),
    Fault("a backend's Service is missing", "services", "fail", f"kubectl create service clusterip {CANARY}", *SERVICE_LOST),
    Fault(
        "a backend is headless", "services", "fail", f"kubectl delete service {CANARY}",
        changed(SERVICES, CANARY, lambda spec: spec.update(clusterIP="None")),
        changed(SERVICES, CANARY, lambda spec: spec.pop("clusterIP", None)),
    ),
    Fault(
        "a backend has another port", "service-ports", "fail", f"kubectl patch service {CANARY}",
        merged(SERVICES, CANARY, {"spec": {"ports": [{"name": "http", "port": 9090, "targetPort": 8080}]}}),
        merged(SERVICES, CANARY, {"spec": {"ports": [{"name": "http", "port": 8080, "targetPort": 8080}]}}),
    ),
    Fault(
        "both backends select the same pods", "selectors", "fail", f"kubectl set selector service {CANARY} -n {NAMESPACE} app={CANARY}",
        merged(SERVICES, CANARY, {"spec": {"selector": {"app": STABLE}}}),
        merged(SERVICES, CANARY, {"spec": {"selector": {"app": CANARY}}}),
    ),
    Fault(
        "two workloads stand behind the canary", "workloads", "fail", "kubectl delete deployment/stray",
        lambda hands: hands.make(DEPLOYMENTS, STRAY), gone(DEPLOYMENTS, "stray"),
    ),
    Fault(
        "the canary has no pod", "endpoints", "fail", f"kubectl scale deployment/{CANARY}",
        scaled(CANARY, 0), scaled(CANARY, 3),
    ),
    Fault(
        "smi-adaptor was told to leave the profile alone", "weights-in-mesh", "fail", "smi.linkerd.io/skip-",
        annotated(SERVICE_PROFILES, PROFILE, **{"smi.linkerd.io/skip": "true"}),
        annotated(SERVICE_PROFILES, PROFILE, **{"smi.linkerd.io/skip": None}),
    ),
    Fault(
        "somebody edited the profile's weights", "weights-in-mesh", "fail", "nudged=",
        merged(SERVICE_PROFILES, PROFILE, {"spec": {"dstOverrides": [{"authority": f"{STABLE}.{NAMESPACE}.svc.cluster.local", "weight": "1"}]}}),
        NUDGE,
    ),
    Fault(
        "a client's namespace has a profile of its own", "profile-shadow", "fail", f"kubectl delete serviceprofiles.linkerd.io {PROFILE} -n {OTHER}",
        made(SERVICE_PROFILES, PROFILE, {"spec": {"routes": []}}, OTHER), gone(SERVICE_PROFILES, PROFILE, OTHER),
    ),
    Fault(
        "a second split has the same apex", "second-split", "fail", "kubectl delete trafficsplits.split.smi-spec.io rival",
        made(TRAFFIC_SPLITS, "rival", {"spec": {"service": APEX, "backends": BACKENDS}}),
        in_turn(gone(TRAFFIC_SPLITS, "rival"), NUDGE),
    ),
    Fault(
        "an HTTPRoute has the apex for its parent", "gateway-route", "fail", "kubectl delete httproutes.gateway.networking.k8s.io web",
        made(HTTP_ROUTES, "web", {"spec": {"parentRefs": [{"group": "core", "kind": "Service", "name": APEX}]}}),
        gone(HTTP_ROUTES, "web"), (HTTP_ROUTES,),
    ),
    Fault(
        "Flagger looks after the stable workload", "other-controllers", "fail", "kubectl delete canaries.flagger.app",
        made(FLAGGER_CANARIES, "api", {"spec": {"targetRef": {"kind": "Deployment", "name": STABLE}}}),
        gone(FLAGGER_CANARIES, "api"), (FLAGGER_CANARIES,),
    ),
    Fault(
        "Argo Rollouts moves the backends", "other-controllers", "fail", "kubectl delete rollouts.argoproj.io",
        made(ARGO_ROLLOUTS, "api", {"spec": {"strategy": {"canary": {"stableService": STABLE, "canaryService": CANARY}}}}),
        gone(ARGO_ROLLOUTS, "api"), (ARGO_ROLLOUTS,),
    ),
    Fault(
        "Argo CD writes the weights back", "gitops", "warn", "RespectIgnoreDifferences=true",
        in_turn(
            made(ARGO_APPLICATIONS, "sample", {"spec": {"project": "default"}}, OTHER),
            annotated(TRAFFIC_SPLITS, NAME, **{"argocd.argoproj.io/tracking-id": f"sample:split.smi-spec.io/TrafficSplit:{NAMESPACE}/{NAME}"}),
        ),
        merged(ARGO_APPLICATIONS, "sample", LETS_GO, OTHER), (ARGO_APPLICATIONS,),
    ),
    Fault(
        "Flux writes the weights back", "gitops", "warn", "kustomize.toolkit.fluxcd.io/ssa=IfNotPresent",
        merged(TRAFFIC_SPLITS, NAME, {"metadata": {"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}}}),
        annotated(TRAFFIC_SPLITS, NAME, **{"kustomize.toolkit.fluxcd.io/ssa": "IfNotPresent"}),
    ),
    Fault(
        "an autoscaler shrinks stable too far", "autoscalers", "warn", "kubectl patch hpa api",
        made(AUTOSCALERS, "api", autoscaler(1)), merged(AUTOSCALERS, "api", {"spec": {"minReplicas": 3}}),
    ),
    Fault(
        "the canary's pods are not meshed", "backends-meshed", "fail", f"kubectl get deployment/{CANARY} -n {NAMESPACE} -o yaml | linkerd inject -",
        lambda hands: hands.patch(DEPLOYMENTS, NAMESPACE, CANARY, without_proxy(hands)),
        lambda hands: hands.patch(DEPLOYMENTS, NAMESPACE, CANARY, with_proxy(hands)),
    ),
    Fault(
        "the apex' port is opaque", "opaque-ports", "fail", f"kubectl annotate service {APEX}",
        annotated(SERVICES, APEX, **{OPAQUE: "8080"}), annotated(SERVICES, APEX, **{OPAQUE: None}),
    ),
    Fault(
        "the canary's proxy skips the port", "skipped-ports", "fail", f"kubectl patch deployment/{CANARY}",
        merged(DEPLOYMENTS, CANARY, the_template({"metadata": {"annotations": {SKIPPED: "8000-8999"}}})),
        merged(DEPLOYMENTS, CANARY, the_template({"metadata": {"annotations": {SKIPPED: None}}})),
    ),
    Fault(
        "the route names a policy that is not there", "policy", "fail", "canary policy list",
        annotated(TRAFFIC_SPLITS, NAME, **{"canary.delivery/policy": "nope"}),
        annotated(TRAFFIC_SPLITS, NAME, **{"canary.delivery/policy": "blue-green"}),
    ),
    Fault(
        "a timeout is below the latency objective", "timeouts", "warn", '"path":"/spec/routes/0/timeout","value":"1s"',
        lambda hands: hands.patch(SERVICE_PROFILES, NAMESPACE, PROFILE, routes(hands, timeout="300ms")),
        lambda hands: hands.patch(SERVICE_PROFILES, NAMESPACE, PROFILE, routes(hands, timeout="1s")),
    ),
    Fault(
        "a route is retried", "retries", "warn", '"path":"/spec/routes/0/isRetryable","value":false',
        lambda hands: hands.patch(SERVICE_PROFILES, NAMESPACE, PROFILE, routes(hands, isRetryable=True)),
        lambda hands: hands.patch(SERVICE_PROFILES, NAMESPACE, PROFILE, routes(hands, isRetryable=False)),
    ),
)  # fmt: skip
"""As `linkerd inject` and the rest of the remedies do it."""


def containers(hands: Hands) -> list[Raw]:
    found = hands.get(DEPLOYMENTS, NAMESPACE, CANARY)["spec"]["template"]["spec"]["containers"]
    return [one for one in found if one["name"] != PROXY["name"]]


def without_proxy(hands: Hands) -> Raw:
    labels = {"linkerd.io/control-plane-ns": None}
    return the_template({"metadata": {"labels": labels}, "spec": {"containers": containers(hands)}})


def with_proxy(hands: Hands) -> Raw:
    labels = {"linkerd.io/control-plane-ns": "linkerd"}
    return the_template({"metadata": {"labels": labels}, "spec": {"containers": [*containers(hands), PROXY]}})


def routes(hands: Hands, **change: object) -> Raw:
    """The first route, changed."""
    first, *others = hands.get(SERVICE_PROFILES, NAMESPACE, PROFILE)["spec"]["routes"]
    return {"spec": {"routes": [{**first, **change}, *others]}}


def healthy(hands: Hands) -> None:
    """The sample application as it is when nothing is to be said: as it comes, one of its routes is retried."""
    annotated(TRAFFIC_SPLITS, NAME, **{"canary.delivery/policy": "blue-green"})(hands)
    hands.patch(SERVICE_PROFILES, NAMESPACE, PROFILE, routes(hands, isRetryable=False))


def defined(hands: Hands, fault: Fault) -> None:
    """The kinds it needs, as their own projects would have installed them."""
    for kind in fault.kinds:
        hands.make(DEFINITION, definition(kind))
