"""What the API server hands out: raw objects, lists of them, changes to them."""

from dataclasses import dataclass
from typing import Any

Raw = dict[str, Any]
"""An object as it came, unread."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Every object of a kind as of one moment; watching goes on from `resource_version`."""

    items: tuple[Raw, ...]
    resource_version: str


@dataclass(frozen=True, slots=True)
class Event:
    """
    One change seen by a watch.

    Attributes:
        type: ADDED, MODIFIED, DELETED, or BOOKMARK (an object of which only the resourceVersion means anything).
    """

    type: str
    object: Raw


def metadata(raw: Raw) -> Raw:
    """The metadata of an object; empty where there is none, as in a malformed answer."""
    found = raw.get("metadata")
    return found if isinstance(found, dict) else {}


def name_of(raw: Raw) -> tuple[str, str]:
    """Namespace and name."""
    about = metadata(raw)
    return about.get("namespace", ""), about.get("name", "")
