"""
SMI TrafficSplit, v1alpha1 (weights are Quantities) and v1alpha2 (numbers).

linkerd-smi serves both without conversion and without limits, so either may show `"500m"`, `0.5` or `-5`. We read
strictly and write plain integers for all backends, which are valid in both (a merge patch replaces the list whole).
"""

from collections.abc import Mapping
from typing import Any

from canary.errors import Invalid
from canary.routes.metadata import controller, last_manager, own_annotations
from canary.routes.quantity import parse
from canary.routes.route import WEIGHT_SUM_LIMIT, Backend, Route

KIND = "TrafficSplit"


def read(obj: Mapping[str, Any]) -> Route:
    """
    The route that a TrafficSplit object stands for.

    Raises:
        Invalid: it is no TrafficSplit at all. Weights that cannot be represented raise nothing: they are told in
            `problems`, since a running rollout must be able to take them back.
    """
    meta, spec = obj.get("metadata") or {}, obj.get("spec") or {}
    where = f"{KIND} {meta.get('namespace', '?')}/{meta.get('name', '?')}"
    if not isinstance(spec.get("service"), str) or not isinstance(spec.get("backends"), list):
        raise Invalid(
            "it has no spec.service or no spec.backends", at=where, hint="write it as SMI v1alpha2 describes"
        )
    backends = tuple(_backend(entry) for entry in spec["backends"] if isinstance(entry, Mapping))
    return Route(
        kind=KIND,
        namespace=str(meta.get("namespace", "")),
        name=str(meta.get("name", "")),
        uid=str(meta.get("uid", "")),
        version=str(meta.get("resourceVersion", "")),
        apex=spec["service"],
        backends=backends,
        annotations=own_annotations(meta),
        problems=tuple(_problems(spec["backends"], backends)),
        terminating="deletionTimestamp" in meta,
        manager=last_manager(meta),
        owner=controller(meta),
    )


def patch(
    route: Route, weights: Mapping[str, int] | None, annotations: Mapping[str, str | None]
) -> dict[str, Any]:
    """
    The merge patch that sets `annotations` (None removes one) and, unless None, `weights` of all backends.

    A backend that somebody listed twice is written once, else its weight would count twice.
    """
    body: dict[str, Any] = {"metadata": {"annotations": dict(annotations)}}
    if weights is not None:
        body["spec"] = {
            "backends": [{"service": service, "weight": weights[service]} for service in route.weights]
        }
    return body


def _backend(entry: Mapping[str, Any]) -> Backend:
    number = parse(entry.get("weight"))
    whole = number is not None and number.denominator == 1 and 0 <= number < WEIGHT_SUM_LIMIT
    return Backend(str(entry.get("service", "")), int(number) if number is not None and whole else None)


def _problems(entries: list[Any], backends: tuple[Backend, ...]) -> list[str]:
    if len(entries) != len(backends) or len({backend.service for backend in backends}) < len(backends):
        return ["spec.backends must be a list of different Services, each with a weight"]
    told = [
        f"the weight {entry.get('weight')!r} of {backend.service} is not a whole number from 0 to {WEIGHT_SUM_LIMIT - 1}"
        for entry, backend in zip(entries, backends, strict=True)
        if backend.weight is None
    ]
    known = [backend.weight for backend in backends if backend.weight is not None]
    if not told and sum(known) == 0:
        told.append("all weights are 0, which Linkerd takes for no split at all")
    if not told and sum(known) >= WEIGHT_SUM_LIMIT:
        told.append(f"the weights sum to {sum(known)}, and Linkerd's proxies fail from {WEIGHT_SUM_LIMIT} on")
    return told
