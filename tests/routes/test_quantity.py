"""Weights in all the spellings that Kubernetes knows, and nothing else."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.routes.quantity import parse


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0, 0),
        (-5, -5),
        (900, 900),
        (0.5, Fraction(1, 2)),
        (900.0, 900),
        ("900", 900),
        ("+900", 900),
        ("-5", -5),
        ("1k", 1000),
        ("1.5k", 1500),
        ("1e3", 1000),
        ("1E3", 1000),
        ("10e-1", 1),
        ("1000m", 1),
        ("500m", Fraction(1, 2)),
        ("2000000u", 2),
        ("1000000000n", 1),
        ("5.", 5),
        (".5", Fraction(1, 2)),
        ("0.5", Fraction(1, 2)),
        ("1M", 10**6),
        ("1E", 10**18),
        ("1Ki", 1024),
        ("2Mi", 2 * 1024**2),
    ],
)
def test_a_quantity_is_an_exact_number(value: object, number: Fraction | int) -> None:
    assert parse(value) == number


@pytest.mark.parametrize(
    "value",
    [
        "abc", "", " ", " 1", "1 ", "1\n", "k", ".", "1K", "1kk", "1 k", "1,000", "--1", "0x10", "1_000", "NaN",
        "Infinity", "1e", "1e999", "٣", "１００", "9" * 40, True, False, None, [], {}, [1],
        float("nan"), float("inf"), float("-inf"),
    ],
)  # fmt: skip
def test_what_is_no_quantity_is_refused(value: object) -> None:
    assert parse(value) is None


@given(st.integers(0, 10**8))
def test_a_whole_number_reads_alike_in_every_spelling(number: int) -> None:
    spellings: list[object] = [number, str(number), f"{number}000m", f"{number}e0", f"{number}."]
    if number % 1000 == 0:
        spellings.append(f"{number // 1000}k")
    assert {parse(spelling) for spelling in spellings} == {Fraction(number)}


@given(st.text() | st.floats() | st.integers() | st.booleans() | st.none())
def test_reading_never_raises(value: object) -> None:
    number = parse(value)
    assert number is None or isinstance(number, Fraction)
