"""Kubernetes quantities as exact numbers: SMI weights are `1`, `"500m"`, `"1k"`, and read back in another spelling."""

import math
import re
from fractions import Fraction

_FORM = re.compile(
    r"([+-]?)([0-9]{1,12}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]{1,2})?",
    re.ASCII,
)
_SUFFIX = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


def parse(value: object) -> Fraction | None:
    """The number a JSON value stands for as a quantity, or None if it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Fraction(value)
    if isinstance(value, float):
        return Fraction(value) if math.isfinite(value) else None
    return _parse_text(value) if isinstance(value, str) else None


def _parse_text(text: str) -> Fraction | None:
    form = _FORM.fullmatch(text)
    if form is None:
        return None
    sign, digits, suffix = form.group(1), form.group(2), form.group(3) or ""
    number = Fraction(f"0{digits}".rstrip(".")) * _scale(suffix)
    return -number if sign == "-" else number


def _scale(suffix: str) -> Fraction:
    if suffix in _BINARY:
        return Fraction(2 ** _BINARY[suffix])
    exponent = _SUFFIX[suffix] if suffix in _SUFFIX else int(suffix[1:])
    return Fraction(10) ** exponent
