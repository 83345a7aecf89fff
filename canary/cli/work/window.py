"""The live view of `canary watch`: redrawn on every change, and every second for its clock and the terminal's size."""

from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from canary.cli.shell.screen import Screen, clean
from canary.cli.work.pane import pane
from canary.cli.work.report import RolloutStatus
from canary.clock import Clock

LOWEST, NARROWEST = 12, 40
"""What a picture needs; on a smaller terminal its edges are cut."""


class Window:
    """A context: open while something is watched; what was last seen stays on the terminal."""

    def __init__(self, screen: Screen, clock: Clock, console: Console | None = None) -> None:
        self._clock = clock
        self._status: RolloutStatus | None = None
        self._earlier: tuple[str, ...] = ()
        no_color = True if screen.color is False else None
        self._console = console or Console(no_color=no_color, highlight=False)
        self._live = Live(
            console=self._console,
            get_renderable=self.picture,
            refresh_per_second=1,
            vertical_overflow="crop",
        )

    def __enter__(self) -> "Window":
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()
        if not self._console.is_terminal:
            self._console.line()  # rich ends the line on terminals only

    def tell(self, status: RolloutStatus) -> None:
        """Something has changed."""
        if self._status is None or _line(status) != _line(self._status):
            self.note(_line(status))
        self._status = status
        self._live.refresh()

    def note(self, text: str) -> None:
        """Something else to know."""
        self._earlier = (*self._earlier[-100:], f"{self._clock.now():%H:%M:%S}  {clean(text)}")
        self._live.refresh()

    def picture(self) -> Text:
        """What there is to see now."""
        if self._status is None:
            return Text()
        width, height = self._console.size
        size = max(width, NARROWEST), max(height - 1, LOWEST)
        return pane(self._status, self._earlier, self._clock.now(), size)


def _line(status: RolloutStatus) -> str:
    rollout = status.rollout
    if rollout is None:
        return "not picked up yet"
    return f"{rollout.name}  {rollout.share:4.0%}  {rollout.phase}  {rollout.reason}: {rollout.message}"
