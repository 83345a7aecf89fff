"""What the daemon's account asked of the API server, as the server itself has noted it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

READS = frozenset({"get", "list", "watch"})


class Asked(NamedTuple):
    """
    One request.

    Attributes:
        resource: with its group and subresource: `trafficsplits.split.smi-spec.io`, `canaryrollouts.canary.delivery/status`.
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
        """Those of the API server that make it write the log. Watches are noted when they begin, all others at their end."""
        users = [self._user]
        made = {
            "level": "Request",
            "users": users,
            "verbs": ["create"],
        }  # who is made is told by the body alone
        rules = [made, {"level": "Metadata", "users": users}, {"level": "None"}]
        policy = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": rules}
        self._policy.write_text(json.dumps(policy | {"omitStages": ["RequestReceived"]}))
        return {"audit-policy-file": self._policy, "audit-log-path": self._log}

    def mark(self) -> int:
        """This moment, for `since`."""
        return self._log.stat().st_size if self._log.exists() else 0

    def since(self, mark: int) -> list[Asked]:
        """Everything after that moment, in order."""
        with self._log.open("rb") as log:
            log.seek(mark)
            events = [json.loads(line) for line in log if line.endswith(b"\n")]
        return [
            _asked(event)
            for event in events
            if event["verb"] != "watch" or event["stage"] == "ResponseStarted"
        ]


def _asked(event: Mapping[str, object]) -> Asked:
    about = event.get("objectRef")
    status = event.get("responseStatus")
    assert isinstance(status, dict)
    known: Mapping[str, str] = about if isinstance(about, dict) else {}
    group, sub = known.get("apiGroup", ""), known.get("subresource", "")
    resource = (
        known.get("resource", str(event["requestURI"]))
        + (f".{group}" if group else "")
        + (f"/{sub}" if sub else "")
    )
    return Asked(
        str(event["verb"]), resource, known.get("namespace", ""), known.get("name", ""), int(status["code"])
    )
