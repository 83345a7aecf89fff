"""To whom a demo is shown: a person who watches, one who reads lines, a program."""

import json
from types import TracebackType
from typing import Protocol

from canary.cli.shell.screen import Screen
from canary.cli.work.retelling import summary, told_line
from canary.cli.work.spectator import Spectator
from canary.clock import Clock
from canary.demo.play import Play
from canary.demo.result import DemoDecision, DemoResult


class Audience(Protocol):
    """A context: it is there while something is played."""

    def __enter__(self) -> "Audience": ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def see(self, play: Play) -> None:
        """A moment has passed."""

    def leave(self, result: DemoResult) -> None:
        """It is over."""


class Reader:
    """One line for each decision."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._seen = 0

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def see(self, play: Play) -> None:
        if not self._seen:
            self._screen.line(f"{play.scene.name}: {play.scene.sentence}")
        for told in play.told[self._seen :]:
            self._screen.line(told_line(told))
        self._seen = len(play.told)

    def leave(self, result: DemoResult) -> None:
        for line in summary(result):
            self._screen.line(line)


class Program:
    """JSON, one object a line: the decisions, then the result."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._seen = 0

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def see(self, play: Play) -> None:
        for told in play.told[self._seen :]:
            self._screen.line(as_json(DemoDecision.model_validate(told._asdict())))
        self._seen = len(play.told)

    def leave(self, result: DemoResult) -> None:
        self._screen.line(as_json(result))


def as_json(told: DemoDecision | DemoResult) -> str:
    """On one line, ASCII throughout."""
    return json.dumps(told.model_dump(mode="json", by_alias=True))


def audience_for(output: str, screen: Screen, clock: Clock) -> Audience:
    """By its name on the command line."""
    if output == "view":
        return Spectator(screen, clock)
    if output == "json":
        return Program(screen)
    return Reader(screen)
