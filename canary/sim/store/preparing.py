"""
From what somebody sent to what is stored: names, the parts of metadata that are the server's, schema, generation, owners.

Order and wording are those of kube-apiserver 1.36, as the contract suite compares them.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from canary.sim.store import schema
from canary.sim.store.builtin import completed
from canary.sim.store.naming import METADATA, bad_metadata, badly_typed
from canary.sim.store.ownership import Author, owned
from canary.sim.store.refusals import Cause, Refused, bad_request, invalid
from canary.sim.store.resources import Resource

Object = dict[str, Any]

KEPT = (
    "uid",
    "creationTimestamp",
    "generation",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "generateName",
    "resourceVersion",
)
"""What an update cannot change in metadata."""


@dataclass(frozen=True, slots=True)
class How:
    """
    How a write is meant.

    Attributes:
        manager: whom it is put down to in managedFields.
        version: API version of what is sent; "" is the stored one.
        status: whether the status is written, and nothing else.
        dry_run: judge it, store nothing.
        strict: refuse fields the schema does not know, instead of dropping them.
        patching: whether what is judged is the result of a patch, which the server words differently.
        dropped: paths that were dropped are added here, for a warning; None: nobody wants to know.
    """

    manager: str = "in-process"
    version: str = ""
    status: bool = False
    dry_run: bool = False
    strict: bool = False
    patching: bool = False
    dropped: list[str] | None = None


def created(resource: Resource, sent: Object, how: How, now: str) -> Object:
    """The object to store for a fitting one, but for what only the store can give: uid, version, address."""
    found = _with_stored_head(resource, sent, how)
    if resource.status:
        found.pop("status", None)
    found = completed(resource, found)
    metadata = {**found["metadata"], "creationTimestamp": now}
    for theirs in ("deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "selfLink"):
        metadata.pop(theirs, None)
    metadata.pop("generation", None)
    if resource.counts:
        metadata["generation"] = 1
    found["metadata"] = metadata
    _validate(resource, found, how)
    return _with_owners(resource, {}, found, how, now)


def updated(resource: Resource, before: Object, sent: Object, how: How, now: str) -> Object:
    """The object to store in place of `before`, for a fitting one; `before` itself where nothing changes."""
    found = _with_stored_head(resource, sent, how)
    _check_immutable(resource, before, found)
    found["metadata"] = _metadata(before["metadata"], found["metadata"])
    if how.status:
        found = _with_status(resource, before, found)
    elif resource.status:
        found = {key: value for key, value in found.items() if key != "status"}
        found |= {"status": before["status"]} if "status" in before else {}
    found = completed(resource, found)
    _validate(resource, found, how)
    if counted(resource, before) != counted(resource, found):
        found["metadata"]["generation"] = before["metadata"].get("generation", 0) + 1
    found = _with_owners(resource, before, found, how, now)
    return before if _same(before, found) else found


def fitting(resource: Resource, sent: Object, how: How) -> Object:
    """
    What was sent, as it was understood: without what nobody knows, and without empty maps in metadata.

    Raises:
        Refused: it cannot be understood, or is not to be where something was dropped.
    """
    kind, api_version = sent.get("kind"), sent.get("apiVersion")
    if not (kind and isinstance(kind, str) and isinstance(api_version, str)):
        raise _undecodable(sent, how, "Object 'Kind' is missing")
    if wrong := badly_typed(sent["metadata"]):
        raise _undecodable(sent, how, f"json: cannot unmarshal ObjectMeta.{wrong}")
    dropped: list[str] = [f"metadata.{key}" for key in sent["metadata"] if key not in METADATA]
    found = {**sent, "metadata": dict(_metadata_fields(sent["metadata"]))}
    version = resource.version(how.version)
    if version is not None and version.schema is not None:
        found, unknown_fields = schema.fitted(found, version.schema)
        dropped += unknown_fields
    if how.strict and dropped:
        raise _strictly(resource, sent, how, dropped)
    if how.dropped is not None:
        how.dropped.extend(dropped)
    return found


def _strictly(resource: Resource, sent: Object, how: How, dropped: list[str]) -> Refused:
    why = f"strict decoding error: {', '.join(unknown(dropped))}"
    version = how.version or resource.stored
    about = f'{resource.kind} in version "{version}" cannot be handled as a {resource.kind}: '
    return _undecodable(sent, how, why, about)


def _undecodable(sent: Object, how: How, why: str, about: str = "") -> Refused:
    """The result of a patch is quoted whole."""
    if not how.patching:
        return bad_request(about + why)
    told = json.dumps(json.dumps(sent, separators=(",", ":"), sort_keys=True))
    return invalid("", "", "", [Cause("patch", "FieldValueInvalid", f"Invalid value: {told}: {why}")])


def unknown(dropped: Iterable[str]) -> tuple[str, ...]:
    """Sentences about what was dropped."""
    return tuple(f'unknown field "{path}"' for path in dropped)


def counted(resource: Resource, found: Object) -> list[object]:
    """The parts of an object whose change is a new generation."""
    if resource.counts == ("*",):
        rest = {"metadata", "apiVersion", "kind"} | ({"status"} if resource.status else set())
        return [{key: value for key, value in found.items() if key not in rest}]
    return [found.get(part) or found["metadata"].get(part) for part in resource.counts]


def _with_stored_head(resource: Resource, found: Object, how: How) -> Object:
    """In the version that is stored, if it was of the kind and version that were asked for."""
    name = found["metadata"].get("name", "")
    if (kind := found["kind"]) != resource.kind:
        cause = Cause("kind", "FieldValueInvalid", f'Invalid value: "{kind}": must be {resource.kind}')
        raise invalid(name, resource.group, kind, [cause])
    if found["apiVersion"] != (wanted := resource.api_version(how.version)):
        message = f'Invalid value: "{found["apiVersion"]}": must be {wanted}'
        cause = Cause("apiVersion", "FieldValueInvalid", message)
        raise invalid(name, resource.group, resource.kind, [cause])
    return {**found, "apiVersion": resource.api_version()}


def _metadata_fields(sent: Object) -> Iterator[tuple[str, Any]]:
    for key, value in sent.items():
        if key not in METADATA:
            continue
        if key in {"labels", "annotations"} and value:
            yield key, {name: text or "" for name, text in value.items()}
        elif value is not None and value not in ("", [], {}):
            yield key, value


def _check_immutable(resource: Resource, before: Object, found: Object) -> None:
    uid = found["metadata"].get("uid")
    if uid and uid != before["metadata"]["uid"]:
        cause = Cause("metadata.uid", "FieldValueInvalid", f'Invalid value: "{uid}": field is immutable')
        twice = [cause, cause] if resource.custom else [cause]
        raise invalid(before["metadata"]["name"], resource.group, resource.kind, twice)


def _metadata(before: Object, found: Object) -> Object:
    kept = {key: before[key] for key in KEPT if key in before}
    return {**{key: value for key, value in found.items() if key not in KEPT}, **kept}


def _with_status(resource: Resource, before: Object, found: Object) -> Object:
    """Only the status; controllers of built-in kinds write annotations by the same door."""
    metadata = dict(before["metadata"])
    if not resource.custom and "annotations" in found["metadata"]:
        metadata["annotations"] = found["metadata"]["annotations"]
    status = {"status": found["status"]} if "status" in found else {}
    return {
        **{key: value for key, value in before.items() if key != "status"},
        "metadata": metadata,
        **status,
    }


def _validate(resource: Resource, found: Object, how: How) -> None:
    version = resource.version(how.version)
    causes = list(bad_metadata(found["metadata"]))
    if version is not None and version.schema is not None:
        causes += schema.problems(found, version.schema)
    if causes:
        raise invalid(found["metadata"].get("name", ""), resource.group, resource.kind, causes)


def _with_owners(resource: Resource, before: Object, found: Object, how: How, now: str) -> Object:
    author = Author(how.manager, resource.api_version(how.version), "status" if how.status else "")
    earlier = found["metadata"].get("managedFields") or []
    entries = owned(earlier, before or {"metadata": {}}, found, author, now)
    metadata = {key: value for key, value in found["metadata"].items() if key != "managedFields"}
    return {**found, "metadata": {**metadata, **({"managedFields": entries} if entries else {})}}


def _same(before: Object, found: Object) -> bool:
    """Whether a write would change nothing but who wrote when."""
    return _unowned(before) == _unowned(found)


def _unowned(found: Object) -> Object:
    metadata = {key: value for key, value in found["metadata"].items() if key != "managedFields"}
    return {**found, "metadata": metadata}


def mismatched(found: Object, namespace: str, name: str) -> Refused | None:
    """An object sent to a path that is not its own."""
    theirs = found["metadata"]
    if name and theirs.get("name") != name:
        told = theirs.get("name") or ""
        return bad_request(f"the name of the object ({told}) does not match the name on the URL ({name})")
    if theirs.get("namespace", namespace) != namespace:
        return bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    return None
