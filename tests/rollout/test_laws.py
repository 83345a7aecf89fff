"""What holds whatever is seen: it is decided, alike, within bounds, never upwards without a right to, and comes to rest."""

import json

from hypothesis import given, settings

from canary.rollout.reading import State, judge
from canary.rollout.rules import decide
from canary.rollout.snapshot import Decision, Snapshot
from canary.rollout.stamp import SIZE_LIMIT, Stamp, read
from canary.routes.route import WEIGHT_SUM_LIMIT
from canary.terms import Phase
from tests.rollout.builders import settle
from tests.rollout.strategies import snapshots

ADDING = {"begins", "returned", "promoted_by_request", "advance"}
TAKEN_BACK = {Phase.ROLLED_BACK, Phase.ABORTED, Phase.SUPERSEDED}
MOST_WRITES = 6
"""The last of them finds nothing to do; five are a moot word, a drift, a resume, a settled mesh, an approval."""

many = settings(max_examples=250, deadline=None)


def share(decision: Decision, service: str) -> float:
    assert decision.weights is not None
    return decision.weights.get(service, 0) / sum(decision.weights.values())


def named(seen: Snapshot, decision: Decision) -> tuple[str, str]:
    """Stable and canary after the decision."""
    head = decision.stamp or seen.newer or seen.stamp
    return (head.stable, head.canary) if head else ("", "")


@many
@given(snapshots())
def test_there_is_always_an_answer_and_always_the_same(seen: Snapshot) -> None:
    decision = decide(seen)
    assert decision == decide(seen)
    assert decision.reason
    assert decision.rule


@many
@given(snapshots())
def test_weights_are_whole_numbers_for_all_backends_within_what_the_proxies_hold(seen: Snapshot) -> None:
    weights = decide(seen).weights
    if weights is not None:
        assert set(weights) == set(seen.services)
        assert all(type(weight) is int and weight >= 0 for weight in weights.values())
        assert 0 < sum(weights.values()) < WEIGHT_SUM_LIMIT


@many
@given(snapshots())
def test_only_rules_that_may_add_raise_the_canary_above_what_it_has_and_is_due(seen: Snapshot) -> None:
    decision = decide(seen)
    if decision.weights is None or decision.rule in ADDING:
        return
    _, canary = named(seen, decision)
    due = seen.stamp.share if seen.stamp and seen.stamp.canary == canary else 0.0
    assert share(decision, canary) <= max(seen.route.share(canary) or 0.0, due) + 1e-6


@many
@given(snapshots())
def test_a_stable_without_endpoints_is_never_given_traffic(seen: Snapshot) -> None:
    decision = decide(seen)
    stable, _ = named(seen, decision)
    if decision.weights is None or seen.leaf(stable).ready:
        return
    live = seen.route.share(stable)
    assert live is not None
    assert share(decision, stable) <= live + 1e-6


@many
@given(snapshots())
def test_nobody_without_endpoints_is_given_more(seen: Snapshot) -> None:
    decision = decide(seen)
    for backend in seen.route.backends:
        if decision.weights is not None and not seen.leaf(backend.service).ready:
            assert share(decision, backend.service) <= (seen.route.share(backend.service) or 0.0) + 1e-6


@many
@given(snapshots())
def test_what_was_taken_out_gets_nothing_more_in_that_attempt(seen: Snapshot) -> None:
    decision, stamp = decide(seen), seen.stamp
    if stamp is None or stamp.phase not in TAKEN_BACK or decision.stamp is None:
        return
    if (decision.stamp.id, decision.stamp.attempt) == (stamp.id, stamp.attempt):
        assert decision.stamp.phase is stamp.phase
        assert decision.weights is None or share(decision, stamp.canary) == 0


@many
@given(snapshots())
def test_what_is_unknown_raises_nothing(seen: Snapshot) -> None:
    decision = decide(seen)
    if seen.on_trial and decision.weights and (seen.verdict is None or seen.source_away or seen.unknown_for):
        _, canary = named(seen, decision)
        if decision.rule != "advance" or not seen.unknown_for:
            assert share(decision, canary) <= max(seen.route.share(canary) or 0.0, seen.on_trial.share) + 1e-6


@many
@given(snapshots())
def test_nothing_advances_unless_every_metric_was_read_on_this_step_and_is_fine(seen: Snapshot) -> None:
    stamp = seen.on_trial
    if decide(seen).rule == "advance" and stamp and stamp.policy:
        readings = [(gate, seen.metrics.get(gate.name)) for gate in stamp.policy.metrics]
        found = [judge(gate, reading, stamp.settled, seen.now).state for gate, reading in readings]
        assert set(found) <= {State.FINE}


@many
@given(snapshots())
def test_a_pause_adds_nothing(seen: Snapshot) -> None:
    decision = decide(seen)
    if seen.running and seen.running.paused and decision.weights and decision.rule != "resumed":
        _, canary = named(seen, decision)
        assert share(decision, canary) <= max(seen.route.share(canary) or 0.0, seen.running.share) + 1e-6


@many
@given(snapshots())
def test_it_comes_to_rest_while_nothing_changes(seen: Snapshot) -> None:
    settle(seen, rounds=MOST_WRITES)


@many
@given(snapshots())
def test_what_is_remembered_fits_and_reads_back(seen: Snapshot) -> None:
    stamp = decide(seen).stamp
    if stamp is not None:
        text = stamp.render()
        back = read(text)
        assert len(text.encode()) <= SIZE_LIMIT
        assert isinstance(back, Stamp)
        assert stamp.message.startswith(back.message)
        assert back.but(message=stamp.message) == stamp
        assert json.loads(text)["v"] == 1
