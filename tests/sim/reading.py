"""Reads a metrics page for what it says, keeping the order of labels."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LINE = re.compile(r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?P<labels>.*)\})? (?P<value>\S+)")
LABEL = re.compile(r'(\w+)="([^"]*)"(?:,|$)')
TYPE = re.compile(r"# TYPE (\S+) (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Sample:
    name: str
    labels: tuple[tuple[str, str], ...]
    value: float

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for key, _ in self.labels)


def measured(name: str) -> str:
    """A page of a real proxy v2.359.0, shortened to a few series per family."""
    return (Path(__file__).parent / "pages" / f"{name}.prom").read_text()


def samples(page: str) -> Iterator[Sample]:
    for line in page.splitlines():
        if not line.startswith("#"):
            match = LINE.fullmatch(line)
            assert match, line
            labels = LABEL.findall(match["labels"] or "")
            yield Sample(match["name"], tuple(labels), float(match["value"]))


def series(page: str, name: str, **labels: str) -> list[Sample]:
    """The samples of that name with these labels; "" also stands for an absent one, as in Prometheus."""
    return [
        sample
        for sample in samples(page)
        if sample.name == name and all(dict(sample.labels).get(k, "") == v for k, v in labels.items())
    ]


def total(page: str, name: str, **labels: str) -> float:
    return sum(sample.value for sample in series(page, name, **labels))


def types(page: str) -> dict[str, str]:
    return dict(TYPE.findall(page))
