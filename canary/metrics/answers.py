"""
Prometheus' answers, read strictly.

What is not shaped as documented fails the whole answer. Single values stay as they came: one bad number concerns one
rollout, and the fold judges it.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from canary.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful one; `warnings` mean that it may be partial."""

    data: Mapping[str, object]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One row of a matrix: its labels, and (seconds, value as sent) in order."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, object], ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of a vector: its labels and its value as sent."""

    labels: Mapping[str, str]
    value: object


def read(body: bytes) -> Answer:
    """
    The answer in a body.

    Raises:
        Unavailable: this is no success of Prometheus' API.
    """
    said = _json(body)
    if (
        not isinstance(said, dict)
        or said.get("status") != "success"
        or not isinstance(said.get("data"), dict)
    ):
        raise Unavailable("Prometheus' answer is not shaped like one; is this the address of a Prometheus?")
    warnings = said.get("warnings") or ()
    if not isinstance(warnings, (list, tuple)):
        raise Unavailable("Prometheus' warnings are not shaped like a list")
    return Answer(said["data"], tuple(str(warning) for warning in warnings))


def explain(body: bytes) -> str:
    """What an error's body says, where it is Prometheus'; else ""."""
    try:
        said = _json(body)
    except Unavailable:
        return ""
    if not isinstance(said, dict) or "error" not in said:
        return ""
    return f"{said.get('errorType')}: {said['error']}"[:300]


def scalar(answer: Answer) -> float:
    """
    The number of an instant query for one.

    Raises:
        Unavailable: it is none, or not a finite one.
    """
    result = answer.data.get("result")
    if answer.data.get("resultType") == "scalar" and isinstance(result, list) and len(result) == 2:
        value = number(result[1])
        if value is not None:
            return value
    raise Unavailable("Prometheus did not answer with a number")


def matrix(answer: Answer) -> tuple[Series, ...]:
    """
    The rows of a range query.

    Raises:
        Unavailable: it is no matrix.
    """
    result = answer.data.get("result")
    if answer.data.get("resultType") != "matrix" or not isinstance(result, list):
        raise Unavailable("Prometheus did not answer with a matrix")
    return tuple(_series(row) for row in result)


def vector(answer: Answer) -> tuple[Sample, ...]:
    """
    The rows of an instant query.

    Raises:
        Unavailable: it is no vector.
    """
    result = answer.data.get("result")
    if answer.data.get("resultType") != "vector" or not isinstance(result, list):
        raise Unavailable("Prometheus did not answer with a vector")
    return tuple(_sample(row) for row in result)


def number(sent: object) -> float | None:
    """A finite number written as Prometheus writes values, in a string; None for anything else."""
    if not isinstance(sent, str) or not sent.isascii():
        return None
    try:
        value = float(sent)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _sample(row: object) -> Sample:
    labels, value = _row(row, "value")
    return Sample(labels, _point(value)[1])


def _series(row: object) -> Series:
    labels, values = _row(row, "values")
    return Series(labels, tuple(_point(point) for point in values))


def _row(row: object, values: str) -> tuple[Mapping[str, str], Sequence[object]]:
    """Its labels, and the list called `values` or `value`."""
    if (
        not isinstance(row, dict)
        or not isinstance(row.get("metric"), dict)
        or not isinstance(row.get(values), list)
    ):
        raise Unavailable("a row of Prometheus' answer has no labels or no values")
    labels = row["metric"]
    if not all(isinstance(value, str) for value in labels.values()):
        raise Unavailable("a row of Prometheus' answer has a label that is no text")
    return labels, row[values]


def _point(point: object) -> tuple[float, object]:
    if not isinstance(point, list) or len(point) != 2 or type(point[0]) not in (int, float):
        raise Unavailable("a point of Prometheus' answer is no pair of a time and a value")
    if not math.isfinite(point[0]):
        raise Unavailable("a point of Prometheus' answer has no finite time")
    return point[0], point[1]


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unavailable(
            "Prometheus did not answer with JSON; is this the address of a Prometheus?"
        ) from error
