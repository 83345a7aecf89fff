"""What the daemon's account asked of the API server, as the server itself has noted it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.beds.api import Object

READS = frozenset({"get", "list", "watch"})


class Asked(NamedTuple):
    """
    One request.

    Attributes:
        namespace, name: "" where it was about none in particular.
        code: of the answer.
    """

    verb: str
    resource: str
    namespace: str
    name: str
    code: int

    @property
    def writes(self) -> bool:
        return self.verb not in READS


class Audit:
    """The log of one user's requests, in a folder."""

    def __init__(self, folder: Path, user: str) -> None:
        self._log = folder / "audit.log"
        self._policy = folder / "audit-policy.yaml"
        self._user = user

    def flags(self) -> Mapping[str, object]:
        """Those of the API server that make it write the log."""
        user = {"users": [self._user]}
        made = {
            "level": "Request",
            "verbs": ["create"],
            **user,
        }  # the name of what is made stands in the body alone
        rules = [made, {"level": "Metadata", **user}, {"level": "None"}]
        policy = {
            "apiVersion": "audit.k8s.io/v1",
            "kind": "Policy",
            "omitStages": ["RequestReceived"],
            "rules": rules,
        }
        self._policy.write_text(json.dumps(policy))
        return {"audit-policy-file": self._policy, "audit-log-path": self._log}

    def mark(self) -> int:
        """This moment, for `since`."""
        return self._log.stat().st_size if self._log.exists() else 0

    def since(self, mark: int) -> list[Asked]:
        """Everything after that moment, in order; a watch when it begins, and again when it ends."""
        with self._log.open("rb") as log:
            log.seek(mark)
            return [_asked(json.loads(line)) for line in log if line.endswith(b"\n")]


def _asked(event: Object) -> Asked:
    about = event.get("objectRef", {})
    resource, namespace, name = (str(about.get(key, "")) for key in ("resource", "namespace", "name"))
    return Asked(event["verb"], resource, namespace, name, event["responseStatus"]["code"])
