"""
The command line: one file per command, imported when it is called.

`canary --help` and the parsing of arguments cost no more than click does. What talks to a cluster takes a quarter of a
second to import, so a command imports it in its body, once its arguments are known to be right.
"""

import sys
from typing import NoReturn

import click

from canary import __version__
from canary.cli.shell.completing import completed, for_kubectl
from canary.cli.shell.entry import called_as, execute, flushed, forgiving
from canary.cli.shell.group import Lazy
from canary.cli.shell.world import World

COMMANDS = (
    "check", "start", "status", "stat", "explain", "watch", "list", "slot", "history",
    "pause", "resume", "approve", "promote", "abort", "retry", "undo",
    "policy", "replay", "demo", "run", "completion", "version",
)  # fmt: skip
"""Each is `command` in the module of its name; in the order of the help."""


@click.group(
    cls=Lazy,
    names=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="canary %(version)s")
def program() -> None:
    """Progressive delivery for services in a Linkerd mesh: weights moved on evidence, taken back by itself."""


def main() -> NoReturn:
    """The `canary` and `kubectl-canary` commands."""
    forgiving(sys.stdout, sys.stderr)
    world, name = World.real(), called_as(sys.argv[0])
    code = completed(program, name, world.environ)
    if code is None:
        code = execute(program, sys.argv[1:], world, name)
    sys.exit(flushed(code))


def complete() -> NoReturn:
    """The `kubectl_complete-canary` command, which kubectl runs to complete `kubectl canary`."""
    for line in for_kubectl(program, sys.argv[1:]):
        click.echo(line)
    sys.exit(flushed(0))


__all__ = ["complete", "main", "program"]
