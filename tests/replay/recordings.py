"""Builders: a service at 500 requests per second, a tenth of them to the canary, of which a test changes one thing."""

import json
from collections.abc import Iterable
from typing import Any

T0 = 1_700_000_000


def a_line(number: int = 0, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    half = {"requests": 1125, "failures": 1}
    usual: dict[str, Any] = {
        "t": T0 + 5 * number,
        "canary": {"requests": 250, "failures": 0},
        "stable": {"requests": 2250, "failures": 2, "halves": [half, half]},
    }
    return {key: value for key, value in (usual | changes).items() if value != "absent"}


def text(lines: Iterable[dict[str, Any]]) -> list[str]:
    return [json.dumps(line) for line in lines]


def timed(requests: int, slow: dict[str, int], failures: int = 0) -> dict[str, Any]:
    return {"requests": requests, "failures": failures, "timed": requests, "slow": slow}
