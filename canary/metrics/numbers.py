"""
Numbers from PromQL that an admin wrote, one at the end of each interval.

Nothing is known about such a query but that it is lexically whole and that its placeholders are escaped. So each is a
question of its own, with a deadline of its own, and it has to answer with exactly one series: of two nobody could say
which one is meant, and none may be a name that was spelled wrongly.
"""

from canary.clock import Clock, SystemClock
from canary.metrics.answers import Series, matrix, number
from canary.metrics.connection import Connection
from canary.metrics.deadline import Deadline
from canary.metrics.source import Points, Timing

PATIENCE_SECONDS = 5.0
"""An interval as a rule: a query that takes longer cannot be asked in each."""


class PromQL:
    """Numbers from Prometheus."""

    def __init__(
        self,
        connection: Connection,
        timing: Timing,
        clock: Clock | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """
        Args:
            patience: seconds for one query.
        """
        self._connection = connection
        self._seconds = timing.interval
        self._clock = clock or SystemClock()
        self._patience = patience

    def points(self, query: str, first: int, last: int) -> Points:
        """As `Numbers.points`; one query."""
        span = range(first * self._seconds, last * self._seconds + 1, self._seconds)
        answer = self._connection.window(query, span, Deadline(self._clock, self._patience))
        if answer.warnings:
            return _unknown(span, f"Prometheus warned: {answer.warnings[0]}")
        rows = matrix(answer)
        if not rows:
            return _unknown(span, "it answers nothing: does a name or a label in it not exist?")
        if len(rows) > 1:
            return _unknown(
                span, f"it answers {len(rows)} series where one number is due: `sum` or `max` makes it one"
            )
        return _points(rows[0], span)


def _unknown(span: range, why: str) -> Points:
    return Points((None,) * len(span), why)


def _points(row: Series, span: range) -> Points:
    sent = dict(row.points)
    values = tuple(number(sent.get(at)) for at in span)
    unknown = [sent.get(at) for at, value in zip(span, values, strict=True) if value is None]
    if not unknown:
        return Points(values)
    newest = "nothing" if unknown[-1] is None else f"{unknown[-1]!s:.40}"
    return Points(
        values, f"it answers {newest} at {len(unknown)} of {len(values)} points, where a number is due"
    )
