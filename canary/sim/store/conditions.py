"""On what a write depends: the version and the uid of the object it is meant for."""

from dataclasses import dataclass

from canary.sim.store import refusals
from canary.sim.store.resources import Object, Resource

STALE = "the object has been modified; please apply your changes to the latest version and try again"


@dataclass(frozen=True, slots=True)
class Precondition:
    """What an object must be to be deleted; "" is anything."""

    uid: str = ""
    version: str = ""

    def check(self, resource: Resource, before: Object) -> None:
        """
        Raises:
            Refused: 409, it is another one.
        """
        metadata = before["metadata"]
        if self.uid and self.uid != metadata["uid"]:
            why = (
                f"the UID in the precondition ({self.uid}) does not match the UID in record ({metadata['uid']}). "
                "The object might have been deleted and then recreated"
            )
            raise refusals.conflict(metadata["name"], resource.group, resource.kind, why)
        if self.version and self.version != metadata["resourceVersion"]:
            why = (
                f"the ResourceVersion in the precondition ({self.version}) does not match the ResourceVersion in "
                f"record ({metadata['resourceVersion']}). The object might have been modified"
            )
            raise refusals.conflict(metadata["name"], resource.group, resource.kind, why)


WHATEVER = Precondition()


def stale(resource: Resource, name: str) -> refusals.Refused:
    return refusals.conflict(name, resource.group, resource.plural, STALE)


def same_uid(resource: Resource, before: Object, sent: Object) -> None:
    """
    Raises:
        Refused: a replacement names another uid; the words are those of the storage.
    """
    metadata, uid = before["metadata"], sent["metadata"].get("uid")
    if uid and uid != metadata["uid"]:
        place = "/".join(filter(None, (metadata.get("namespace", ""), metadata["name"])))
        why = (
            f"StorageError: invalid object, Code: 4, Key: /registry/{resource.group}/{resource.plural}/{place}, "
            "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: "
            f"UID in precondition: {uid}, UID in object meta: {metadata['uid']}"
        )
        raise refusals.conflict(metadata["name"], resource.group, resource.plural, why)


def same_version(resource: Resource, before: Object, version: str) -> None:
    """
    Raises:
        Refused: a replacement of another version, or of none where one is needed.
    """
    name = before["metadata"]["name"]
    if not version.strip("0") and not resource.unconditional:
        message = "Invalid value: 0: must be specified for an update"
        cause = refusals.Cause("metadata.resourceVersion", "FieldValueInvalid", message)
        raise refusals.invalid(name, resource.group, resource.plural, [cause])
    if version.strip("0") and version != before["metadata"]["resourceVersion"]:
        raise stale(resource, name)
