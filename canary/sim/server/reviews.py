"""Who am I, and may I: everybody is whom he says, and may do everything."""

from typing import Any

from canary.sim.server.asked import Asked, Path
from canary.sim.server.discovery import REVIEWS

Object = dict[str, Any]

GROUPS = ["system:masters", "system:authenticated"]


def review(asked: Asked, path: Path) -> Object | None:
    """The answer to a review; None: it is none."""
    plural, kind = REVIEWS.get(path.group, ("", ""))
    if asked.method != "POST" or not plural or path.plural != plural:
        return None
    head = {"kind": kind, "apiVersion": f"{path.group}/{path.version}", "metadata": {}}
    if kind == "SelfSubjectReview":
        return {**head, "status": {"userInfo": {"username": asked.user, "groups": GROUPS}}}
    spec = asked.object(kind).get("spec") or {}
    return {**head, "spec": spec, "status": {"allowed": True}}
