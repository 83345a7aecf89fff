"""Text in columns, and what stands in some of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import click

GAP = "  "

CELL = 60
"""Characters of a name in a table; those of Kubernetes may have 253, and strangers' annotations any number."""


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each as wide as its widest cell, colours not counted; the last one as it is."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        yield GAP.join(cells).rstrip()


def _width(cell: str) -> int:
    return len(click.unstyle(cell))


def age(then: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit, as kubectl has it; "?" where nobody knows."""
    if then is None:
        return "?"
    seconds = max(0, int((now - then).total_seconds()))
    sizes = (("d", 86_400), ("h", 3600), ("m", 60))
    return next((f"{seconds // size}{unit}" for unit, size in sizes if seconds >= 2 * size), f"{seconds}s")
