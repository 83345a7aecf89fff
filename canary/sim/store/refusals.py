"""What the API server says when it says no: Status objects, worded as kube-apiserver 1.36 words them (observed)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cause:
    """One field that is wrong; `reason` is a word such as FieldValueRequired."""

    field: str
    reason: str
    message: str


class Refused(Exception):
    """The request is not carried out; `status` is the body of the answer, its `code` the HTTP status."""

    def __init__(self, code: int, reason: str, message: str, details: Object | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.status: Object = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            **({"reason": reason} if reason else {}),
            **({"details": details} if details is not None else {}),
            "code": code,
        }


def about(name: str, group: str, kind: str) -> Object:
    """The `details` of a refusal; empty parts are left out."""
    return {key: value for key, value in (("name", name), ("group", group), ("kind", kind)) if value}


def qualified(kind: str, group: str) -> str:
    return f"{kind}.{group}" if group else kind


def not_found(name: str, group: str, plural: str) -> Refused:
    message = f'{qualified(plural, group)} "{name}" not found'
    return Refused(404, "NotFound", message, about(name, group, plural))


def already_exists(name: str, group: str, plural: str) -> Refused:
    message = f'{qualified(plural, group)} "{name}" already exists'
    return Refused(409, "AlreadyExists", message, about(name, group, plural))


def conflict(name: str, group: str, kind: str, why: str) -> Refused:
    message = f'Operation cannot be fulfilled on {qualified(kind, group)} "{name}": {why}'
    return Refused(409, "Conflict", message, about(name, group, kind))


def invalid(name: str, group: str, kind: str, causes: Sequence[Cause]) -> Refused:
    told = [f"{cause.field}: {cause.message}" for cause in dict.fromkeys(causes)]
    listed = told[0] if len(told) == 1 else f"[{', '.join(told)}]"
    details = about(name, group, kind)
    details["causes"] = [
        {"reason": cause.reason, "message": cause.message, "field": cause.field} for cause in causes
    ]
    return Refused(422, "Invalid", f'{qualified(kind, group)} "{name}" is invalid: {listed}', details)


def bad_option(kind: str, field: str, reason: str, message: str) -> Refused:
    """A query parameter that cannot be."""
    return invalid("", "meta.k8s.io", kind, [Cause(field, reason, message)])


def bad_request(message: str) -> Refused:
    return Refused(400, "BadRequest", message)


def expired(message: str) -> Refused:
    return Refused(410, "Expired", message)


def too_large(version: int, current: int) -> Refused:
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    details = {"causes": [cause], "retryAfterSeconds": 1}
    message = f"Timeout: Too large resource version: {version}, current: {current}"
    return Refused(504, "Timeout", message, details)


def unprocessable() -> Refused:
    """A JSON patch that does not apply; the server does not say where."""
    message = "the server rejected our request due to an error in our request"
    return Refused(422, "Invalid", message, {})


def wrong_type(accepted: Sequence[str]) -> Refused:
    message = (
        "the body of the request was in an unknown format - accepted media types include: "
        f"{', '.join(accepted)}"
    )
    return Refused(415, "UnsupportedMediaType", message)
