"""Puts the lines of a proxy's series in the order of a real page, under their headers."""

from collections.abc import Iterable

from canary.sim.exposition.catalogue import CATALOGUE

HEADERS = {family.name: family.header for family in CATALOGUE}


class Page:
    """One answer of `:4191/metrics` in the making."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {family.name: [] for family in CATALOGUE}

    def add(self, family: str, lines: Iterable[str]) -> None:
        """
        Add series to a family.

        Raises:
            KeyError: no proxy prints such a family.
        """
        self._lines[family].extend(lines)

    def text(self) -> str:
        """The whole page, `# EOF` at its end."""
        parts: list[str] = []
        for family in CATALOGUE:
            lines = self._lines[family.name]
            if lines or not family.legacy:
                parts.append(HEADERS[family.name])
                parts.extend(lines)
        parts.append("# EOF\n")
        return "\n".join(parts)
