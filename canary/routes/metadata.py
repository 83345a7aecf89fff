"""What is read alike from every kind of route."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from canary.terms import DAEMON_MANAGER, PREFIX


def own_annotations(meta: Mapping[str, Any]) -> dict[str, str]:
    """The annotations under our prefix."""
    return {
        key: str(value) for key, value in (meta.get("annotations") or {}).items() if key.startswith(PREFIX)
    }


def last_manager(meta: Mapping[str, Any]) -> str:
    """
    The field manager that wrote the spec last, by the server's own book-keeping.

    Its times are whole seconds. Of two in the same second it is not the daemon: this is asked to name who moved
    weights behind our back.
    """
    entries: Sequence[Mapping[str, Any]] = meta.get("managedFields") or ()
    of_spec = [entry for entry in entries if "f:spec" in (entry.get("fieldsV1") or {})]
    return str(max(of_spec, key=_age, default={}).get("manager", ""))


def _age(entry: Mapping[str, Any]) -> tuple[str, bool]:
    return str(entry.get("time", "")), entry.get("manager") != DAEMON_MANAGER


def written_at(meta: Mapping[str, Any], manager: str) -> datetime | None:
    """When that field manager last changed anything of the object, in whole seconds; None where nobody knows."""
    entries: Sequence[Mapping[str, Any]] = meta.get("managedFields") or ()
    times = [str(entry.get("time", "")) for entry in entries if entry.get("manager") == manager]
    return _moment(max(times, default=""))


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def controller(meta: Mapping[str, Any]) -> str:
    """`Kind name` of the owner that controls the object."""
    owners: Sequence[Mapping[str, Any]] = meta.get("ownerReferences") or ()
    return next((f"{owner['kind']} {owner['name']}" for owner in owners if owner.get("controller")), "")
