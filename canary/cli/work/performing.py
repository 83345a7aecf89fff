"""`canary demo`: a scene, what is shown of it, and how fast."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path

from canary.cli.shell.entry import screen_of
from canary.cli.shell.options import duration
from canary.cli.shell.screen import Screen
from canary.cli.shell.world import World
from canary.cli.work.audience import Audience, audience_for
from canary.cli.work.shelf import Found, find
from canary.clock import Clock
from canary.demo.lockstep import UNIT, LockStep, opened
from canary.demo.outcome import outcome
from canary.demo.place import Setting
from canary.demo.play import BEFORE, Play
from canary.demo.scene import SPLIT, Scene
from canary.demo.scenes import SCENES, names, policies
from canary.errors import Invalid

PIECES = 10
"""Of a second while it is served: others wait no longer for the mesh to follow."""


ENDING = (signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options, as they were given."""

    speed: float | None
    policy: str | None
    policies: Path
    seed: int
    longest: str | None
    output: str | None
    serve: bool
    no_color: bool


class Pace:
    """Not faster than so many virtual seconds per second; None = as fast as it goes."""

    def __init__(self, clock: Clock, speed: float | None) -> None:
        self._clock, self._speed = clock, speed
        self._began = clock.monotonic()

    def keep(self, at: float) -> None:
        """Wait until virtual second `at` is due."""
        ahead = self._began + at / self._speed - self._clock.monotonic() if self._speed else 0.0
        if ahead > 0:
            self._clock.wait(threading.Event(), ahead)


def listed(world: World) -> int:
    """The scenes."""
    for scene in SCENES:
        end = f"{scene.end.phase}, exit {scene.end.exit}"
        screen_of(world).line(f"{scene.name:<9} {end:<20} {scene.sentence}")
    return 0


@contextmanager
def tidy() -> Iterator[None]:
    """A closed terminal or a SIGTERM ends it like Ctrl-C, so that nothing stays behind in the folder for such things."""
    former = {number: signal.signal(number, signal.default_int_handler) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def performed(world: World, name: str, wishes: Wishes) -> int:
    """
    Play it; the exit code.

    Raises:
        Invalid: there is no such scene or policy.
    """
    with tidy():
        return _performed(world, name, wishes)


def _performed(world: World, name: str, wishes: Wishes) -> int:
    scene = _named(name)
    longest = duration(wishes.longest, "--for").total_seconds() if wishes.longest else None
    found = _policy(wishes.policy or scene.policy, wishes.policies)
    setting = Setting(found.policy, found.text, wishes.seed)
    watched = sys.stdout.isatty() and wishes.output != "json"
    screen = _screen(world, wishes)
    audience = audience_for(wishes.output or ("view" if watched else "lines"), screen, world.clock)
    if wishes.serve:
        with opened(scene, replace(setting, start=_just_now(world.clock))) as show:
            _tell_how_to_get_in(show, screen)
            play = Play(show, scene, wishes.seed, inf if longest is None else longest)
            return _served(play, audience, Pace(world.clock, wishes.speed or 1.0))
    with opened(scene, setting) as show:
        play = Play(show, scene, wishes.seed, longest)
        return _played(play, audience, Pace(world.clock, wishes.speed or (scene.speed if watched else None)))


def _played(play: Play, audience: Audience, pace: Pace) -> int:
    with audience:
        audience.see(play)
        while not play.over:
            play.second()
            audience.see(play)
            pace.keep(play.at)
    result = outcome(play)
    audience.leave(result)
    return result.exit_code


def _served(play: Play, audience: Audience, pace: Pace) -> int:
    """Until it is interrupted, or for as long as was said; what others write is followed at once."""
    with audience:
        while play.at < play.longest:
            audience.see(play)
            play.piece(1 / PIECES)
            pace.keep(play.at)
    result = outcome(play)
    audience.leave(result)
    return result.exit_code


def _just_now(clock: Clock) -> datetime:
    """So that the rollout is asked for at about this moment, on the grid."""
    begins = (clock.now() - timedelta(seconds=BEFORE)).timestamp()
    return datetime.fromtimestamp(begins // UNIT * UNIT, UTC)


def _tell_how_to_get_in(show: LockStep, screen: Screen) -> None:
    screen.note(f"export KUBECONFIG={show.kubeconfig}")
    screen.note(f"then: canary status|pause|abort {SPLIT}, kubectl get trafficsplits -w")


def _policy(name: str, folder: Path) -> Found:
    """By its name or as a file; the demo has some of its own."""
    return find(name, policies() if name in {path.stem for path in policies().glob("*.yaml")} else folder)


def _named(name: str) -> Scene:
    for scene in SCENES:
        if scene.name == name:
            return scene
    raise Invalid(f"there is no scene {name}", hint=f"known are {', '.join(names())}")


def _screen(world: World, wishes: Wishes) -> Screen:
    return Screen(False) if wishes.no_color else screen_of(world)
