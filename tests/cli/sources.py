"""A Prometheus in memory, as commands reach it by its address."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from canary.cli.shell.world import World
from canary.evidence import Arm, Stratum
from canary.metrics.source import Source, Timing
from tests.cli.fakes import Memory, a_world
from tests.daemon.scripted import Counters, Script

URL = "http://prometheus:9090"
NOW = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
"""The commands' clock begins there as well."""

WITH = ("--prometheus", URL)


class Told(Counters):
    """It is NOW, or the moment that is asked for."""

    def __init__(self, says: Script | Stratum | None, at: float | None = None) -> None:
        super().__init__(says)
        self.at = at

    def time(self) -> float:
        return NOW if self.at is None else self.at


@dataclass
class Prometheus:
    """
    What there is behind URL.

    Attributes:
        opened: grid and moment of each connection, and what was asked over it.
        prepare: last touches to each connection.
    """

    says: Script | Stratum | None
    prepare: Callable[[Told], None] = lambda _: None
    opened: list[tuple[Timing, Told]] = field(default_factory=list)

    def open(self, url: str, timing: Timing, at: float | None) -> Source:
        assert url == URL
        told = Told(self.says, at)
        self.prepare(told)
        self.opened.append((timing, told))
        return told

    def beside(self, server: Memory, **environ: str) -> World:
        """The world of a command."""
        return replace(a_world(server, **environ), source=self.open)


def a_stratum(failures: float = 0) -> Stratum:
    """A thousand requests per interval, half of them to the canary, of which some fail."""
    return Stratum(Arm(500, failures), Arm(500, 1), "shop/web")
