"""What metadata may look like, for every kind."""

import re
from collections.abc import Iterator
from typing import Any

from canary.sim.store.refusals import Cause

Object = dict[str, Any]

LONGEST_NAME = 253
LONGEST_PART = 63
LARGEST_ANNOTATIONS = 256 * 1024
"""Bytes of all annotations of an object together, keys included."""

METADATA: dict[str, type] = {
    "name": str,
    "generateName": str,
    "namespace": str,
    "uid": str,
    "resourceVersion": str,
    "generation": int,
    "creationTimestamp": str,
    "deletionTimestamp": str,
    "deletionGracePeriodSeconds": int,
    "labels": dict,
    "annotations": dict,
    "finalizers": list,
    "ownerReferences": list,
    "managedFields": list,
    "selfLink": str,
}
INSIDE: dict[str, type] = {
    "labels": str,
    "annotations": str,
    "finalizers": str,
    "ownerReferences": dict,
    "managedFields": dict,
}

OF_OWNERS = ("apiVersion", "kind", "name", "uid")

SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
PART = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
TOO_LONG = f"must be no more than {LONGEST_NAME} characters"
BAD_NAME = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    f"'{SUBDOMAIN}')"
)
BAD_PART = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    f"alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{PART}')"
)
BAD_VALUE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
    "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
    f"validation is '({PART})?')"
)


def badly_typed(metadata: Object) -> str:
    """The first field that does not have its type, nor null instead; "" for none."""
    return next((key for key, value in metadata.items() if key in METADATA and not _typed(key, value)), "")


def _typed(key: str, value: object) -> bool:
    if value is None:
        return True
    if not isinstance(value, METADATA[key]) or isinstance(value, bool):
        return False
    if isinstance(value, dict):  # a null among texts is an empty one
        return all(one is None or isinstance(one, INSIDE[key]) for one in value.values())
    return not isinstance(value, list) or all(isinstance(one, INSIDE[key]) for one in value)


def bad_metadata(metadata: Object) -> Iterator[Cause]:
    """Everything the server refuses about the metadata of an object."""
    yield from _bad_name(metadata.get("name", ""))
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    for key, value in labels.items():
        yield from _bad_key("metadata.labels", key)
        if len(value) > LONGEST_PART or not re.fullmatch(f"({PART})?", value):
            yield _invalid("metadata.labels", value, BAD_VALUE)
    for key in annotations:
        yield from _bad_key("metadata.annotations", key.lower())
    for owner in metadata.get("ownerReferences") or ():
        missing = (part for part in OF_OWNERS if not owner.get(part))
        yield from (_invalid(f"metadata.ownerReferences.{part}", "", "must not be empty") for part in missing)
    if sum(len(text.encode()) for pair in annotations.items() for text in pair) > LARGEST_ANNOTATIONS:
        message = f"Too long: may not be more than {LARGEST_ANNOTATIONS} bytes"
        yield Cause("metadata.annotations", "FieldValueTooLong", message)


def _bad_name(name: str) -> Iterator[Cause]:
    if not name:
        yield Cause("metadata.name", "FieldValueRequired", "Required value: name or generateName is required")
    elif len(name) > LONGEST_NAME:
        yield _invalid("metadata.name", name, TOO_LONG)
    elif not re.fullmatch(SUBDOMAIN, name):
        yield _invalid("metadata.name", name, BAD_NAME)


def _bad_key(field: str, key: str) -> Iterator[Cause]:
    prefix, slash, name = key.rpartition("/")
    if slash and not re.fullmatch(SUBDOMAIN, prefix):
        yield _invalid(field, key, f"prefix part {BAD_NAME}")
    if len(name) > LONGEST_PART or not re.fullmatch(PART, name):
        yield _invalid(field, key, BAD_PART)


def _invalid(field: str, value: str, why: str) -> Cause:
    return Cause(field, "FieldValueInvalid", f'Invalid value: "{value}": {why}')
