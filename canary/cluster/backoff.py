"""Pauses between tries: they grow, have an end, and are never the same for two of us."""

import random
from dataclasses import dataclass, field

FIRST = 0.25
LONGEST = 10.0
"""Seconds. Short for clients of an API server, but there are a handful of us, not a thousand nodes."""

LONGEST_FOR_A_PERSON = 30.0
"""
Seconds, at last, between looks at what only a person can change: a kind that is not installed, a right we lack.

Those begin short too: a kube-apiserver that has just started forbids everything until it has read its roles.
"""


@dataclass(slots=True)
class Backoff:
    """Doubles from FIRST; each pause is shortened by up to half, at random."""

    dice: random.Random
    _next: float = field(default=FIRST, init=False)

    def reset(self) -> None:
        self._next = FIRST

    def pause(self, longest: float = LONGEST) -> float:
        """Seconds to wait now."""
        pause = min(self._next, longest)
        self._next = min(2 * pause, LONGEST_FOR_A_PERSON)
        return pause * self.dice.uniform(0.5, 1.0)
