"""Objects and lists as they are sent: whole, only their metadata, or as the rows of a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from canary.sim.server.asked import Form
from canary.sim.server.tables import columns, row
from canary.sim.store.resources import Object, Resource

META = "meta.k8s.io/v1"


@dataclass(frozen=True, slots=True)
class Shape:
    """
    The form of one answer.

    Attributes:
        version: API version objects are shown in.
        rows_hold: what a table's rows carry: None, Metadata or Object.
        now: for the ages in a table.
    """

    resource: Resource
    version: str
    form: Form
    rows_hold: str
    now: Callable[[], datetime]

    def one(self, found: Object) -> Object:
        if self.form is Form.TABLE:
            return self._table([found], {"resourceVersion": found["metadata"].get("resourceVersion", "")})
        if self.form is Form.METADATA:
            return partial(found)
        return self._whole(found)

    def many(self, items: Sequence[Object], about: Object) -> Object:
        """A list; `about` is its metadata."""
        if self.form is Form.TABLE:
            return self._table(items, about)
        if self.form is Form.METADATA:
            listed = [partial(one) for one in items]
            return {
                "kind": "PartialObjectMetadataList",
                "apiVersion": META,
                "metadata": about,
                "items": listed,
            }
        return {
            "kind": f"{self.resource.kind}List",
            "apiVersion": self.resource.api_version(self.version),
            "metadata": about,
            "items": [self._listed(one) for one in items],
        }

    def bookmark(self, version: int, *, initial: bool) -> Object:
        """The object of a bookmark: nothing but how far the watch has come."""
        about: Object = {"resourceVersion": str(version)}
        if initial:
            about["annotations"] = {"k8s.io/initial-events-end": "true"}
        if self.form is Form.TABLE:
            return {
                "kind": "Table",
                "apiVersion": META,
                "metadata": about,
                "columnDefinitions": [],
                "rows": [],
            }
        head = {"kind": "PartialObjectMetadata", "apiVersion": META}
        if self.form is Form.WHOLE:
            head = {
                "kind": self.resource.kind,
                "apiVersion": self.resource.api_version(self.version),
            }
        return {**head, "metadata": about}

    def _whole(self, found: Object) -> Object:
        return {**found, "apiVersion": self.resource.api_version(self.version)}

    def _listed(self, found: Object) -> Object:
        """Built-in objects in a list do not repeat what kind they are."""
        if self.resource.custom:
            return self._whole(found)
        return {key: value for key, value in found.items() if key not in {"apiVersion", "kind"}}

    def _table(self, items: Sequence[Object], about: Object) -> Object:
        listed = columns(self.resource, self.version)
        definitions = [column.definition() for column in listed]
        rows = [{"cells": row(listed, one, self.now()), **self._held(one)} for one in items]
        head = {"kind": "Table", "apiVersion": META, "metadata": about}
        return {**head, "columnDefinitions": definitions, "rows": rows}

    def _held(self, found: Object) -> Object:
        if self.rows_hold == "None":
            return {"object": None}
        return {"object": self._whole(found) if self.rows_hold == "Object" else partial(found)}


def partial(found: Object) -> Object:
    return {"kind": "PartialObjectMetadata", "apiVersion": META, "metadata": found["metadata"]}


def deleted(resource: Resource, found: Object) -> Any:  # noqa: ANN401 JSON
    """The Status that answers a deletion."""
    group = {"group": resource.group} if resource.group else {}
    details = {"name": found["metadata"]["name"], **group, "kind": resource.plural}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {**details, "uid": found["metadata"]["uid"]},
    }
