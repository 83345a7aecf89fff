"""
Kubernetes quantities, as the adaptor's Go types read and write them: 1000 comes back as `1k`, 0.5 as `500m`.

On purpose not shared with the code under test, so that a mistake in either shows.
"""

import re
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from canary.errors import Invalid

DECIMAL = ("n", "u", "m", "", "k", "M", "G", "T", "P", "E")
BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
FACTORS = {
    **{suffix: Fraction(1000) ** (power - 3) for power, suffix in enumerate(DECIMAL)},
    **{suffix: Fraction(1024) ** power for power, suffix in enumerate(BINARY) if suffix},
}
FORM = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?P<suffix>[eE][+-]?[0-9]{1,2}|[A-Za-z]*)"
)

Written = str | int | float


def parse(written: object) -> Fraction:
    """
    The exact value.

    Raises:
        Invalid: it is no quantity.
    """
    number, suffix = _split(written)
    if suffix in FACTORS:
        return number * FACTORS[suffix]
    return number * Fraction(10) ** int(suffix[1:])


def canonical(written: object) -> str:
    """
    As Go prints it: the largest suffix that leaves a whole number; finer than a billionth is rounded up.

    Raises:
        Invalid: it is no quantity.
    """
    value = parse(written)
    _, suffix = _split(written)
    if suffix in BINARY[1:] and value.denominator == 1 and abs(value) >= 1024:
        return _largest(int(value), 1024, BINARY)
    if suffix not in FACTORS:
        return _largest(_billionths(value), 1000, [_exponent(power) for power in range(-9, 19, 3)])
    return _largest(_billionths(value), 1000, DECIMAL)


def _split(written: object) -> tuple[Fraction, str]:
    text = str(written)
    match = FORM.fullmatch(text)
    known = match and (match["suffix"] in FACTORS or match["suffix"][1:].lstrip("+-").isdigit())
    if isinstance(written, bool) or match is None or not known:
        raise Invalid(f"{text!r} is no quantity", hint="write the weight as a whole number")
    return Fraction(match["number"]), match["suffix"]


def _exponent(power: int) -> str:
    return f"e{power}" if power else ""


def _billionths(value: Fraction) -> int:
    scaled = value * 10**9
    return ceil(scaled) if scaled > 0 else floor(scaled)


def _largest(number: int, base: int, suffixes: tuple[str, ...] | list[str]) -> str:
    if number == 0:
        return "0"
    for suffix, larger in pairwise(suffixes):
        if number % base:
            return f"{number}{suffix}"
        number //= base
        last = larger
    return f"{number}{last}"
