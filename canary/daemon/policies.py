"""
The policies of a directory, read again while running; a file that breaks keeps its last good policy.

Of the queries of metrics a rollout remembers only which they are, so each that was ever read is kept: the file may be
another by now, or gone.
"""

from collections.abc import Callable
from pathlib import Path

from canary.errors import Invalid
from canary.rollout import policyfile
from canary.rollout.policy import Policy
from canary.rollout.windows import Window

ROOM = 1000
"""Queries that are kept, 2 MiB at most; files that somebody writes anew all day are no leak."""


class Policies:
    """Policies by name. `told` gets a sentence whenever a file is refused."""

    def __init__(self, folder: Path, told: Callable[[str, Invalid], None], room: int = ROOM) -> None:
        """
        Args:
            room: queries that are kept.
        """
        self._room = room
        self._folder = folder
        self._told = told
        self._raw: dict[Path, bytes | str] = {}
        self._good: dict[Path, Policy] = {}
        self._refused: dict[Path, Invalid] = {}
        self._queries: dict[str, str] = {}

    def reload(self) -> bool:
        """Read what changed; whether anything did."""
        raw = {path: _raw(path) for path in sorted(self._folder.glob("*.yaml"))}
        changed = [path for path in raw if raw[path] != self._raw.get(path)]
        gone = self._raw.keys() - raw.keys()
        self._raw = raw
        self._good = {path: policy for path, policy in self._good.items() if path in raw}
        for path in changed:
            self._read(path, raw[path])
        return bool(changed or gone)

    def find(self, name: str) -> tuple[Policy | None, str]:
        """The policy of that name, or None and why there is none."""
        for policy in tuple(self._good.values()):
            if policy.name == name:
                return policy, ""
        return None, self._why(name)

    def windows(self) -> set[Window]:
        """All there are: starts wait for them."""
        return {window for policy in tuple(self._good.values()) for window in policy.windows}

    def query(self, key: str) -> str | None:
        """The query of a metric that a stamp calls so (`MetricGate.key`), in whichever policy it was ever read."""
        return self._queries.get(key)

    def _read(self, path: Path, raw: bytes | str) -> None:
        try:
            policy = self._good[path] = _parsed(raw, path.name)
            self._keep(policy)
            self._refused.pop(path, None)
        except Invalid as error:
            self._refused[path] = error
            self._told(path.name, error)

    def _keep(self, policy: Policy) -> None:
        for gate in policy.metrics:
            self._queries.pop(gate.key, None)
            self._queries[gate.key] = gate.query
        for key in tuple(self._queries)[: -self._room]:
            del self._queries[key]

    def _why(self, name: str) -> str:
        known = ", ".join(sorted(policy.name for policy in self._good.values())) or "none"
        for path, error in self._refused.items():
            if path.stem == name:
                return f"policy {name} was refused: {error} (at {error.at})"
        return f"there is no policy {name}; known are {known}"


def _parsed(raw: bytes | str, file: str) -> Policy:
    if isinstance(raw, str):
        raise Invalid(raw, at=file)
    return policyfile.read(policyfile.decoded(raw, file), file)


def _raw(path: Path) -> bytes | str:
    """What stands in the file, no more of it than a policy may have; a sentence where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(policyfile.SIZE_LIMIT + 1)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
