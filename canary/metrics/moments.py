"""What a row of an answer is about: which backend in which interval, and who asked it."""

from collections.abc import Iterator
from typing import NamedTuple

from canary.metrics.answers import Series
from canary.metrics.queries import Columns


class Moment(NamedTuple):
    """One interval of one backend."""

    namespace: str
    service: str
    at: int


class Workload(NamedTuple):
    """Who asked: a Deployment; what runs as something else has no `deployment`. Neither = nobody knows."""

    namespace: str = ""
    deployment: str = ""

    def __str__(self) -> str:
        return "/".join(filter(None, self))


def moments(row: Series, columns: Columns, seconds: int) -> Iterator[tuple[Moment, object]]:
    """
    The row's values. A time off the grid belongs to no interval asked for.

    Args:
        seconds: U.
    """
    namespace, service = (row.labels.get(label, "") for label in columns.backend)
    for at, value in row.points:
        if at % seconds == 0:
            yield Moment(namespace, service, round(at) // seconds), value


def workload(row: Series, columns: Columns) -> Workload:
    """Who asked."""
    return Workload(*(row.labels.get(label, "") for label in columns.client))
