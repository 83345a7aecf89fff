"""Which pool carries a decision out, and which start may be carried out at all."""

from dataclasses import replace

import pytest

from canary.daemon.moves import begins_alike, is_urgent
from canary.rollout.past import Past
from canary.rollout.rules import decide
from canary.rollout.snapshot import Snapshot
from tests.rollout.builders import BAD, CANARY, GO, STABLE, a_policy, a_snapshot, a_start


def test_taking_traffic_away_is_urgent_and_adding_is_not() -> None:
    bad, good = a_snapshot(verdict=BAD), a_snapshot(verdict=GO)
    assert is_urgent(decide(bad), bad)
    assert not is_urgent(decide(good), good)


def test_a_start_is_never_urgent_since_it_waits_for_the_source() -> None:
    seen = a_start(None, {STABLE: 650, CANARY: 350})
    decision = decide(seen)
    assert (decision.rule, decision.weights) == ("begins", {STABLE: 750, CANARY: 250})
    assert not is_urgent(decision, seen)


def test_what_the_past_told_changes_nothing_about_which_start_it_is() -> None:
    cached, fresh = decide(a_start()), decide(a_start(past=Past()))
    assert cached.message != fresh.message
    assert begins_alike(cached, fresh)


@pytest.mark.parametrize(
    "other", [a_start(policy=a_policy(0.2)), a_start({"canary": STABLE}, {CANARY: 900, STABLE: 100})]
)
def test_a_start_that_has_become_another_one_is_looked_at_again(other: Snapshot) -> None:
    cached, fresh = decide(a_start()), decide(other)
    assert fresh.rule == "begins"
    assert not begins_alike(cached, fresh)


def test_no_start_goes_through_that_was_not_one_when_the_past_was_asked() -> None:
    seen = a_snapshot(verdict=GO)
    assert begins_alike(decide(seen), decide(replace(seen, verdict=BAD)))
    assert not begins_alike(decide(seen), decide(a_start()))
