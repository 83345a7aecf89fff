"""The one `-o` option: in which form a command prints what it found."""

from collections.abc import Callable
from typing import Any

import click


def form(*forms: str, help: str = "Form.") -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # noqa: A002
    """An option `output`; the first form is the default."""
    return click.option(
        "-o", "--output", type=click.Choice(forms), default=forms[0], show_default=True, help=help
    )
