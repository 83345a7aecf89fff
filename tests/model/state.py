"""What a model check tells apart."""

from typing import NamedTuple

from tests.model.contents import Facts, Judged

NOTHING = -1
Ghost = tuple[tuple[str, int, str, int, str], ...]
"""What the invariants remember of each attempt: id, number, canary, highest step stood on, how it ended."""


class Daemon(NamedTuple):
    """
    Attributes:
        copy: the route as it was told last; `current` if that is still so.
        facts: what stood behind the backends when that was told last.
        judged: evidence to advance that it has read, of this step or an earlier one; else it reads when it looks.
        plan: the number of the write on its way.
    """

    copy: int = NOTHING
    current: bool = False
    facts: Facts = Facts()
    judged: Judged | None = None
    plan: int = NOTHING


class Budget(NamedTuple):
    """How often each may still happen."""

    people: int = 1
    cluster: int = 1
    kills: int = 1
    old_reads: int = 1


class State(NamedTuple):
    """
    Attributes:
        route, before: its number, and what it was before; NOTHING where nobody can see that any more.
        base: evidence of a stamp that follows none begins after it.
        adrift: number of the write of a daemon that was killed, which may still arrive.
    """

    route: int
    before: int
    facts: Facts
    base: int
    ghost: Ghost
    adrift: int
    daemons: tuple[Daemon, Daemon]
    budget: Budget


class Step(NamedTuple):
    label: str
    state: State
    broken: tuple[str, ...] = ()


def with_daemon(state: State, number: int, daemon: Daemon) -> State:
    other = state.daemons[1 - number]
    return state._replace(daemons=(daemon, other) if number == 0 else (other, daemon))


def forgotten(state: State) -> State:
    """With the stamp goes all that anybody knew."""
    return state._replace(ghost=(), base=state.base + 100)


def spent_read(state: State) -> State:
    left = state.budget.old_reads - 1
    return state._replace(
        before=state.before if left else NOTHING, budget=state.budget._replace(old_reads=left)
    )
