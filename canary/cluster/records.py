"""Records as the API server keeps them: read into models, and written under the version that was read."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ValidationError

from canary.cluster.kinds import RECORDS, Kind
from canary.cluster.objects import Listing, Raw, metadata, name_of
from canary.cluster.patch import RecordPatch
from canary.errors import Invalid
from canary.rollout.record import ROUTE_LABEL, Record, Spec, Status, label, labels

if TYPE_CHECKING:  # views, which everybody imports, read records, too
    from canary.cluster.client import Cluster


class Lists(Protocol):
    """Whatever lists objects as a `Cluster` does."""

    def list(self, kind: Kind, namespace: str = "", selector: str = "") -> Listing: ...


def listed(cluster: Lists, namespace: str = "", route: str = "") -> tuple[Record, ...]:
    """
    All records of a namespace ("" = of all), or of one route there, oldest first; what nobody can read is left out.

    Raises:
        Missing: the cluster has no records: deploy/base/crd.yaml was not installed.
    """
    selector = f"{ROUTE_LABEL}={label(route)}" if route else ""
    found = [_readable(raw) for raw in cluster.list(RECORDS, namespace, selector).items]
    return tuple(sorted((record for record in found if record), key=_age))


def get(cluster: "Cluster", namespace: str, name: str) -> Record:
    """
    Raises:
        Missing: there is none of that name, or there are no records at all.
        Invalid: a hand has made something of it that is no record.
    """
    return read(cluster.get(RECORDS, namespace, name))


def create(cluster: "Cluster", namespace: str, name: str, spec: Spec) -> Record:
    """
    Raises:
        Conflict: there is one of that name.
    """
    about = {"name": name, "namespace": namespace, "labels": labels(spec.route.name, spec.id)}
    body = {"apiVersion": RECORDS.api_version, "kind": RECORDS.kind, "metadata": about, "spec": plain(spec)}
    return read(cluster.create(RECORDS, namespace, body))


def write_spec(cluster: "Cluster", known: Record, spec: Spec) -> Record:
    """
    Raises:
        Conflict: it is no longer the one that is `known`.
    """
    body = {"spec": _over(plain(known.spec), plain(spec))}
    return read(cluster.patch_record(RecordPatch(known.namespace, known.name, known.version, body)))


def write_status(cluster: "Cluster", known: Record, status: Status) -> Record:
    """
    Raises:
        Conflict: it is no longer the one that is `known`.
    """
    before = plain(known.status) if known.status else {}
    body = {"status": _over(before, plain(status))}
    patch = RecordPatch(known.namespace, known.name, known.version, body, status=True)
    return read(cluster.patch_record(patch))


def read(raw: Raw) -> Record:
    """
    Raises:
        Invalid: it is no record.
    """
    about, (namespace, name) = metadata(raw), name_of(raw)
    try:
        return Record(
            namespace=namespace,
            name=name,
            uid=str(about.get("uid", "")),
            version=str(about.get("resourceVersion", "")),
            generation=int(about.get("generation") or 0),
            created=datetime.fromisoformat(about["creationTimestamp"])
            if "creationTimestamp" in about
            else None,
            spec=Spec.model_validate(raw.get("spec")),
            status=Status.model_validate(raw["status"]) if raw.get("status") else None,
        )
    except (ValidationError, ValueError, TypeError) as error:
        raise Invalid(
            f"it is no record: {str(error).splitlines()[0]}", at=f"{RECORDS} {namespace}/{name}"
        ) from error


def plain(model: BaseModel) -> dict[str, Any]:
    """As JSON has it."""
    return model.model_dump(mode="json")


def _readable(raw: Raw) -> Record | None:
    try:
        return read(raw)
    except Invalid:
        return None


def _age(record: Record) -> tuple[str, int]:
    """Creation is told in whole seconds."""
    return (record.created.isoformat() if record.created else "", record.spec.attempt)


def _over(before: Mapping[str, Any], after: Mapping[str, Any]) -> Raw:
    """The merge patch that leaves nothing of `before`: keys that are gone are named with null."""
    gone: Raw = dict.fromkeys(before.keys() - after.keys())
    return gone | {key: _merged(before.get(key), value) for key, value in after.items()}


def _merged(before: object, after: object) -> object:
    return _over(before, after) if isinstance(before, Mapping) and isinstance(after, Mapping) else after
