"""What all models at the borders share: frozen, strict about unknown words, and units that people write."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

_PART = re.compile(r"([0-9]{1,7})(ms|s|m|h|d)", re.ASCII)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LONGEST = timedelta(days=366)
LONGEST_TEXT = 60
"""Characters that a duration needs at most: every unit once."""

_LARGEST = 1e9
"""Far above any part of a whole; an integer may be larger than any float."""

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%", re.ASCII)


class Frozen(BaseModel):
    """A model that cannot change and accepts no word it does not know."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


def parse_duration(value: object) -> timedelta:
    """`90s`, `10m`, `1h30m` as a duration."""
    if isinstance(value, timedelta):
        return value
    text = value if isinstance(value, str) else ""
    parts = _PART.findall(text[:LONGEST_TEXT])
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{value!r:.60} is no duration: write 90s, 10m or 1h30m")
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in parts)
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{value!r:.40} is longer than a year")
    return timedelta(seconds=seconds)


def format_duration(value: timedelta) -> str:
    """The shortest text that `parse_duration` reads back."""
    left, text = round(value / timedelta(milliseconds=1)), ""
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left = divmod(left, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def parse_part(value: object) -> float:
    """`12.5%` or `0.125` as 0.125."""
    if isinstance(value, str) and (percent := _PERCENT.fullmatch(value)):
        return round(float(percent.group(1)) / 100, 6)
    if isinstance(value, float) or (type(value) is int and abs(value) <= _LARGEST):
        return float(value)
    raise ValueError(f"{value!r:.60} is no part of a whole: write 12.5% or 0.125")


def _in_thousandths(value: float) -> float:
    if not 0 < value <= 1 or abs(value * 1000 - round(value * 1000)) > 1e-9:
        raise ValueError(f"{value:.4%} is no share: it must be from 0.1% to 100% in steps of 0.1%")
    return round(value, 3)


_WRITTEN_DURATION = {"type": "string", "pattern": f"^({_PART.pattern})+$"}
_WRITTEN_PART = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{_PERCENT.pattern}$"}]}

Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration),
    WithJsonSchema(_WRITTEN_DURATION),
]
Part = Annotated[float, BeforeValidator(parse_part), WithJsonSchema(_WRITTEN_PART)]


def _share(value: object) -> float:
    return _in_thousandths(parse_part(value))


Share = Annotated[float, BeforeValidator(_share), WithJsonSchema(_WRITTEN_PART)]
