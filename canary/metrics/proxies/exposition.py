"""
The text of a metrics page, read strictly and fast.

Both generations of a Linkerd page are understood: counters with and without `_total`, `le` last or first, written
`50` or `50.0`. An empty label is an absent one, as for Prometheus. Whatever cannot be read fails the whole page: half
a page looks like counters that vanished, and what comes back is counted from zero.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from canary.errors import Unavailable
from canary.metrics.proxies.words import NAME, Labels, labels, number, value

LINES = 100_000
"""A client of 200 backends has some 12,000."""

BUCKET = "_bucket"
TOTAL = "_total"
LE = "le"
LAST = ',le="'
"""What comes before a bound that is the last label, as the older generation prints it."""


class Sample(NamedTuple):
    """
    One line.

    Attributes:
        name: of the family, without a counter's `_total`; a bucket's ends in `_bucket`.
        labels: without `le`.
        bound: a bucket's `le`; None for anything else.
    """

    name: str
    labels: Labels
    bound: float | None
    value: float


def samples(page: str, wanted: Collection[str]) -> Iterator[Sample]:
    """
    The samples of the families `wanted`, named without `_total`; of other lines only the names are looked at.

    Raises:
        Unavailable: the page is too long, cut off, or has a line that is none; says which.
    """
    if page and not page.endswith("\n"):
        raise Unavailable(f"line {page.count(chr(10)) + 1} of the page is cut off")
    if page.count("\n") > LINES:
        raise Unavailable(f"the page has more than {LINES:,} lines")
    reader = _Reader(wanted)
    try:
        yield from reader.read(page)
    except ValueError as error:
        raise Unavailable(f"line {reader.line} of the page cannot be read: {error}") from error


class _Reader:
    """What repeats within a page is read once: names, and the labels that a histogram's buckets share."""

    def __init__(self, wanted: Collection[str]) -> None:
        self.line = 0
        self._wanted = wanted
        self._families: dict[str, str] = {}
        self._labels: dict[str, Labels] = {}
        self._bounds: dict[str, float] = {}
        self._run: tuple[str, str, Labels] | None = None

    def read(self, page: str) -> Iterator[Sample]:
        for self.line, line in enumerate(page.split("\n"), 1):
            if not line or line[0] == "#" or line.isspace():
                continue
            sample = self._next_bucket(line) or self._any(line)
            if sample:
                yield sample

    def _next_bucket(self, line: str) -> Sample | None:
        """Most lines are the line before with another bound and value."""
        if self._run is None or not line.startswith(self._run[0]):
            return None
        start, family, shared = self._run
        bound, last, rest = line[len(start) :].partition('"} ')
        if not last or '"' in bound:
            return None
        return Sample(family, shared, self._bound(bound), value(rest))

    def _any(self, line: str) -> Sample | None:
        self._run = None
        name, brace, rest = line.partition("{")
        if not brace:
            name, _, rest = line.strip().replace("\t", " ").partition(" ")
        family = self._families.get(name)
        if family is None:
            family = self._families[name] = self._family(name.strip())
        if not family:
            return None
        text, closed, rest = rest.rpartition("}") if brace else ("", "}", rest)
        if not closed:
            raise ValueError("its labels do not end")
        if family.endswith(BUCKET):
            return self._bucket(name, family, text, rest)
        return Sample(family, self._read(text), None, value(rest))

    def _family(self, name: str) -> str:
        """Its name where it is wanted, else ""."""
        if not name.startswith("#") and not NAME.fullmatch(name):
            raise ValueError(f"{name[:60]!r} is no name of a metric")
        family = name.removesuffix(TOTAL)
        return family if family in self._wanted else ""

    def _bucket(self, name: str, family: str, text: str, rest: str) -> Sample:
        """A quote within a value is escaped, so that `,le="` is a label wherever it stands."""
        shared, last, bound = text.rpartition(LAST)
        if last and bound.count('"') == 1 and bound.endswith('"'):
            found = self._read(shared)
            self._run = (f"{name}{{{shared}{LAST}", family, found)
            return Sample(family, found, self._bound(bound[:-1]), value(rest))
        others = dict(self._read(text))
        bound = others.pop(LE, "")
        return Sample(family, tuple(others.items()), self._bound(bound), value(rest))

    def _bound(self, text: str) -> float:
        found = self._bounds.get(text)
        if found is None:
            found = self._bounds[text] = number(text)
        return found

    def _read(self, text: str) -> Labels:
        found = self._labels.get(text)
        if found is None:
            found = self._labels[text] = labels(text)
        return found
