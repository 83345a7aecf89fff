"""
What smi-adaptor does with a TrafficSplit, as pure functions: it writes the overrides of the apex' ServiceProfile.

The real one acts on events of the split and every ten minutes, never on events of the profile. So a profile
edited by hand stays so until the split is touched; whoever drives these functions decides when to call them.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from fractions import Fraction
from typing import Any

from canary.errors import Invalid
from canary.sim import quantity

SKIP = "smi.linkerd.io/skip"
"""Annotation of a profile; whatever its value, the adaptor leaves the profile alone."""

Object = dict[str, Any]
Key = tuple[str, str]


def adapt(
    splits: Iterable[Object], profiles: Mapping[Key, Object], domain: str = "cluster.local"
) -> tuple[Object, ...]:
    """
    The profiles to write for all splits of the cluster. Of two splits with one apex the later one wins.

    Args:
        profiles: the existing ones, by namespace and name.

    Raises:
        Invalid: one weight somewhere is no quantity. The adaptor's list of splits then fails as a whole, so
            not one of them is served, while it still calls itself ready.
    """
    splits = tuple(splits)
    for split in splits:
        decode(split)
    written = dict(profiles)
    changed: dict[Key, Object] = {}
    for split in splits:
        key = split["metadata"]["namespace"], profile_name(split, domain)
        profile = reconcile(split, written.get(key), domain)
        if profile is not None:
            written[key] = changed[key] = profile
    return tuple(changed.values())


def reconcile(split: Object, profile: Object | None, domain: str = "cluster.local") -> Object | None:
    """
    The profile to write for one split; None: it is to be left alone.

    An existing profile keeps everything but its list of overrides, which is replaced as a whole. A new one
    has no owner, so it outlives its split.

    Raises:
        Invalid: a weight is no quantity.
    """
    namespace = split["metadata"]["namespace"]
    wanted = [
        {"authority": f"{service}.{namespace}.svc.{domain}", "weight": weight}
        for service, weight in decode(split)
    ]
    if profile is None:
        return _created(namespace, profile_name(split, domain), wanted)
    if _skipped(profile):
        return None
    changed = deepcopy(profile)
    changed.setdefault("spec", {})["dstOverrides"] = wanted
    return changed


def release(profile: Object | None) -> Object | None:
    """The profile to write when its split was deleted: no overrides; None: nothing to do. It is never deleted."""
    if profile is None or _skipped(profile):
        return None
    changed = deepcopy(profile)
    changed.setdefault("spec", {}).pop("dstOverrides", None)
    return changed


def profile_name(split: Object, domain: str = "cluster.local") -> str:
    """The profile that belongs to a split; it lives in the split's namespace."""
    return f"{split['spec']['service']}.{split['metadata']['namespace']}.svc.{domain}"


def decode(split: Object) -> list[tuple[str, str]]:
    """
    Backends and their weights as canonical quantities: 1000 is `1k`.

    Raises:
        Invalid: a weight is no quantity.
    """
    metadata = split["metadata"]
    try:
        return [
            (backend["service"], quantity.canonical(backend["weight"]))
            for backend in split["spec"]["backends"]
        ]
    except Invalid as error:
        at = f"TrafficSplit {metadata['namespace']}/{metadata['name']}"
        raise Invalid(str(error), at=at, hint=error.hint) from error


def overrides(profile: Object | None) -> Mapping[str, Fraction] | None:
    """
    What a profile tells the proxies: Service → weight; None where it tells nothing.

    Raises:
        Invalid: a weight is no quantity.
    """
    listed = (profile or {}).get("spec", {}).get("dstOverrides")
    if not listed:
        return None
    return {entry["authority"].partition(".")[0]: quantity.parse(entry["weight"]) for entry in listed}


def _created(namespace: str, name: str, wanted: list[Object]) -> Object:
    return {
        "apiVersion": "linkerd.io/v1alpha2",
        "kind": "ServiceProfile",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"dstOverrides": wanted},
    }


def _skipped(profile: Object) -> bool:
    return SKIP in (profile["metadata"].get("annotations") or {})
