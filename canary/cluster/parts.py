"""What `canary check` needs of objects beyond what rollouts need: raw objects in, values of the inner rings out."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from canary.cluster.objects import Raw, metadata
from canary.rollout.checkup.facts import (
    Autoscaler,
    Claim,
    Component,
    Controller,
    Keeper,
    Pod,
    ProfileRoute,
    Service,
)
from canary.rollout.model import parse_duration

PROXY = "linkerd-proxy"
MESHED = "linkerd.io/control-plane-ns"
VERSION = "app.kubernetes.io/version"
ARGO_TRACKING, ARGO_LABEL = "argocd.argoproj.io/tracking-id", "argocd.argoproj.io/instance"
FLUX = ("kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io")
RESPECT = "RespectIgnoreDifferences=true"


def component(raw: Raw) -> Component:
    """A Deployment as a part of Linkerd: available where one of its pods is."""
    about, status = metadata(raw), inner(raw, "status")
    version = str(strings(about.get("labels")).get(VERSION, ""))
    available = int(status.get("availableReplicas") or 0) > 0
    wanted = inner(raw, "spec").get("replicas")
    return Component(
        namespace=str(about.get("namespace", "")),
        name=str(about.get("name", "")),
        available=available,
        wanted=1 if wanted is None else int(wanted),
        version=version,
    )


def service(raw: Raw) -> Service:
    spec, about = inner(raw, "spec"), metadata(raw)
    listed = [one for one in spec.get("ports") or () if "port" in one]
    selector = frozenset(strings(spec.get("selector")).items())
    headless = spec.get("clusterIP") == "None" or spec.get("type") == "ExternalName"
    return Service(
        name=str(about["name"]),
        headless=headless,
        ports=frozenset(int(one["port"]) for one in listed),
        targets=frozenset(map(_target, listed)),
        selector=selector,
        annotations=strings(about.get("annotations")),
    )


def _target(port: Raw) -> int:
    """A name is taken for the Service's own number, as it mostly is."""
    told = port.get("targetPort")
    return told if type(told) is int else int(port["port"])


def pod(raw: Raw) -> Pod | None:
    """None where it has run to its end or is ending: nobody asks it any more."""
    about, status = metadata(raw), inner(raw, "status")
    if status.get("phase") in ("Succeeded", "Failed") or "deletionTimestamp" in about:
        return None
    labels = strings(about.get("labels"))
    return Pod(
        name=str(about["name"]),
        labels=frozenset(labels.items()),
        meshed=MESHED in labels and PROXY in _containers(inner(raw, "spec"), "containers", "initContainers"),
        proxy_ready=PROXY in _ready(status),
        annotations=strings(about.get("annotations")),
    )


def controller(raw: Raw, kind: str) -> Controller:
    template = metadata(inner(inner(raw, "spec"), "template"))
    return Controller(kind, str(metadata(raw)["name"]), frozenset(strings(template.get("labels")).items()))


def profile_routes(raw: Raw) -> tuple[ProfileRoute, ...]:
    """The routes of a ServiceProfile; a timeout that is none is left out, as by Linkerd."""
    routes = inner(raw, "spec").get("routes") or ()
    return tuple(
        ProfileRoute(str(one.get("name", "")), one.get("isRetryable") is True, _timeout(one.get("timeout")))
        for one in routes
        if isinstance(one, dict)
    )


def autoscaler(raw: Raw) -> Autoscaler:
    spec = inner(raw, "spec")
    target = inner(spec, "scaleTargetRef")
    name = f"{str(target.get('kind', '')).lower()}/{target.get('name', '')}"
    least = spec.get("minReplicas")
    return Autoscaler(str(metadata(raw)["name"]), name, 1 if least is None else int(least))


def parents(raw: Raw) -> frozenset[str]:
    """Services that an HTTPRoute has for its parents."""
    refs = inner(raw, "spec").get("parentRefs") or ()
    return frozenset(str(ref.get("name", "")) for ref in refs if ref.get("kind", "") == "Service")


def claims(raw: Raw, tool: str, resource: str) -> Iterator[Claim]:
    """Whom a Flagger Canary or an Argo Rollout is about: a workload, or the Services it moves."""
    spec, name = inner(raw, "spec"), str(metadata(raw)["name"])
    named = [
        inner(spec, "targetRef").get("name"),
        inner(spec, "workloadRef").get("name"),
        inner(spec, "service").get("name"),
        *(inner(inner(spec, "strategy"), "canary").get(key) for key in ("stableService", "canaryService")),
    ]
    yield from (Claim(tool, resource, name, str(about)) for about in {name, *named} if about)


def keeper(raw: Raw) -> Keeper | None:
    """Who applies an object again and again, by what Argo CD and Flux write on it."""
    about = metadata(raw)
    labels, annotations = strings(about.get("labels")), strings(about.get("annotations"))
    managers = {str(entry.get("manager", "")) for entry in about.get("managedFields") or ()}
    if tracked := annotations.get(ARGO_TRACKING) or labels.get(ARGO_LABEL):
        application = tracked.partition(":")[0]
        namespace, _, name = application.rpartition("_")
        return Keeper("Argo CD", name or application, namespace)
    for group in FLUX:
        if f"{group}/name" in labels:
            lets_go = annotations.get("kustomize.toolkit.fluxcd.io/ssa", "").lower() in (
                "ifnotpresent",
                "ignore",
            )
            off = annotations.get("kustomize.toolkit.fluxcd.io/reconcile", "").lower() == "disabled"
            return Keeper(
                "Flux", labels[f"{group}/name"], labels.get(f"{group}/namespace", ""), lets_go or off
            )
    for manager, tool in (
        ("argocd", "Argo CD"),
        ("kustomize-controller", "Flux"),
        ("helm-controller", "Flux"),
    ):
        if any(one.startswith(manager) for one in managers):
            return Keeper(tool)
    return None


def lets_go(application: Raw, route: str, namespace: str) -> bool:
    """Whether an Argo CD Application leaves the weights of a TrafficSplit alone, also while it syncs."""
    spec = inner(application, "spec")
    respects = RESPECT in (inner(spec, "syncPolicy").get("syncOptions") or ())
    return respects and any(
        entry.get("kind") in ("TrafficSplit", "*")
        and entry.get("name") in (None, "", route)
        and entry.get("namespace") in (None, "", namespace)
        and {"/spec", "/spec/backends"} & set(entry.get("jsonPointers") or ())
        for entry in spec.get("ignoreDifferences") or ()
    )


def inner(raw: Mapping[str, Any], key: str) -> Raw:
    found = raw.get(key)
    return found if isinstance(found, dict) else {}


def strings(mapping: object) -> dict[str, str]:
    """Labels or annotations."""
    return {str(key): str(value) for key, value in mapping.items()} if isinstance(mapping, dict) else {}


def _containers(spec: Raw, *lists: str) -> set[str]:
    return {str(one.get("name", "")) for key in lists for one in spec.get(key) or ()}


def _ready(status: Raw) -> set[str]:
    told = [one for key in ("containerStatuses", "initContainerStatuses") for one in status.get(key) or ()]
    return {str(one.get("name", "")) for one in told if one.get("ready") is True}


def _timeout(value: object) -> timedelta | None:
    try:
        return parse_duration(value) if value else None
    except ValueError:
        return None
