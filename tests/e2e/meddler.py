"""Somebody who writes to the split all the time: whoever writes to the version that he read is often too late."""

import itertools
import threading
from types import TracebackType
from typing import Self

from tests.beds.patience import rest
from tests.e2e.world import World

MANAGER = "meddler"
WORD = "example.com/looked-at"
"""None of ours: it says nothing to a rollout."""


class Meddler:
    """
    Works while its context is open.

    Attributes:
        writes: how many it has made.
    """

    def __init__(self, world: World, every: float) -> None:
        """
        Args:
            every: seconds between two writes. While as many pass between reading and writing, nobody else gets a
                write through; a few times as many let most through.
        """
        self.writes = 0
        self._world, self._every = world, every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=MANAGER, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        for self.writes in itertools.count(1):
            note = {"metadata": {"annotations": {WORD: str(self.writes)}}}
            self._world.patch_split(note, MANAGER)
            if rest(self._every, self._stop):
                return
