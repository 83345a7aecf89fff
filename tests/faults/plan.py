"""What goes wrong, once, in which reference trace."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Crash(BaseException):
    """The process is gone at this instruction; nothing of ours may catch it."""


class Plan(NamedTuple):
    """
    One perturbation of one trace; its text is one line.

    Attributes:
        point: what is counted: `call`, `query`, `event`, `gap`; "" in a reference trace.
        number: which one of them, from 1.
        kind: what happens there.
    """

    trace: str
    point: str = ""
    number: int = 0
    kind: str = ""

    def __str__(self) -> str:
        return " ".join(map(str, self)) if self.point else self.trace


def read(text: str) -> Plan:
    """
    Raises:
        ValueError: it is none.
    """
    trace, *rest = text.split()
    if not rest:
        return Plan(trace)
    point, number, kind = rest
    return Plan(trace, point, int(number), kind)


@dataclass(slots=True)
class Fault:
    """
    The plan on its way.

    Attributes:
        counts: how many of each kind of point there were.
        fired: it happened.
        dying: calls until the process is gone.
    """

    plan: Plan
    counts: dict[str, int] = field(default_factory=dict)
    verbs: list[str] = field(default_factory=list)
    fired: bool = False
    dying: int | None = None
    _again: int | None = None

    def at(self, point: str) -> str:
        """The next point of its kind: what happens there, "" if nothing does."""
        self.counts[point] = number = self.counts.get(point, 0) + 1
        if self.fired or (point, number) != (self.plan.point, self.plan.number):
            return ""
        self.fired = True
        kind, _, again = self.plan.kind.partition("+")
        if kind.startswith("crash") and again:
            self._again = int(again)
        return kind

    def crashed(self) -> None:
        """It runs again; if it is meant to, it ends once more."""
        self.dying, self._again = self._again, None

    def breathe(self) -> None:
        """
        Raises:
            Crash: its time has come.
        """
        if self.dying is None:
            return
        self.dying -= 1
        if self.dying <= 0:
            self.dying = None
            raise Crash
