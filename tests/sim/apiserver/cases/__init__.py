"""
What both servers are asked. A case is a conversation; its name says what it is about.

Cases about custom kinds must agree in every byte that is not a server's own choice. Of objects of built-in kinds the
in-memory server fills in only some of the many defaults, so there what it says must be among what the real one says.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.sim.apiserver.cases import builtin, conditions, custom, objects, patches, reading, watches
from tests.sim.apiserver.talk import Talk


@dataclass(frozen=True)
class Case:
    """
    Attributes:
        exact: every byte counts, also of who owns which field.
        words: whether the messages of refusals count too.
    """

    run: Callable[[Talk], None]
    exact: bool = True
    words: bool = True

    def __str__(self) -> str:
        return self.run.__name__


CASES = (
    *(Case(run) for group in (objects, conditions, patches, reading, watches, custom) for run in group.CASES),
    *(Case(run, words=False) for group in (patches, reading, custom) for run in group.WORDED_OTHERWISE),
    *(Case(run, exact=False) for run in builtin.CASES),
)
