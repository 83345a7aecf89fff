"""Who watches a demo on a terminal."""

from dataclasses import replace
from math import inf

import click
from rich.console import Console
from rich.live import Live

from canary.cli.shell.screen import Screen, clean
from canary.cli.work.retelling import summary, told_line
from canary.clock import Clock
from canary.demo.picture import picture
from canary.demo.play import Play
from canary.demo.result import DemoResult
from canary.demo.view import view

REDRAWN = 0.08
"""Seconds between two pictures, at least; and there is a new one every virtual second at most."""

SUMMARY = 4
"""Lines that are printed below the last picture."""

LOWEST, NARROWEST = 20, 40
"""What a picture needs; on a smaller terminal its edges are cut."""


class Spectator:
    """The live view, redrawn a few times a second; what was last seen stays on the terminal."""

    def __init__(self, screen: Screen, clock: Clock) -> None:
        self._screen = screen
        self._console = Console(no_color=True if screen.color is False else None, highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, vertical_overflow="crop")
        self._clock = clock
        self._drawn, self._second = -inf, -1

    def __enter__(self) -> "Spectator":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def see(self, play: Play) -> None:
        now = self._clock.monotonic()
        if not play.over and (now - self._drawn < REDRAWN or int(play.at) == self._second):
            return
        self._drawn, self._second = now, int(play.at)
        seen = picture(play)
        width, height = self._console.size
        earlier = [click.unstyle(told_line(told)) for told in play.told]
        shown = view(
            replace(seen, message=clean(seen.message)),
            max(width, NARROWEST),
            max(height - SUMMARY, LOWEST),
            earlier,
        )
        self._live.update(shown, refresh=True)

    def leave(self, result: DemoResult) -> None:
        for line in summary(result):
            self._screen.line(line)
