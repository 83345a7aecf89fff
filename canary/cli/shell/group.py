"""Commands that are imported when they are looked at."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click


class Lazy(click.Group):
    """
    Attributes:
        names: of the commands, in the order of the help; each is `command` in the module `canary.cli.<name>`.
    """

    def __init__(self, *args: Any, names: Sequence[str] = (), **kwargs: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **kwargs)
        self.names = list(names)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own
        return self.names

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self.names:
            return None
        found: click.Command = import_module(f"canary.cli.{cmd_name}").command
        return found
