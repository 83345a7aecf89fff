"""
Completion in shells, by click's own protocol, and in `kubectl canary`, by cobra's.

A shell calls the program itself, with a variable set that says what it wants to know; kubectl calls
`kubectl_complete-canary` with the words of the line.
"""

from collections.abc import Iterator, Mapping, Sequence

import click

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_CANARY_COMPLETE"

NO_FILES = ":4"
"""Cobra's last line: what was printed is all there is, file names do not belong here."""


def script(program: click.Group, shell: str, name: str) -> str:
    """What a shell has to read once so that it completes; `name` is that of the executable."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - nobody else needs it

    kind = get_completion_class(shell)
    if kind is None:
        raise LookupError(f"click does not know {shell}")
    return kind(program, {}, name, VARIABLE).source()


def completed(program: click.Group, name: str, environ: Mapping[str, str]) -> int | None:
    """Answer a shell that completes a line; None where it wants the program to run."""
    instruction = environ.get(VARIABLE)
    if not instruction:
        return None
    from click.shell_completion import shell_complete  # noqa: PLC0415

    return shell_complete(program, {}, name, VARIABLE, instruction)


def for_kubectl(program: click.Group, words: Sequence[str]) -> Iterator[str]:
    """The lines kubectl wants to hear about the last word."""
    from click.shell_completion import ShellComplete  # noqa: PLC0415

    *before, incomplete = words or ("",)
    for item in ShellComplete(program, {}, "kubectl canary", VARIABLE).get_completions(
        list(before), incomplete
    ):
        if item.type == "plain":
            yield f"{item.value}\t{item.help}" if item.help else str(item.value)
    yield NO_FILES
