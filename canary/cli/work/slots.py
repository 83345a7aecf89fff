"""`canary slot`: where the next release belongs. Deployed anywhere else it would get traffic that nobody judges."""

from collections.abc import Iterator
from typing import Literal

from canary.cli.shell.screen import clean
from canary.cli.shell.target import Target
from canary.cli.shell.world import World
from canary.cli.work.columns import columns
from canary.cli.work.imagined import as_asked
from canary.cli.work.render import emit
from canary.cli.work.report import Name, named
from canary.cli.work.route import Seen, look
from canary.cli.work.session import opened
from canary.errors import Stalled
from canary.rollout.model import Frozen
from canary.rollout.rules.wishes import stable_of
from canary.terms import Exit, Word


class Slot(Frozen):
    """
    Attributes:
        free: the backend for the next release; null where none is free, or nobody can tell which.
        stable: the backend everybody gets; null where the weights do not say.
        share: part of all traffic that the free one has already, 0-1: a release deployed there gets it at once.
        rollout: which one occupies the other backend; null if none does.
        message: a sentence about what to know or do.
    """

    api_version: Literal["canary.delivery/v1alpha1"] = "canary.delivery/v1alpha1"
    kind: Literal["Slot"] = "Slot"
    route: Name
    free: str | None = None
    stable: str | None = None
    share: float | None = None
    rollout: str | None = None
    message: str = ""


def shown(world: World, target: Target, form: str) -> int:
    """
    Show it; the exit code says whether one is free.

    Raises:
        Stalled: what is remembered on the route is beyond us.
    """
    with opened(world, target) as session:
        slot, code = slot_of(look(session.server, session.place))
        if form != "table":
            emit(slot, session.screen, form, [slot.free] if slot.free else [])
        else:
            for line in columns(
                [("free", clean(slot.free or "none")), ("stable", clean(slot.stable or "unknown"))]
            ):
                session.screen.line(line)
        if slot.message and form in ("table", "name"):
            session.screen.note(slot.message)
    return code


def slot_of(found: Seen) -> tuple[Slot, Exit]:
    """The slot and the exit code that goes with it."""
    if found.newer or found.lost:
        raise Stalled(
            found.lost or "a newer version of canary is at work here, and we cannot read how far it is",
            at=str(found.route),
            hint=found.place.command("status"),
        )
    stable = stable_of(as_asked(found, {}))
    slot = Slot(route=named(found.route), stable=stable or None)
    if found.running or _queued(found):
        return _occupied(found, slot)
    others = [service for service in found.route.weights if service != stable]
    said = found.requests.canary
    free = said if said in others else others[0] if len(others) == 1 else ""
    if not (stable and free):
        return _unclear(others if stable else [], slot)
    share = found.route.share(free)
    told = "; ".join(_to_know(found, free, share or 0.0))
    return slot.model_copy(update={"free": free, "share": share, "message": told}), Exit.OK


def _to_know(found: Seen, free: str, share: float) -> Iterator[str]:
    if share:
        yield f"{free} has {share:.1%} of the traffic already: a release there gets it at once"
    if found.requests.canary not in ("", free):
        yield f"{Word.CANARY.key} names {found.requests.canary}: start the next rollout with --canary {free}"


def _queued(found: Seen) -> bool:
    """A rollout is asked for and not picked up; one that was rejected holds no slot."""
    return bool(found.wish) and not (found.stamp and found.stamp.id == found.wish)


def _occupied(found: Seen, slot: Slot) -> tuple[Slot, Exit]:
    running = found.running
    told = (
        f"rollout {running.id} is {running.phase} on {running.canary}; wait for its end first"
        if running
        else f"rollout {found.wish} is asked for and was not picked up yet; wait for its end first"
    )
    return slot.model_copy(
        update={"rollout": running.id if running else found.wish, "message": told}
    ), Exit.TIMEOUT


def _unclear(others: list[str], slot: Slot) -> tuple[Slot, Exit]:
    told = (
        f"it could be any of {', '.join(others)}: name it at the start, by --canary"
        if others
        else "nobody knows which backend is stable, or there is no other one: look at the weights"
    )
    return slot.model_copy(update={"message": told}), Exit.NEEDS_PERSON
