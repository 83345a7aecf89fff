"""Why a start is refused. Each answer is a sentence a person can act on; all are judged anew on every change."""

from collections.abc import Iterator

from canary.rollout.rules.traffic import raised
from canary.rollout.rules.wishes import canary_of, stable_of
from canary.rollout.snapshot import Snapshot
from canary.rollout.stamp import DEFAULT_TOTAL, Stamp
from canary.terms import Word


def refusals(seen: Snapshot) -> Iterator[tuple[str, str]]:
    """Reason and sentence of everything that stands against a start, the plainest first."""
    yield from _bad_words(seen)
    yield from _bad_policy(seen)
    yield from _bad_weights(seen)
    yield from _bad_backends(seen)
    yield from _bad_workloads(seen)
    yield from _bad_counts(seen)


def _bad_words(seen: Snapshot) -> Iterator[tuple[str, str]]:
    for problem in seen.requests.problems:
        yield "BadRequest", problem


def _bad_policy(seen: Snapshot) -> Iterator[tuple[str, str]]:
    if seen.policy is None:
        yield "PolicyMissing", seen.policy_problem or f"{Word.POLICY.key} names no policy"


def _bad_weights(seen: Snapshot) -> Iterator[tuple[str, str]]:
    for problem in seen.route.problems:
        yield "BadWeights", problem
    for conflict in seen.conflicts:
        yield "ClaimedByOthers", conflict


def _bad_backends(seen: Snapshot) -> Iterator[tuple[str, str]]:
    if len(seen.services) < 2:
        yield "NothingToSplit", "the route needs two backends at least: stable and canary"
    stable = stable_of(seen)
    if not stable:
        yield _no_stable(seen)
        return
    yield from _bad_canary(seen, stable)
    yield from _foreign_shares(seen, stable)


def _no_stable(seen: Snapshot) -> tuple[str, str]:
    if seen.stamp and seen.stamp.stable:
        return (
            "StableGone",
            f"{seen.stamp.stable}, which had all traffic last, is no longer a backend of the route",
        )
    return (
        "StableAmbiguous",
        "no backend has most weight, so nobody knows which one is stable: give stable more",
    )


def _bad_canary(seen: Snapshot, stable: str) -> Iterator[tuple[str, str]]:
    canary = canary_of(seen, stable)
    if not canary:
        others = ", ".join(service for service in seen.services if service != stable)
        yield "CanaryAmbiguous", f"the canary could be any of {others}: name it by {Word.CANARY.key}"
    elif canary not in seen.services:
        yield "CanaryUnknown", f"{Word.CANARY.key} names {canary}, which is no backend of the route"
    elif canary == stable:
        yield "CanaryIsStable", f"{canary} has the traffic already: it cannot be its own canary"
    elif not seen.leaf(canary).exists:
        yield "CanaryUnknown", f"there is no Service {canary}"


def _foreign_shares(seen: Snapshot, stable: str) -> Iterator[tuple[str, str]]:
    canary, stamp = canary_of(seen, stable), seen.stamp
    for backend in seen.route.backends:
        if backend.weight and backend.service not in (stable, canary):
            yield "ThirdBackend", f"{backend.service} has a share of the traffic too: set its weight to 0"
    if stamp and stamp.stable and not stamp.running and raised(seen, stamp):
        yield (
            "WeightsDiffer",
            f"all traffic should be with {stable}, but the weights were changed: set the others to 0",
        )


def _bad_workloads(seen: Snapshot) -> Iterator[tuple[str, str]]:
    if seen.policy is None or seen.policy.pin == "none":
        return
    stable = stable_of(seen)
    for service in (canary_of(seen, stable), stable):
        found = seen.leaf(service).workloads
        if len(found) != 1:
            names = (
                ", ".join(f"{workload.pin.kind} {workload.pin.name}" for workload in found) or "no workload"
            )
            yield (
                "WorkloadAmbiguous",
                f"the selector of Service {service} matches {names}: it must match one, or the policy say `pin: none`",
            )


def _bad_counts(seen: Snapshot) -> Iterator[tuple[str, str]]:
    if seen.past and seen.past.doubt:
        yield "ScrapedTwice", seen.past.doubt


def fitting_total(seen: Snapshot, shares: tuple[float, ...]) -> int:
    """What all weights should sum to: today's sum where it can show every share, else 1000, which always can."""
    today = sum(backend.weight or 0 for backend in seen.route.backends)
    return today if today and all(_whole(share * today) for share in shares) else DEFAULT_TOTAL


def was_replaced(seen: Snapshot, stamp: Stamp | None, canary: str) -> bool:
    """Whether the canary is the very revision that the last promotion replaced."""
    workload = seen.leaf(canary).workload
    return bool(stamp and stamp.replaced and workload and stamp.replaced.same_revision(workload.pin))


def _whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-6
