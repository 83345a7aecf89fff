"""What the records of a route say together."""

from dataclasses import replace

from canary.rollout.record import Record, RouteRef, Spec, seal
from canary.rollout.record.recalled import Glimpse, glimpse, recall
from canary.rollout.requests import digest
from canary.terms import Phase
from tests.rollout.builders import CANARY, STABLE, UID, a_pin


def a_glimpse(rollout: str = "a1", phase: Phase | None = Phase.PROGRESSING, **changes: object) -> Glimpse:
    """Of attempt 1; the later in the alphabet, the newer."""
    known = Glimpse(
        name=rollout,
        created=f"2026-01-01T00:00:0{rollout[-1]}+00:00",
        route=("TrafficSplit", "api-split"),
        id=rollout,
        attempt=1,
        told="",
        phase=phase,
        reason=str(phase),
        stable=STABLE,
        canary=CANARY,
        replaced=a_pin(STABLE),
        sealed=True,
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def test_no_record_says_nothing_and_neither_does_one_that_was_refused() -> None:
    assert recall([]) is None
    assert recall([a_glimpse(phase=Phase.REJECTED)]) is None


def test_the_newest_attempt_counts_and_of_one_second_the_one_that_runs() -> None:
    old, new = a_glimpse("a1", Phase.PROMOTED), a_glimpse("a2", Phase.ROLLED_BACK)
    known = recall([new, old])
    assert known is not None
    assert (known.id, known.standing, known.canary) == ("a2", "RolledBack", CANARY)
    assert known.seen == (digest("a1"), digest("a2"))
    same = [a_glimpse("a9", Phase.SUPERSEDED, created=""), a_glimpse("a1", created="")]
    assert [known.id for known in [recall(same), recall(same[::-1])] if known] == ["a1", "a1"]


def test_of_a_promotion_the_canary_is_stable_and_the_old_version_is_known() -> None:
    known = recall([a_glimpse("a1", Phase.PROMOTED)])
    assert known is not None
    assert (known.stable, known.canary, known.replaced) == (CANARY, "", a_pin(STABLE))
    later = recall([a_glimpse("a1", Phase.PROMOTED), a_glimpse("a2", Phase.ABORTED, replaced=None)])
    assert later is not None
    assert later.replaced == a_pin(STABLE)


def test_a_record_without_a_status_is_of_an_attempt_under_way() -> None:
    known = recall([a_glimpse(phase=None)])
    assert known is not None
    assert (known.standing, known.canary) == ("Waiting", CANARY)


def test_what_was_refused_for_a_lost_stamp_still_counts() -> None:
    lost = a_glimpse("a2", Phase.REJECTED, reason="StampLost", attempt=2)
    known = recall([a_glimpse("a1", Phase.ROLLED_BACK), lost])
    assert known is not None
    assert (known.id, known.attempt, known.lost, known.canary) == ("a2", 2, True, CANARY)


def test_nothing_of_a_newest_record_that_was_edited_is_believed() -> None:
    known = recall([a_glimpse("a1", Phase.PROMOTED), a_glimpse("a2", sealed=False)])
    assert known is not None
    assert (known.edited, known.stable, known.canary) == (True, "", "")
    older = recall([a_glimpse("a1", sealed=False), a_glimpse("a2")])
    assert older is not None
    assert (older.edited, older.canary, len(older.seen)) == (False, CANARY, 2)


def test_a_pin_of_a_length_that_no_server_would_store_is_passed_over() -> None:
    """A hand may have written it, and the write that takes traffic back has it in its stamp."""
    route, endless = RouteRef(kind="TrafficSplit", name="api-split", uid=UID), "n" * 300_000
    pins = {STABLE: a_pin(STABLE, name=endless)}
    about = Spec(route=route, id="a1", attempt=1, stable=STABLE, canary=CANARY, revisions=pins)
    seen = glimpse(Record(namespace="ns", name="a", spec=about.model_copy(update={"seal": seal(about)})))
    assert (seen.sealed, seen.replaced) == (True, None)
