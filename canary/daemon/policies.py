"""The policies of a directory, read again while running; a file that breaks keeps its last good policy."""

from collections.abc import Callable
from pathlib import Path

from canary.errors import Invalid
from canary.rollout import policyfile
from canary.rollout.policy import Policy


class Policies:
    """Policies by name. `told` gets a sentence whenever a file is refused."""

    def __init__(self, folder: Path, told: Callable[[str, Invalid], None]) -> None:
        self._folder = folder
        self._told = told
        self._texts: dict[Path, str] = {}
        self._good: dict[Path, Policy] = {}
        self._refused: dict[Path, Invalid] = {}

    def reload(self) -> bool:
        """Read what changed; whether anything did."""
        texts = {path: _text(path) for path in sorted(self._folder.glob("*.yaml"))}
        changed = [path for path in texts if texts[path] != self._texts.get(path)]
        gone = self._texts.keys() - texts.keys()
        self._texts = texts
        self._good = {path: policy for path, policy in self._good.items() if path in texts}
        for path in changed:
            self._read(path, texts[path])
        return bool(changed or gone)

    def find(self, name: str) -> tuple[Policy | None, str]:
        """The policy of that name, or None and why there is none."""
        for policy in tuple(self._good.values()):
            if policy.name == name:
                return policy, ""
        return None, self._why(name)

    def _read(self, path: Path, text: str) -> None:
        try:
            self._good[path] = policyfile.read(text, path.name)
            self._refused.pop(path, None)
        except Invalid as error:
            self._refused[path] = error
            self._told(path.name, error)

    def _why(self, name: str) -> str:
        known = ", ".join(sorted(policy.name for policy in self._good.values())) or "none"
        for path, error in self._refused.items():
            if path.stem == name:
                return f"policy {name} was refused: {error} (at {error.at})"
        return f"there is no policy {name}; known are {known}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return f"# cannot be read: {error}"
