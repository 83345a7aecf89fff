"""`canary list`: all managed routes, and where their latest rollouts stand."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime

from canary.cli.shell.entry import screen_of
from canary.cli.shell.screen import Screen, clean, paint
from canary.cli.shell.world import Access, Server, World
from canary.cli.work.columns import CELL, age, columns
from canary.cli.work.render import COLORS, emit
from canary.cli.work.report import Rollout, RolloutList, RolloutStatus, report
from canary.cli.work.route import KINDS, Place, Seen, seen
from canary.cluster.objects import name_of
from canary.errors import Invalid
from canary.terms import ENDED, Exit, Phase, Word

WIDE = ("POLICY", "STABLE", "CANARY", "MESSAGE")


def listed(world: World, access: Access, form: str, *, everywhere: bool) -> int:
    """
    Show the managed routes; one that cannot be read is told and does not hide the others.

    Raises:
        CanaryError: no access, or no such kind.
    """
    screen, code = screen_of(world), Exit.OK
    found: list[Seen] = []
    with closing(world.connect(access)) as server:
        namespace = "" if everywhere else access.namespace or server.namespace
        for one in _routes(server, namespace):
            if isinstance(one, Seen):
                found.append(one)
            else:
                screen.failure(one, one.at, one.hint)
                code = Exit.ERROR
    whole = RolloutList(items=tuple(report(one) for one in sorted(found, key=_named)))
    if form not in ("table", "wide"):
        emit(whole, screen, form, [f"split/{one.route.name}" for one in whole.items])
    elif whole.items:
        _table(whole.items, screen, world.clock.now(), everywhere=everywhere, wide=form == "wide")
    else:
        screen.note(f"no route {f'in namespace {namespace} ' if namespace else ''}is managed")
    return code


def _named(found: Seen) -> tuple[str, str]:
    return found.route.namespace, found.route.name


def _routes(server: Server, namespace: str) -> Iterator[Seen | Invalid]:
    for kind in KINDS.values():
        for raw in server.list(kind.kind, namespace).items:
            try:
                found = seen(Place(kind, *name_of(raw)), raw)
            except Invalid as error:
                yield error
                continue
            if Word.POLICY.key in found.route.annotations or Word.STATE.key in found.route.annotations:
                yield found


def _table(
    items: Sequence[RolloutStatus], screen: Screen, now: datetime, *, everywhere: bool, wide: bool
) -> None:
    head = ("ROUTE", "ROLLOUT", "PHASE", "STEP", "SHARE", "CHANGED", "REASON", *(WIDE if wide else ()))
    rows = [(("NAMESPACE", *head) if everywhere else head)]
    for one in items:
        row = (clean(one.route.name, CELL), *_cells(one, now), *(_more(one) if wide else ()))
        rows.append((clean(one.route.namespace, CELL), *row) if everywhere else row)
    for line in columns(rows):
        screen.line(line)


def _cells(status: RolloutStatus, now: datetime) -> tuple[str, ...]:
    rollout = status.rollout
    if rollout is None:
        return ("-", "-", "-", "-", "-", "asked for, not picked up" if status.requested else "-")
    reason = "-" if rollout.phase is None else clean(rollout.reason, CELL)
    return (
        clean(rollout.name, CELL),
        _phase(rollout),
        _step(rollout),
        _share(status, rollout),
        age(rollout.changed_at, now),
        reason,
    )


def _phase(rollout: Rollout) -> str:
    phase = str(rollout.phase or "?")
    return paint(phase, COLORS.get(phase, "")) + ("!" if rollout.needs_person else "")


def _step(rollout: Rollout) -> str:
    on_a_rung = rollout.step and rollout.steps and rollout.phase not in ENDED
    return f"{rollout.step}/{rollout.steps}" if on_a_rung else "-"


def _share(status: RolloutStatus, rollout: Rollout) -> str:
    """What the canary has by the weights that are stored, whatever should be there."""
    if rollout.phase is Phase.PROMOTED:
        return "-"
    found = next((backend.share for backend in status.backends if backend.role == "canary"), None)
    return "?" if found is None else f"{found:.1%}"


def _more(status: RolloutStatus) -> tuple[str, ...]:
    rollout = status.rollout
    policy = status.policy or (rollout.policy if rollout else "")
    rest = (rollout.stable, rollout.canary, rollout.message) if rollout else ("", "", "")
    names = (clean(text, CELL) or "-" for text in (policy, *rest[:2]))
    return (*names, clean(rest[2]) or "-")
