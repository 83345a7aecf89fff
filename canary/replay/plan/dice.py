"""Counts by chance. The generator comes from outside: what is pure draws nothing by itself."""

from math import exp, sqrt
from typing import Protocol

MANY = 30
"""From so many on, counts are drawn from the normal law: what is rounded away is far below what traffic varies by."""


class Dice(Protocol):
    """What is needed of `random.Random`; seeded, so that a plan is the same each time."""

    def random(self) -> float: ...
    def gauss(self, mu: float, sigma: float) -> float: ...


def poisson(mean: float, dice: Dice) -> int:
    """Arrivals, where so many are usual."""
    if mean >= MANY:
        return max(0, round(dice.gauss(mean, sqrt(mean))))
    count, left, none = -1, 1.0, exp(-mean)
    while left >= none:  # Knuth, The Art of Computer Programming 2, 3.4.1
        left *= dice.random()
        count += 1
    return max(0, count)


def out_of(number: int, part: float, dice: Dice) -> int:
    """How many of so many, each with this chance."""
    if part <= 0 or not number:
        return 0
    if part > 0.5:
        return number - out_of(number, 1 - part, dice)
    if number < MANY:
        return sum([dice.random() < part for _ in range(number)])
    usual = number * part
    if usual < MANY:
        return min(number, poisson(usual, dice))
    return min(number, max(0, round(dice.gauss(usual, sqrt(usual * (1 - part))))))
