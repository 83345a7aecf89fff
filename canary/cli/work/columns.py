"""Text in columns."""

from collections.abc import Iterator, Sequence

import click

GAP = "  "


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each as wide as its widest cell, colours not counted; the last one as it is."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        yield GAP.join(cells).rstrip()


def _width(cell: str) -> int:
    return len(click.unstyle(cell))
