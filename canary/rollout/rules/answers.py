"""How rules answer: what every decision keeps account of, and the one way to give traffic back to stable."""

from canary.rollout.requests import Request
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import Stamp
from canary.terms import Phase

_ADVANCING = (Phase.PROGRESSING, Phase.BAKING)


def spent(seen: Snapshot, stamp: Stamp) -> int:
    """
    Intervals in which the rollout was allowed to advance: what deadlines count.

    Not a weekend's pause or freeze, and not an outage of the metrics source, whose own switch says what to do about it.
    """
    counts = may_advance(stamp) and stamp.reason != "SourceAway"
    return stamp.spent + (seen.since(stamp.at) if counts else 0)


def changed(seen: Snapshot, stamp: Stamp, **changes: object) -> Stamp:
    """The stamp with changes, its accounts brought up to now."""
    shut = bool(seen.shut) and changes.get("phase", stamp.phase) in _ADVANCING
    new = stamp.but(spent=spent(seen, stamp), at=seen.now, shut=shut, **changes)
    return new.but(going=seen.now) if may_advance(new) and not may_advance(stamp) else new


def may_advance(stamp: Stamp) -> bool:
    """Neither people nor windows keep it where it is: only then deadlines count."""
    return stamp.phase in _ADVANCING and not stamp.shut


def acted_on(stamp: Stamp, request: Request) -> dict[str, object]:
    """The change that remembers a request as acted on."""
    return {"acks": {**stamp.acks, request.word: request.hash}}


def before_the_first_rung(stamp: Stamp) -> Stamp:
    """The stamp of an attempt that has not begun; a pause stays in force."""
    return stamp.but(
        phase=Phase.WAITING,
        step=0,
        seed=0.0,
        pins={},
        gap=None,
        gaps=0,
        unfollowed="",
        drifted="",
        settled=None,
        bounds={},
        checkpoint="",
        approved=(),
        spent=0,
    )


def phase_on_rung(stamp: Stamp) -> Phase:
    """What a rollout is called at its step: who waits, for the start or for a person, goes on waiting."""
    if stamp.phase in (Phase.WAITING, Phase.FAILED_HELD):
        return stamp.phase
    if stamp.paused or stamp.drifted:
        return Phase.PAUSED
    at_the_top = stamp.policy is not None and stamp.step >= len(stamp.policy.rungs)
    return Phase.BAKING if at_the_top else Phase.PROGRESSING


def hold(seen: Snapshot, stamp: Stamp, reason: str, message: str, *, page: bool = False) -> Decision:
    """Stay where it is, in the phase that goes with the step."""
    return rest(
        seen, changed(seen, stamp, phase=phase_on_rung(stamp), reason=reason, message=message), page=page
    )


def rest(seen: Snapshot, stamp: Stamp, *, page: bool = False) -> Decision:  # noqa: ARG001 - answers are called alike
    """Leave the weights, remember `stamp`."""
    return Decision(stamp.reason, stamp.message, stamp=stamp, page=page)


def move(seen: Snapshot, stamp: Stamp, *, page: bool = False, most: float = 1.0) -> Decision:
    """
    Remember `stamp`, and give the weights that go with it, or fewer to the canary: a share of `most`.

    Stable never gets traffic while it has no ready endpoint: then everything stays, and a person is called.
    """
    wanted = stamp.weights(seen.services, most)
    if _adds_to_stable(seen, stamp, wanted) and not _takes_traffic(seen, stamp.stable):
        message = f"{stamp.message}; but {stamp.stable} has no ready endpoint, so traffic stays where it is"
        return Decision("StableNotReady", message, stamp=_told(seen, message), page=True)
    return Decision(stamp.reason, stamp.message, weights=wanted, stamp=stamp, page=page)


def _takes_traffic(seen: Snapshot, service: str) -> bool:
    return service in seen.services and seen.leaf(service).ready > 0


def taken_back(seen: Snapshot, stamp: Stamp, phase: Phase, reason: str, message: str) -> Decision:
    """The attempt ends and all traffic belongs to stable."""
    ended = changed(
        seen,
        stamp,
        phase=phase,
        reason=reason,
        message=message,
        settled=None,
        bounds={},
        checkpoint="",
        gap=None,
        since=seen.now,
    )
    return move(seen, ended)


def failed(seen: Snapshot, stamp: Stamp, reason: str, message: str) -> Decision | None:
    """The canary failed: all traffic goes back to stable, or where the policy says so a person is called, once."""
    if stamp.policy is None or stamp.policy.on_failure == "rollback":
        return taken_back(seen, stamp, Phase.ROLLED_BACK, reason, message)
    if stamp.phase is Phase.FAILED_HELD:
        return None
    held = changed(seen, stamp, phase=Phase.FAILED_HELD, reason=reason, message=message)
    return Decision(reason, message, stamp=held, page=True)


def _adds_to_stable(seen: Snapshot, stamp: Stamp, wanted: dict[str, int]) -> bool:
    live, total = seen.route.share(stamp.stable), sum(wanted.values())
    return live is None or wanted[stamp.stable] / total > live + 1e-9


def _told(seen: Snapshot, message: str) -> Stamp | None:
    """Why an attempt ended is not forgotten over it."""
    return (
        changed(seen, seen.running, reason="StableNotReady", message=message) if seen.running else seen.stamp
    )
