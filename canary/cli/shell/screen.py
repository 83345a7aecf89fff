"""
What commands print: results on stdout, errors on stderr, colour on a terminal only.

Names and sentences come from a cluster, where anybody may have written anything: what could move the cursor, hide
text or turn its direction is replaced.
"""

import unicodedata
from dataclasses import dataclass

import click

LONGEST = 1000
"""Characters of one cell or sentence."""

_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, invisible marks (bidirectional ones too), halves of pairs, private and unassigned ones, odd line ends."""


def clean(text: object, longest: int = LONGEST) -> str:
    """Safe for a terminal, on one line, and no longer than a person reads."""
    line = " ".join(str(text)[: LONGEST * 2].split())
    safe = "".join("\ufffd" if unicodedata.category(char) in _UNPRINTABLE else char for char in line)
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"


@dataclass(frozen=True, slots=True)
class Screen:
    """
    Attributes:
        color: False: never; None: on a terminal.
    """

    color: bool | None = None

    def line(self, text: str = "") -> None:
        """One line of the result; what comes from a cluster was made `clean` by whoever put it in."""
        click.echo(text, color=self.color)

    def note(self, text: str) -> None:
        """Something to know that is not the result."""
        click.echo(clean(text), err=True, color=self.color)

    def failure(self, what: object, at: str = "", hint: str = "") -> None:
        """What is wrong, where, and what to do about it."""
        for label, text in (("error", what), ("at", at), ("try", hint)):
            if text:
                said = click.style(f"{label}:", fg="red" if label == "error" else None, bold=True)
                click.echo(f"{said} {clean(text)}", err=True, color=self.color)


def paint(text: str, color: str) -> str:
    """In a colour, which the screen drops where there is no terminal; "" is none."""
    return click.style(text, fg=color) if color else text
