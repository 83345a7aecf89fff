"""`canary completion`."""

import click

from canary.cli.shell.completing import SHELLS, script
from canary.cli.shell.entry import screen_of
from canary.cli.shell.world import World


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """
    A script with which SHELL completes commands and options.

    \b
    bash: eval "$(canary completion bash)"     in ~/.bashrc
    zsh:  eval "$(canary completion zsh)"      in ~/.zshrc
    fish: canary completion fish | source      in ~/.config/fish/config.fish

    kubectl completes `kubectl canary` by itself, as long as kubectl_complete-canary is on the PATH as well.
    """
    program = context.find_root()
    world: World = context.obj
    if not isinstance(program.command, click.Group):
        raise TypeError("the root is the group of all commands")
    name = (program.info_name or "canary").replace(" ", "-")
    screen_of(world).line(script(program.command, shell, name))
    return 0
