"""What a command works with once its arguments are known to be right: a connection, a route, the world."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from canary.cli.shell.entry import screen_of
from canary.cli.shell.screen import Screen
from canary.cli.shell.target import Target
from canary.cli.shell.world import Server, World
from canary.cli.work.route import Place
from canary.clock import Clock


@dataclass(frozen=True, slots=True)
class Session:
    """One command about one route."""

    world: World
    server: Server
    place: Place

    @property
    def clock(self) -> Clock:
        return self.world.clock

    @property
    def screen(self) -> Screen:
        return screen_of(self.world)


@contextmanager
def opened(world: World, target: Target) -> Iterator[Session]:
    """A connection for as long as the command runs; `Stalled` where there are no credentials."""
    with closing(world.connect(target.access)) as server:
        yield Session(world, server, Place.of(target, server))
