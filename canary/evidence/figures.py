"""Numbers in a checkpoint: four significant digits in as few characters as JSON allows, and nothing odd read back."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context

from canary.evidence.plausible import MOST
from canary.evidence.purse import HIGHEST

DIGITS = 4
DOWN = Context(prec=DIGITS, rounding=ROUND_FLOOR)
UP = Context(prec=DIGITS, rounding=ROUND_CEILING)
NEAR = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN)

PENNY = 1e-12
"""Money below it is written as 0: what the purse releases in one interval is worth more."""


def money(value: float) -> str:
    """Rounded down; what has four digits already stays, although binary fractions fall a hair short."""
    if value < PENNY:
        return "0"
    near = figure(value)
    return near if float(near) <= value else figure(value, DOWN)


def above(value: float) -> str:
    """Rounded up, likewise."""
    near = figure(value)
    return near if float(near) >= value else figure(value, UP)


def figure(value: float, context: Context = NEAR) -> str:
    """As digits and an exponent, or plainly where that is no longer: at most nine characters up to 1e99."""
    rounded = context.create_decimal_from_float(value).normalize()
    _, digits, exponent = rounded.as_tuple()
    short = f"{''.join(map(str, digits))}e{exponent}"
    plain = f"{rounded:f}"
    return plain if len(plain) <= len(short) else short


def numbers(values: object, count: int) -> list[float]:
    """
    Raises:
        ValueError: not a list of so many numbers.
    """
    if not isinstance(values, list) or len(values) != count:
        raise ValueError(f"{count} numbers expected")
    return [number(value) for value in values]


def number(value: object) -> float:
    """
    Raises:
        ValueError: negative, not finite, not a number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= HIGHEST:
        raise ValueError(f"{value!r:.40} is not a number of at least 0")
    return float(value)


def whole(value: object) -> int:
    """
    Raises:
        ValueError: negative, not a whole number, too large to count.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
        raise ValueError(f"{value!r:.40} is not a whole number of at least 0")
    return value
