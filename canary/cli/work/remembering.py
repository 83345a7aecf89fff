"""`canary history`: what became of the attempts on a route, and with `--id` how."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from canary.cli.shell.screen import Screen, clean, paint
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.cli.work.attempts import Attempt, RolloutHistory, history
from canary.cli.work.columns import CELL, age, columns
from canary.cli.work.render import COLORS, emit
from canary.cli.work.session import opened
from canary.rollout.record import Entry
from canary.terms import Exit


def shown(world: World, target: Target, id: str, form: str) -> int:  # noqa: A002 - the interface's own word
    """
    Show it.

    Raises:
        Missing: there is no such route, and no record of one.
    """
    with opened(world, target) as session:
        told, screen = history(session, id), session.screen
        if form not in ("table", "wide"):
            emit(told, screen, form, [f"{one.id}@{one.attempt}" for one in told.attempts])
        elif told.attempts:
            _table(told.attempts, screen, world.clock.now(), wide=form == "wide")
            for one in told.attempts if id else ():
                _decisions(one, screen)
        _notes(told, id, screen, form)
    return Exit.OK


def _notes(told: RolloutHistory, id: str, screen: Screen, form: str) -> None:  # noqa: A002
    if told.problem:
        screen.note(f"{told.problem}; this is what the stamp on the route holds")
    if not told.attempts and form in ("table", "wide", "name"):
        screen.note(f"nothing is known of {f'rollout {id}' if id else 'any rollout'} here")


def _table(attempts: Sequence[Attempt], screen: Screen, now: datetime, *, wide: bool) -> None:
    more = ("POLICY", "STABLE", "CANARY", "MESSAGE") if wide else ()
    rows = [("ROLLOUT", "PHASE", "STEP", "BEGAN", "CHANGED", "REASON", "BY", *more)]
    for one in attempts:
        rest = (one.policy, one.stable, one.canary) if wide else ()
        cells = (_phase(one), f"{one.step}/{one.steps}", age(one.began_at, now), age(one.changed_at, now))
        names = (clean(text, CELL) or "-" for text in (one.reason, one.requested_by, *rest))
        message = (clean(one.message) or "-",) if wide else ()
        rows.append((clean(f"{one.id}@{one.attempt}", CELL), *cells, *names, *message))
    for line in columns(rows):
        screen.line(line)


def _phase(one: Attempt) -> str:
    phase = str(one.phase or "-")
    return paint(phase, COLORS.get(phase, ""))


def _decisions(one: Attempt, screen: Screen) -> None:
    if not one.decisions:
        return
    screen.line()
    screen.line(clean(f"{one.id}@{one.attempt}{f': {one.because}' if one.because else ''}"))
    for line in columns(list(map(tuple, map(_entry, one.decisions)))):
        screen.line(line)


def _entry(entry: Entry) -> Iterator[str]:
    weights = " ".join(str(weight) for weight in entry.weights_after.values())
    phase = str(entry.phase)
    yield f"{entry.time:%Y-%m-%d %H:%M:%S}"
    yield paint(phase, COLORS.get(phase, ""))
    yield str(entry.step)
    yield weights or "-"
    yield clean(f"{entry.reason}: {entry.message}")
