"""Where a scene is played: its policy, its seed, a folder for the files that the daemon reads, and its API server."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from canary.demo.scene import NAMESPACE
from canary.rollout.policy import Policy
from canary.sim.server import ApiServer
from canary.sim.store import Store

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""When scenes begin that nobody looks at from outside."""


@dataclass(frozen=True, slots=True)
class Setting:
    """
    Attributes:
        policy: by which the rollout goes; `text` is its file.
        start: what the clock shows at first, on the grid.
    """

    policy: Policy
    text: str
    seed: int = 1
    start: datetime = EPOCH


class Place:
    """A folder for the files that the daemon reads, and the API server; both until it is left."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: ApiServer | None = None

    def serve(self, store: Store) -> Path:
        """The kubeconfig of a server on loopback."""
        self._server = ApiServer(store)
        self._server.start()
        return self._server.kubeconfig(self._folder / "kubeconfig", namespace=NAMESPACE)

    def policies(self, setting: Setting) -> Path:
        """A folder with that policy alone."""
        folder = self._folder / "policies"
        folder.mkdir()
        (folder / f"{setting.policy.name}.yaml").write_text(setting.text, encoding="utf-8")
        return folder

    def leave(self) -> None:
        if self._server:
            self._server.stop()
