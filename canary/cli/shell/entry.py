"""
The way in and the way out: whatever happens in a command, its exit code means what the table of exit codes says.

Codes of 10 and more are answers about a rollout, so an unexpected error, a broken pipe or a full disk is always 1.
"""

import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from canary.cli.shell.screen import Screen
from canary.cli.shell.world import World
from canary.errors import CanaryError
from canary.terms import Exit

DEBUG = "CANARY_DEBUG"


def execute(program: click.Group, arguments: Sequence[str], world: World, name: str = "canary") -> int:
    """
    Run one command; its exit code. Whatever it raises is told here, and only here.

    Not `click.main`, which ends the process by itself where the reader of a pipe has gone.
    """
    screen = screen_of(world)
    code: int = Exit.ERROR
    try:
        with program.make_context(name, list(arguments), obj=world, color=screen.color) as context:
            code = int(program.invoke(context) or Exit.OK)
    except click.exceptions.Exit as over:  # --help
        code = over.exit_code
    except click.UsageError as error:
        code = misused(error, screen)
    except KeyboardInterrupt:
        screen.note("interrupted")
        code = Exit.INTERRUPTED
    except CanaryError as error:
        screen.failure(error, error.at, error.hint)
    except BrokenPipeError:
        return code  # whoever read the output has gone
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the root of every command
        unexpected(error, screen, world)
    return code


def screen_of(world: World) -> Screen:
    """The screen that this environment asks for."""
    return Screen(False if world.environ.get("NO_COLOR") else None)


def misused(error: click.UsageError, screen: Screen) -> int:
    """A usage error in the shape of all others; help, where there was no command at all."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return Exit.USAGE
    path = error.ctx.command_path if error.ctx else "canary"
    screen.failure(error.format_message(), path, f"{path} --help")
    return Exit.USAGE


def unexpected(error: BaseException, screen: Screen, world: World) -> None:
    """Our bug: one line, and the traceback for those who ask."""
    if world.environ.get(DEBUG):
        click.echo("".join(traceback.format_exception(error)), err=True)
    screen.failure(
        f"unexpected {type(error).__name__}: {error}",
        "a bug in canary",
        f"run it again with {DEBUG}=1, and open an issue with what it prints",
    )


def called_as(path: str) -> str:
    """The name to show: kubectl runs `kubectl-canary` as `kubectl canary`."""
    name = Path(path).name
    return name.replace("-", " ") if name.startswith("kubectl-") else "canary"


def forgiving(*streams: TextIO) -> None:
    """A character that a terminal cannot show is no reason to fail."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def flushed(code: int) -> int:
    """The code; 1 if the output could not be written. Python itself would end with 120 then."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return Exit.ERROR
    return code
