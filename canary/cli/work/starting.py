"""
`start`: the one annotation that begins a rollout, and what can be seen to be wrong with it before.

What speaks against a start is asked of the daemon's own rules, as far as the route alone can tell; policies and
workloads only the daemon sees.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from canary.cli.work.asking import Caller, signed
from canary.cli.work.imagined import as_asked
from canary.cli.work.route import Place, Seen
from canary.cli.work.session import Session
from canary.cli.work.writing import Change, write
from canary.errors import CanaryError, Invalid, Stalled
from canary.rollout.rules.refusals import refusals
from canary.terms import Phase, Word

CALLER_SECONDS = 2.0
"""How long to wait for who asks."""


@dataclass(frozen=True, slots=True)
class Wish:
    """
    A rollout to start.

    Attributes:
        policy, canary: "" leaves what the route says.
    """

    id: str
    policy: str = ""
    canary: str = ""
    reason: str = ""


def start(session: Session, wish: Wish) -> Seen:
    """
    Ask for a rollout; the route as it is stored afterwards.

    Raises:
        Invalid, Stalled: what speaks against it; nothing was written.
    """
    caller = Caller(session)
    return write(session, lambda found: decide(found, wish, caller))


def decide(found: Seen, wish: Wish, caller: Caller) -> Change:
    """What to write, or what speaks against it."""
    for error in against(found, wish):
        raise error
    return Change(annotations(wish, caller.name(CALLER_SECONDS)))


def annotations(wish: Wish, user: str) -> dict[str, str | None]:
    """All that is written: nothing of what an earlier request left behind stays beside it."""
    named = {Word.POLICY.key: wish.policy, Word.CANARY.key: wish.canary}
    return signed(Word.ROLLOUT, wish.id, wish.reason, user) | {
        key: value for key, value in named.items() if value
    }


def against(found: Seen, wish: Wish) -> Iterator[CanaryError]:
    """Everything that speaks against it, the plainest first."""
    yield from _unusable(found)
    yield from _used(found, wish)
    yield from _occupied(found, wish)
    yield from _incomplete(found, wish)
    yield from _refused(found, wish)


def _unusable(found: Seen) -> Iterator[CanaryError]:
    at = str(found.route)
    if found.newer:
        yield Stalled(
            f"a newer version of canary (stamp version {found.newer.v}) is at work on this route",
            at=at,
            hint="canary version, and install that version",
        )
    if found.lost:
        yield Stalled(
            f"{found.lost}: the daemon has to see to that first", at=at, hint=found.place.command("status")
        )
    if found.route.terminating:
        yield Stalled("the route is being deleted", at=at)


def _used(found: Seen, wish: Wish) -> Iterator[CanaryError]:
    at, stamp = str(found.route), found.stamp
    if stamp and stamp.id == wish.id and stamp.phase is not Phase.REJECTED:
        yield Invalid(
            f"rollout {wish.id} was started before; it is {stamp.phase}",
            at=at,
            hint=found.place.command("status", "--wait", "--id", wish.id),
        )
    elif found.knows(wish.id) and found.wish != wish.id:
        yield Invalid(
            f"the id {wish.id} was used before on this route, so it starts nothing",
            at=at,
            hint=found.place.command("start", "--id", "ANOTHER_ID"),
        )
    aborted = found.requests.get(Word.ABORT)
    if aborted and aborted.id == wish.id:
        yield Invalid(
            f"rollout {wish.id} was aborted before it began ({Word.ABORT.key}={aborted.value})",
            at=at,
            hint=found.place.command("start", "--id", "ANOTHER_ID"),
        )


def _occupied(found: Seen, wish: Wish) -> Iterator[CanaryError]:
    at, running = str(found.route), found.running
    if running and running.id != wish.id:
        yield Stalled(
            f"rollout {running.id} is running ({running.phase}); a new one would take its place",
            at=at,
            hint=found.place.command("abort", "--id", running.id),
        )
    elif found.wish not in ("", wish.id) and _waits(found):
        yield Stalled(
            f"rollout {found.wish} is asked for already, and was not picked up yet",
            at=at,
            hint=found.place.command("abort", "--id", found.wish),
        )


def _waits(found: Seen) -> bool:
    """Whether the wish that is there may still begin by itself: it was neither rejected nor aborted."""
    aborted, stamp = found.requests.get(Word.ABORT), found.stamp
    rejected = stamp is not None and stamp.id == found.wish
    return not rejected and (aborted is None or aborted.id != found.wish)


def _incomplete(found: Seen, wish: Wish) -> Iterator[CanaryError]:
    if not wish.policy and Word.POLICY.key not in found.route.annotations:
        yield Invalid(
            f"the route has no annotation {Word.POLICY.key}, so no daemon looks at it: name a policy",
            at=str(found.route),
            hint=found.place.command("start", "--id", wish.id, "--policy", "standard"),
        )


def _refused(found: Seen, wish: Wish) -> Iterator[CanaryError]:
    """What the daemon's rules would say to the route as it would be."""
    for reason, message in refusals(as_asked(found, annotations(wish, ""))):
        if reason == "PolicyMissing":
            continue
        named = ("--canary", "SERVICE") if reason.startswith("Canary") else ()
        hint = found.place.command("start", "--id", wish.id, *named) if named else _edit(found.place)
        yield Stalled(f"it would be rejected ({reason}): {message}", at=str(found.route), hint=hint)


def _edit(place: Place) -> str:
    return f"kubectl edit {place.kind.kind.resource} {place.name} -n {place.namespace}"
