"""TrafficSplit objects as the API server gives them, and what it does with a merge patch."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

Object = dict[str, Any]

NAMESPACE, NAME, APEX = "sample-app", "backend-api-split", "backend-api"
STABLE, CANARY = "backend-api", "backend-api-v2"


def a_split(
    weights: Mapping[str, object] | None = None, meta: Mapping[str, Any] | None = None, **spec: object
) -> Object:
    """A healthy one at 900/100, with what is named changed."""
    given = {STABLE: 900, CANARY: 100} if weights is None else weights
    return a_split_of([{"service": name, "weight": weight} for name, weight in given.items()], meta, **spec)


def a_split_of(backends: Sequence[object], meta: Mapping[str, Any] | None = None, **spec: object) -> Object:
    """One with these backends, whatever they are."""
    return {
        "apiVersion": "split.smi-spec.io/v1alpha1",
        "kind": "TrafficSplit",
        "metadata": {
            "namespace": NAMESPACE,
            "name": NAME,
            "uid": "11111111-2222-3333-4444-555555555555",
            "resourceVersion": "41",
            "labels": {"app": "backend-api"},
            "annotations": {"canary.delivery/policy": "standard", "example.com/owner": "team-a"},
            **(meta or {}),
        },
        "spec": {"service": APEX, "backends": list(backends), **spec},
    }


def merged(target: Object, patch: Object) -> Object:
    """The target after a JSON merge patch (RFC 7396)."""
    result = deepcopy(target)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            inner = result.get(key)
            result[key] = merged(inner if isinstance(inner, dict) else {}, value)
        else:
            result[key] = deepcopy(value)
    return result
