"""An executor without threads."""

from collections import deque
from collections.abc import Callable


class Jobs:
    """An executor whose jobs are done when it is asked to, in order."""

    def __init__(self) -> None:
        self._jobs: deque[Callable[[], None]] = deque()

    def submit(self, job: Callable[[], None]) -> None:
        self._jobs.append(job)

    def work(self) -> bool:
        """Do what there is; whether there was anything."""
        did = bool(self._jobs)
        while self._jobs:
            self._jobs.popleft()()
        return did
