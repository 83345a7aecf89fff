"""
Increments in a file: JSON Lines, one interval a line.

    {"t": 1700000000, "canary": {"requests": 50, "failures": 0, "timed": 50, "slow": {"100": 3}}, "stable": {…}}

`t` is the end of the interval, Unix seconds. Both arms have `requests` and `failures`, and may have `timed` (responses
with a measured latency) and `slow` (of these, slower than so many milliseconds); stable may have `halves`, two arms.
`strata`, a list of {"canary": …, "stable": …}, stands instead of the two where callers are told apart; null for an
arm says that nothing is known. `step` says on which step of the ladder the route was.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from canary.errors import Invalid
from canary.evidence import Interval
from canary.replay.arms import Bounds, interval

USUAL = 5
"""Seconds of an interval, where a file with a single one does not say."""

KNOWN = frozenset({"t", "canary", "stable", "strata", "step"})


class Line(NamedTuple):
    """
    One interval of a recording.

    Attributes:
        t: its end, Unix seconds.
        step: on which step the route was; None = the file does not say.
    """

    t: float
    step: int | None
    interval: Interval


@dataclass(frozen=True, slots=True)
class Recording:
    """
    Attributes:
        seconds: length of an interval.
        bounds: of the latency histogram, ms, ascending; `Arm.slow` counts in this order.
        lines: in order; indices of intervals count from 1 at the first one, and leave out what the file leaves out.
    """

    seconds: float
    bounds: tuple[float, ...]
    lines: tuple[Line, ...]

    def tails(self) -> dict[float, float]:
        """Part of stable's responses that was slower than each bound, 0-1; {} without any."""
        timed, slow = 0.0, [0.0] * len(self.bounds)
        for stratum in (one for line in self.lines for one in line.interval.strata or ()):
            timed += stratum.stable.timed
            slow = [sum(pair) for pair in zip(slow, stratum.stable.slow or slow, strict=True)]
        return {bound: count / timed for bound, count in zip(self.bounds, slow, strict=True)} if timed else {}


def read(lines: Iterable[str], file: str) -> Recording:
    """
    What a file holds.

    Raises:
        Invalid: with `at` = file:line.
    """
    raws = tuple(_objects(lines, file))
    if not raws:
        raise Invalid("there is no interval in the file", at=file, hint="one JSON object a line")
    seconds, bounds = _length(raws), Bounds.of(raw for _, raw in raws)
    return Recording(seconds, bounds.ms, tuple(_read(raws, bounds, seconds)))


def _objects(lines: Iterable[str], file: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    before = float("-inf")
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        at = f"{file}:{number}"
        raw = _parsed(text, at)
        if raw["t"] <= before:
            raise Invalid(f"t is {raw['t']:g}, not later than {before:g} on the line before", at=at)
        before = raw["t"]
        yield at, raw


def _parsed(text: str, at: str) -> dict[str, Any]:
    try:
        raw = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"this is no JSON: {error}", at=at) from error
    if not isinstance(raw, dict):
        raise Invalid(
            "an interval is a JSON object", at=at, hint='{"t": 1700000000, "canary": {…}, "stable": {…}}'
        )
    if unknown := sorted(raw.keys() - KNOWN):
        raise Invalid(f"unknown field {unknown[0]!r}", at=at, hint=f"known are {', '.join(sorted(KNOWN))}")
    if type(raw.get("t")) not in (int, float) or not 0 < raw["t"] < 1e12:
        raise Invalid("t must be the end of the interval in Unix seconds", at=at)
    return raw


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number here")


def _length(raws: tuple[tuple[str, Mapping[str, Any]], ...]) -> float:
    ends = [raw["t"] for _, raw in raws]
    return float(min((later - sooner for sooner, later in pairwise(ends)), default=USUAL))


def _read(raws: tuple[tuple[str, Mapping[str, Any]], ...], bounds: Bounds, seconds: float) -> Iterator[Line]:
    first, before = raws[0][1]["t"], 0
    for at, raw in raws:
        place = (raw["t"] - first) / seconds
        if abs(place - round(place)) > 1e-6:
            raise Invalid(
                f"t is not on the grid: intervals of this file are {seconds:g} s long, from t = {first:g} on",
                at=at,
            )
        step = _step(raw.get("step"), before, at)
        before = step or before
        yield Line(raw["t"], step, interval(raw, 1 + round(place), bounds, at))


def _step(value: object, before: int, at: str) -> int | None:
    if value is None:
        return None
    if type(value) is not int or value < 1:
        raise Invalid("step is a number from 1 on", at=at)
    if value < before:
        raise Invalid(
            f"step goes back from {before} to {value}: put each attempt into a file of its own", at=at
        )
    return value
