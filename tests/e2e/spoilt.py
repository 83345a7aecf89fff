"""The real Prometheus with something in between: every question is passed on, the answer is spoiled on its way back."""

import json
from collections.abc import Callable
from typing import Any

import requests

from tests.metrics.scripted import Question, Reply, Script, failure, text

Said = dict[str, Any]
"""An answer of Prometheus, parsed."""

Spoil = Callable[[Said], Reply]

UPSTREAM_SECONDS = 10


def spoilt(url: str, spoil: Spoil) -> Script:
    """For a ScriptedServer in front of the Prometheus at `url`."""

    def says(question: Question) -> Reply:
        answer = requests.post(url + question.path, data=question.form, timeout=UPSTREAM_SECONDS)
        return spoil(answer.json())

    return says


def honest(said: Said) -> Reply:
    """As it was said."""
    return text(json.dumps(said))


def empty(said: Said) -> Reply:
    """Success, and no series at all, as from a Prometheus that was given another's place."""
    return honest(_with_rows(said, []))


def not_a_number(said: Said) -> Reply:
    """All series are there, each of their values is NaN."""
    rows = [{**row, "values": [[at, "NaN"] for at, _ in row["values"]]} for row in _rows(said)]
    return honest(_with_rows(said, rows))


def warned(said: Said) -> Reply:
    """All values are there, with a warning that there might be more, as a proxy before several Prometheus adds it."""
    return honest({**said, "warnings": ["one of two stores did not answer"]})


def refused(_: Said) -> Reply:
    """503, with a reason."""
    return failure(503, "unavailable", "the head block is being replayed")


def silent(_: Said) -> Reply:
    """The connection stands, nothing comes."""
    return Reply(hang=True)


def _rows(said: Said) -> list[Any]:
    """Those of a range query; the time, which is a scalar, has none."""
    return said["data"]["result"] if said["data"]["resultType"] == "matrix" else []


def _with_rows(said: Said, rows: list[Any]) -> Said:
    is_matrix = said["data"]["resultType"] == "matrix"
    return {**said, "data": {**said["data"], "result": rows}} if is_matrix else said
