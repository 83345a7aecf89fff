"""Whole rollouts, healthy, failing and disturbed, without a cluster: their path, their end, and the invariants."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canary.terms import Phase
from tests.rollout.builders import (
    BAD,
    BAKING,
    CANARY,
    GO,
    ID,
    QUIET,
    STABLE,
    a_leaf,
    a_policy,
    a_start,
    with_approval,
)
from tests.rollout.invariants import violations
from tests.rollout.walk import Walk

LONG = 120


def walked(walk: Walk, phase: Phase, most: int = LONG) -> Walk:
    """Healthy ticks until it is in that phase."""
    for _ in range(most):
        if walk.seen.stamp and walk.stamp.phase is phase:
            return walk
        walk.tick()
    raise AssertionError(f"still {walk.stamp.phase}: {walk.stamp.message}")


def test_a_healthy_canary_goes_from_900_100_to_all_traffic_one_rung_at_a_time() -> None:
    walk = walked(Walk(a_start()), Phase.PROMOTED)
    assert walk.shares == [100, 250, 500, 1000]
    assert (walk.stamp.stable, walk.stamp.canary) == (CANARY, STABLE)
    assert violations(walk.versions) == []


def test_each_rung_takes_two_writes_and_the_bakes_between_them_none() -> None:
    walk = walked(Walk(a_start()), Phase.PROMOTED)
    rungs, start, end = 4, 1, 1
    assert len(walk.versions) == start + 2 * rungs + end
    ticks = len(walk.versions)
    for _ in range(50):
        walk.tick()
    assert len(walk.versions) == ticks


@pytest.mark.parametrize("at", [1, 3, 9, 15, 22])
def test_a_failing_canary_is_out_in_one_write_whenever_it_fails(at: int) -> None:
    walk = Walk(a_start())
    for _ in range(at):
        walk.tick()
    before = len(walk.versions)
    walk.tick(BAD)
    assert walk.stamp.phase is Phase.ROLLED_BACK
    assert walk.versions[before].weights == {STABLE: 1000, CANARY: 0}
    for _ in range(20):
        walk.tick()
    assert walk.seen.route.weights == {STABLE: 1000, CANARY: 0}
    assert violations(walk.versions) == []


def test_a_quiet_service_waits_for_a_person_who_promotes() -> None:
    walk = Walk(a_start())
    for _ in range(30):
        walk.tick(QUIET)
    assert (walk.stamp.reason, walk.stamp.step) == ("TooQuiet", 1)
    walk.ask({"promote": ID})
    assert walked(walk, Phase.PROMOTED).shares == [100, 1000]
    assert violations(walk.versions) == []


def test_an_approval_is_waited_for_over_the_weekend_without_a_deadline() -> None:
    walk = walked(Walk(a_start(policy=with_approval(0.5))), Phase.AWAITING_APPROVAL)
    walk.tick(GO, intervals=200_000)
    assert walk.stamp.phase is Phase.AWAITING_APPROVAL
    walk.ask({"approve": f"{ID}:3"})
    assert walked(walk, Phase.PROMOTED).shares == [100, 250, 500, 1000]
    assert violations(walk.versions) == []


def test_a_rollout_nobody_lets_go_on_ends_at_its_deadline() -> None:
    walk = Walk(a_start())
    walk.tick()
    walk.ask({"rollout": None})
    for _ in range(40):
        walk.tick(BAKING, intervals=600)
    assert (walk.stamp.phase, walk.stamp.reason) == (Phase.ROLLED_BACK, "DeadlineExceeded")


def test_blue_follows_green_and_undo_brings_the_former_one_back() -> None:
    walk = walked(Walk(a_start()), Phase.PROMOTED)
    walk.face(STABLE, a_leaf(STABLE, revision="8", generation=8))
    walk.ask({"rollout": "a2"})
    walk.tick()
    assert (walk.stamp.id, walk.stamp.canary, walk.seen.route.weights) == (
        "a2",
        STABLE,
        {STABLE: 100, CANARY: 900},
    )
    walked(walk, Phase.PROMOTED)
    assert walk.seen.route.weights == {STABLE: 1000, CANARY: 0}
    walk.ask({"undo": "a2"})
    walk.tick()
    assert (walk.stamp.reason, walk.seen.route.weights) == ("Undone", {STABLE: 0, CANARY: 1000})
    assert violations(walk.versions) == []


def test_a_retry_after_a_rollback_climbs_from_the_first_rung() -> None:
    walk = Walk(a_start())
    walk.tick()
    walk.tick(BAD)
    walk.ask({"retry": ID})
    assert walked(walk, Phase.PROMOTED).shares == [100, 0, 100, 250, 500, 1000]
    assert walk.stamp.attempt == 2
    assert violations(walk.versions) == []


def test_a_new_revision_in_the_middle_climbs_from_the_first_rung() -> None:
    walk = Walk(a_start())
    for _ in range(10):
        walk.tick()
    walk.face(CANARY, a_leaf(CANARY, revision="8", generation=8))
    assert walked(walk, Phase.PROMOTED).shares == [100, 250, 0, 100, 250, 500, 1000]
    assert walk.stamp.attempt == 2
    assert violations(walk.versions) == []


Event = Callable[[Walk], None]


def asked(word: str, value: str | None) -> Event:
    return lambda walk: walk.ask({word: value})


def moved(stable: object, canary: object, manager: str = "kubectl-edit") -> Event:
    return lambda walk: walk.move({STABLE: stable, CANARY: canary}, manager)


def faced(service: str, ready: int, revision: int = 7) -> Event:
    leaf = a_leaf(service, ready, revision=str(revision), generation=revision)
    return lambda walk: walk.face(service, leaf)


def fact(**facts: object) -> Event:
    def change(walk: Walk) -> None:
        walk.seen = replace(walk.seen, **facts)  # type: ignore[arg-type]

    return change


WORDS = ("pause", "resume", "promote", "abort", "retry", "undo")
VALUES = (ID, f"{ID}@1", f"{ID}@2", f"{ID}/2", f"{ID}/3", "a2", "a2@1")
DISTURBANCES: tuple[tuple[str, Event], ...] = (
    *((f"{word}={value}", asked(word, value)) for word in WORDS for value in VALUES),
    *((f"rollout={value}", asked("rollout", value)) for value in ("a2", "a3", ID, None, "no id")),
    ("approve=a1:3", asked("approve", f"{ID}:3")),
    ("speed=fast", asked("speed", "fast")),
    ("speed is gone", asked("speed", None)),
    *((f"{given}", moved(*given)) for given in ((500, 500), (0, 1000), (1000, 0), (950, 50), (0, 0), (900, -5), ("1k", "500m"))),
    ("argocd moves", moved(900, 100, "argocd")),
    *((f"{service} has {ready}", faced(service, ready)) for service in (STABLE, CANARY) for ready in (0, 1, 4)),
    *((f"{service} at {revision}", faced(service, 4, revision)) for service in (STABLE, CANARY) for revision in (8, 9)),
    ("source away", fact(source_away="away", away_for=5)),
    ("source back", fact(source_away="", away_for=0)),
    ("mesh stuck", fact(mesh="not reconciling")),
    ("mesh follows", fact(mesh="")),
    ("clients do not follow", fact(strangers=("shop/web",), following_for=0)),
    ("clients follow", fact(strangers=())),
    ("the mesh cannot reach the canary", fact(missing=600.0)),
    ("the mesh reaches the canary", fact(missing=0.0)),
    ("clients followed for long", fact(strangers=(), following_for=100)),
    ("windows shut", fact(shut="no window is open until Monday")),
    ("a window opens", fact(shut="")),
    ("policy gone", fact(policy=None)),
    ("policy holds", fact(policy=a_policy(on_failure="hold"))),
)  # fmt: skip

NAMED = dict(DISTURBANCES)
EVENTS = st.sampled_from(sorted(NAMED))
TICKS = st.tuples(st.sampled_from([GO, GO, GO, GO, BAKING, BAD, QUIET, None]), st.sampled_from([1, 3, 8, 40]))
STEPS = st.lists(st.tuples(st.one_of(st.none(), EVENTS), TICKS), max_size=25)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_whatever_happens_the_invariants_hold(steps: list[tuple[str | None, tuple[object, int]]]) -> None:
    walk = Walk(a_start())
    for event, (verdict, intervals) in steps:
        if event:
            NAMED[event](walk)
        walk.tick(verdict, intervals)  # type: ignore[arg-type]
        walk.tick(verdict, 1)  # type: ignore[arg-type]
    assert violations(walk.versions) == []
