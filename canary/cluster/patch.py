"""
The one way to write to a route, and the one to write to a record.

Weights and stamp are one object and one write, conditional on the very object that was observed: its uid
(it was not deleted and made anew) and its resourceVersion (nobody wrote in between). Both are required and
checked here, so an unconditional write cannot be expressed.
"""

from dataclasses import dataclass

from canary.cluster.kinds import Kind
from canary.cluster.objects import Raw, metadata


@dataclass(frozen=True, slots=True)
class RoutePatch:
    """
    A merge patch of a route, valid for one version of it.

    Attributes:
        body: what changes; lists (backends) are replaced whole. Without uid and resourceVersion, `merge` adds them.
        manager: the field manager to store the change under.
        dry_run: let the server judge it (rights, admission, schema, version) and store nothing.
    """

    kind: Kind
    namespace: str
    name: str
    uid: str
    resource_version: str
    body: Raw
    manager: str
    dry_run: bool = False

    def __post_init__(self) -> None:
        if not self.uid or not self.manager:
            raise ValueError("a route patch names the uid it is meant for and who writes it")
        checked_version(self.resource_version)
        if {"uid", "resourceVersion"} & metadata(self.body).keys():
            raise ValueError("the body of a route patch carries neither uid nor resourceVersion")

    def merge(self) -> Raw:
        """The body with its conditions."""
        condition = {"uid": self.uid, "resourceVersion": self.resource_version}
        return {**self.body, "metadata": {**metadata(self.body), **condition}}


@dataclass(frozen=True, slots=True)
class RecordPatch:
    """
    A merge patch of a record, valid for one version of it.

    Attributes:
        body: what changes of its spec, or of its status.
        status: whether it is the status, which is written by itself.
    """

    namespace: str
    name: str
    resource_version: str
    body: Raw
    status: bool = False

    def merge(self) -> Raw:
        """The body with its condition."""
        return {**self.body, "metadata": {"resourceVersion": checked_version(self.resource_version)}}


def checked_version(resource_version: str) -> str:
    """
    A resourceVersion that means one version.

    The server takes "" and "0" for "any": a write would be unconditional, a read could go back in time.
    """
    if not resource_version.strip("0"):
        raise ValueError(f"resourceVersion {resource_version!r} stands for any version")
    return resource_version
