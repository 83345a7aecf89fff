"""
Strategic merge patch for the built-in kinds: maps are merged, and those lists that are maps in disguise as well.

Lists in `KEYS` are merged by the key named there, every other list is replaced. Supported directives: `$patch`
(delete, replace), `$setElementOrder/LIST`, `$deleteFromPrimitiveList/LIST`, `$retainKeys`. That is what
kubectl 1.36 sends for workloads, Services and Pods.
"""

from typing import Any

Json = Any
Map = dict[str, Any]

KEYS: dict[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "env": ("name",),
    "ports": ("containerPort", "port"),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "conditions": ("type",),
    "imagePullSecrets": ("name",),
    "hostAliases": ("ip",),
    "ownerReferences": ("uid",),
}
"""Merge key of a list by the name of its field; the first one that the elements have (k8s.io/api, `patchMergeKey`)."""

SETS = frozenset({"finalizers"})
"""Lists of plain values that are merged as sets."""

ORDER = "$setElementOrder/"
WITHOUT = "$deleteFromPrimitiveList/"


def merged(original: Json, patch: Json) -> Json:
    """`original` after `patch`; neither is changed."""
    if not isinstance(patch, dict):
        return patch
    result = dict(original) if isinstance(original, dict) else {}
    if patch.get("$patch") == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    if "$retainKeys" in patch:
        result = {key: value for key, value in result.items() if key in patch["$retainKeys"]}
    for key, value in patch.items():
        if not key.startswith("$"):
            _merge_field(result, key, value, patch.get(ORDER + key))
    for key, value in patch.items():
        _directive(result, patch, key, value)
    return result


def _merge_field(result: Map, key: str, value: Json, order: list[Json] | None) -> None:
    if value is None or (isinstance(value, dict) and value.get("$patch") == "delete"):
        result.pop(key, None)
    elif isinstance(value, list):
        result[key] = _merged_list(key, result.get(key) or [], value, order)
    else:
        result[key] = merged(result.get(key), value)


def _directive(result: Map, patch: Map, key: str, value: Json) -> None:
    """Directives about lists that the patch itself does not name."""
    if key.startswith(WITHOUT):
        name = key.removeprefix(WITHOUT)
        result[name] = [one for one in result.get(name) or [] if one not in value]
    elif key.startswith(ORDER) and (name := key.removeprefix(ORDER)) not in patch and name in result:
        result[name] = _merged_list(name, result[name], [], value)


def _merged_list(name: str, original: list[Json], patch: list[Json], order: list[Json] | None) -> list[Json]:
    if name in SETS:
        return list(dict.fromkeys([*original, *patch]))
    key = _merge_key(name, [*patch, *original])
    if key is None:
        return patch
    if any(one.get("$patch") == "replace" for one in patch):
        return [one for one in patch if one.get("$patch") != "replace"]
    gone = [one[key] for one in patch if one.get("$patch") == "delete"]
    changes = [one for one in patch if "$patch" not in one]
    found = {one[key]: one for one in original if one[key] not in gone}
    for one in changes:
        found[one[key]] = merged(found.get(one[key], {}), one)
    listed = [one[key] for one in order] if order is not None else [one[key] for one in changes]
    return [found[at] for at in _ordered([one[key] for one in original], listed, list(found))]


def _merge_key(name: str, elements: list[Json]) -> str | None:
    """The key all elements have; None: the list is replaced."""
    if not all(isinstance(one, dict) for one in elements):
        return None
    named = [one for one in elements if one.keys() != {"$patch"}]
    return next((key for key in KEYS.get(name, ()) if named and all(key in one for one in named)), None)


def _ordered(before: list[Json], listed: list[Json], present: list[Json]) -> list[Json]:
    """Those listed in their order; the others stay in front of whatever they preceded before."""
    result = [at for at in listed if at in present]
    for at in reversed([one for one in present if one not in listed]):
        later = before[before.index(at) + 1 :] if at in before else []
        follower = next((one for one in later if one in result), None)
        result.insert(result.index(follower) if follower is not None else len(result), at)
    return result
