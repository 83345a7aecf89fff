"""What people and their tools do to a route, at any moment."""

from collections.abc import Callable, Mapping

from canary.terms import Word
from tests.model.contents import Raw, weighed, worded
from tests.rollout.builders import ID

Act = Callable[[Raw], Raw]


def asks(**words: str | None) -> Act:
    return lambda raw: worded(raw, **words)


def moves(canary: int, total: int = 1000) -> Act:
    return lambda raw: weighed(raw, canary, total)


def prunes(raw: Raw) -> Raw:
    """A tool that knows of no stamp takes it away."""
    return worded(raw, **{Word.STATE.value: None})


PEOPLE: Mapping[str, Act] = {
    "abort": asks(abort=ID),
    "pause": asks(pause=ID),
    "resume": asks(resume=ID),
    "promote": asks(promote=ID),
    "retry": asks(retry=ID),
    "undo": asks(undo=ID),
    "another id": asks(rollout="a2"),
    "no id": asks(rollout=None),
    "no pause": asks(pause=None),
    "raised": moves(800),
    "lowered": moves(200),
    "0/0": moves(0, 0),
    "stable has it all": moves(0),
    "stamp pruned": prunes,
}
