"""Text in columns."""

from collections.abc import Iterator, Sequence

GAP = "  "


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each as wide as its widest cell; the last one as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
