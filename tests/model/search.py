"""Breadth first, until nothing new is found: every state, every step, and the shortest way to what is broken."""

from collections import deque
from dataclasses import dataclass, field

from tests.model.state import Budget, Daemon, State
from tests.model.world import World

MOST = 3_000_000


@dataclass(slots=True)
class Found:
    """
    Attributes:
        states, steps: how many there are.
        complete: nothing was left to look at.
        broken: by sentence, the shortest way there.
        reached: all of them, for who wants to look on from each.
    """

    states: int = 0
    steps: int = 0
    complete: bool = False
    broken: dict[str, tuple[str, ...]] = field(default_factory=dict)
    reached: set[State] = field(default_factory=set)


def search(world: World, budget: Budget, most: int = MOST, *, until_broken: bool = False) -> Found:
    """
    Args:
        until_broken: stop at the first violation.
    """
    start = world.start(budget)
    came: dict[State, tuple[State, str] | None] = {start: None}
    queue, found = deque([start]), Found()
    while queue and len(came) < most and not (until_broken and found.broken):
        state = queue.popleft()
        for label, reached, broken in world.steps(state):
            found.steps += 1
            after = _alike(reached)
            for sentence in broken:
                found.broken.setdefault(sentence, (*_way(came, state), label))
            if not broken and after not in came:
                came[after] = (state, label)
                queue.append(after)
    found.states, found.complete, found.reached = len(came), not queue, set(came)
    return found


def _alike(state: State) -> State:
    """Both daemons are the same program: which is which makes no difference."""
    one, other = state.daemons
    return state._replace(daemons=(other, one)) if _order(other) < _order(one) else state


def _order(daemon: Daemon) -> tuple[object, ...]:
    judged = daemon.judged
    return (*daemon[:3], (judged.about or ()) if judged else (), daemon.plan)


def _way(came: dict[State, tuple[State, str] | None], state: State) -> tuple[str, ...]:
    labels = []
    step = came[state]
    while step:
        state, label = step
        labels.append(label)
        step = came[state]
    return tuple(reversed(labels))
