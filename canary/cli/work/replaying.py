"""Policies against recordings: one ending for each file."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from canary.cli.shell.entry import screen_of
from canary.cli.shell.screen import Screen, clean
from canary.cli.shell.world import World
from canary.cli.work.moments import shown
from canary.cli.work.shelf import find
from canary.errors import CanaryError, Invalid
from canary.replay import Ending, read, replay
from canary.rollout.policyfile import API_VERSION
from canary.terms import Exit

KIND = "Replay"


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Attributes:
        policy: a name, or the path of a file.
        increments: a file, or a folder of them.
        policies: where names are looked up.
    """

    policy: str
    increments: Path
    policies: Path


def files(world: World, asked: Asked, output: str) -> int:
    """Replay every file; a broken one is told and does not stop the others."""
    screen, code = screen_of(world), Exit.OK
    policy = find(asked.policy, asked.policies).policy
    for path in recordings(asked.increments):
        try:
            with path.open(encoding="utf-8", errors="replace") as lines:
                ending = replay(policy, read(lines, str(path)))
        except OSError as error:
            screen.failure(f"cannot be read: {error.strerror}", str(path))
            code = Exit.ERROR
        except CanaryError as error:
            screen.failure(error, error.at or str(path), error.hint)
            code = Exit.ERROR
        else:
            show(("file", str(path)), ending, screen, output)
    return code


def recordings(where: Path) -> Iterator[Path]:
    """The files to read, in the order of their names."""
    if not where.is_dir():
        yield where
        return
    inside = sorted(where.glob("*.jsonl"))
    if not inside:
        raise Invalid("there is no *.jsonl file in the folder", at=str(where))
    yield from inside


def show(about: tuple[str, str], ending: Ending, screen: Screen, output: str) -> None:
    """
    One ending.

    Args:
        about: the name of the field that says what was replayed, and its value.
    """
    if output == "json":
        told = {"apiVersion": API_VERSION, "kind": KIND, about[0]: about[1]} | asdict(ending)
        screen.line(json.dumps(told))
        return
    when = shown(ending.at) if ending.at else "not by the end"
    screen.line(
        f"{clean(about[1])}: {ending.verdict} {when}, step {ending.step}, after {ending.intervals} intervals"
    )
    screen.line(f"    {clean(ending.message)}")
