"""A start that is wrong is told in a sentence, and no weight is written until it is mended."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from canary.rollout.requests import digest
from canary.rollout.rules import decide
from canary.rollout.snapshot import Leaf, Snapshot
from canary.rollout.stamp import Stamp, read
from canary.terms import Phase
from tests.rollout.builders import (
    CANARY,
    ID,
    STABLE,
    THIRD,
    a_leaf,
    a_policy,
    a_snapshot,
    a_stamp,
    a_start,
    a_waiting_stamp,
    an_ended_stamp,
    leaves,
    reweighted,
    settle,
    stamped,
    written,
)

OUT: Mapping[str, object] = {STABLE: 1000, CANARY: 0}

WRONG: tuple[tuple[str, Snapshot, str, str], ...] = (
    ("unknown word", a_start({"speed": "fast"}), "BadRequest", "canary.delivery/speed is no word we know"),
    ("word in capitals", a_start({"Pause": ID}), "BadRequest", "canary.delivery/Pause is no word we know"),
    ("id with a space", a_start({"rollout": "a 1"}), "BadRequest", "is not an id"),
    ("id of other letters", a_start({"rollout": "été"}), "BadRequest", "is not an id"),
    ("id that begins with a dot", a_start({"rollout": ".a"}), "BadRequest", "is not an id"),
    ("id of 64 letters", a_start({"rollout": "a" * 64}), "BadRequest", "is not an id"),
    ("huge id", a_start({"rollout": "a" * 5000}), "BadRequest", "is not an id"),
    ("pause that is none", a_start({"pause": "a1@0"}), "BadRequest", "canary.delivery/pause='a1@0' is not"),
    ("approve without a step", a_start({"approve": "a1"}), "BadRequest", "is not ID:STEP"),
    ("abort that is none", a_start({"abort": "!"}), "BadRequest", "canary.delivery/abort='!' is not"),
    ("missing policy", a_start(policy=None, policy_problem="there is no policy quick"), "PolicyMissing", "there is no policy quick"),
    ("no sentence about the policy", a_start(policy=None), "PolicyMissing", "canary.delivery/policy names no policy"),
    ("minus five", a_start(None, {STABLE: 900, CANARY: -5}), "BadWeights", "the weight -5 of api-v2 is not"),
    ("a half", a_start(None, {STABLE: 900, CANARY: 0.5}), "BadWeights", "the weight 0.5 of api-v2 is not"),
    ("500m", a_start(None, {STABLE: 900, CANARY: "500m"}), "BadWeights", "the weight '500m' of api-v2 is not"),
    ("abc", a_start(None, {STABLE: 900, CANARY: "abc"}), "BadWeights", "the weight 'abc' of api-v2 is not"),
    ("nothing at all", a_start(None, {STABLE: 0, CANARY: 0}), "BadWeights", "all weights are 0"),
    ("more than the proxies hold", a_start(None, {STABLE: 429_000, CANARY: 497}), "BadWeights", "the weights sum to 429497"),
    ("tie", a_start(None, {STABLE: 500, CANARY: 500}), "StableAmbiguous", "nobody knows which one is stable"),
    ("one backend", a_start(None, {STABLE: 1000}), "NothingToSplit", "two backends"),
    ("two that could be meant", a_start(None, {STABLE: 900, CANARY: 100, THIRD: 0}), "CanaryAmbiguous", "any of api-v2, api-v3"),
    ("a third with weight", a_start({"canary": CANARY}, {STABLE: 800, CANARY: 100, THIRD: 100}), "ThirdBackend", "api-v3 has a share"),
    ("canary is stable", a_start({"canary": STABLE}), "CanaryIsStable", "it cannot be its own canary"),
    ("canary is no backend", a_start({"canary": "api-v9"}), "CanaryUnknown", "no backend of the route"),
    ("canary is no Service", a_start(leaves=leaves(canary=Leaf(exists=False))), "CanaryUnknown", "there is no Service api-v2"),
    ("no workload", a_start(leaves=leaves(canary=Leaf(ready=2))), "WorkloadAmbiguous", "api-v2 matches no workload"),
    ("two workloads", a_start(leaves=leaves(stable=Leaf(ready=2, workloads=a_leaf("x").workloads + a_leaf("y").workloads))), "WorkloadAmbiguous", "Deployment x, Deployment y"),
    ("others own it", a_start(conflicts=("Flagger owns this route (Canary podinfo)",)), "ClaimedByOthers", "Flagger owns this route"),
    ("weights differ from the stamp", a_snapshot({"rollout": "a2"}, {STABLE: 900, CANARY: 100}, stamp=an_ended_stamp(lowered=3)), "WeightsDiffer", "all traffic should be with api-v1"),
    ("stable is gone", a_snapshot({"rollout": "a2"}, {"x": 1000, CANARY: 0}, stamp=an_ended_stamp()), "StableGone", "no longer a backend"),
)  # fmt: skip


@pytest.mark.parametrize(("seen", "reason", "sentence"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_what_is_wrong_is_rejected_with_a_sentence_and_no_weight(
    seen: Snapshot, reason: str, sentence: str
) -> None:
    decision = decide(seen)
    stamp = stamped(decision)
    assert (decision.rule, decision.reason, stamp.phase) == ("rejected", reason, Phase.REJECTED)
    assert decision.weights is None
    assert sentence in decision.message == stamp.message


@pytest.mark.parametrize("seen", [w[1] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_rejection_comes_to_rest_and_fits_the_stamp(seen: Snapshot) -> None:
    rested = settle(seen, rounds=2)
    assert rested.route.weights == seen.route.weights
    assert rested.stamp is not None
    assert isinstance(read(rested.stamp.render()), Stamp)
    assert len(rested.stamp.id) <= 63


@pytest.mark.parametrize("seen", [w[1] for w in WRONG[:-2]], ids=[w[0] for w in WRONG[:-2]])
def test_what_was_rejected_begins_once_it_is_mended(seen: Snapshot) -> None:
    rested, fine = settle(seen, rounds=2), a_start()
    mended = replace(
        rested,
        route=fine.route,
        requests=fine.requests,
        policy=fine.policy,
        leaves=fine.leaves,
        conflicts=(),
    )
    decision = decide(mended)
    assert (decision.rule, stamped(decision).id, stamped(decision).step) == ("begins", ID, 1)


def test_a_used_id_is_told_and_starts_nothing() -> None:
    seen = a_snapshot({"rollout": "a0"}, stamp=an_ended_stamp(seen=(digest("a0"), digest(ID))))
    decision = decide(seen)
    assert decision.reason == "IdReused"
    assert "a0 was seen before" in decision.message
    assert not decision.changes(seen)


def test_a_used_id_does_not_disturb_the_rollout_that_runs() -> None:
    running = a_stamp(seen=(digest("a0"), digest(ID)))
    assert decide(a_snapshot({"rollout": "a0"}, stamp=running)).rule == "baking"


def test_a_rejected_start_does_not_let_go_of_a_canary_that_was_taken_out() -> None:
    seen = settle(a_snapshot({"rollout": "a 2"}, stamp=an_ended_stamp()))
    assert stamped(decide(seen)).phase is Phase.REJECTED
    decision = decide(reweighted(seen, {STABLE: 900, CANARY: 100}))
    assert (decision.rule, decision.weights, decision.page) == ("raised_after_the_end", OUT, True)


def test_a_rejected_start_after_a_promotion_writes_nothing_to_weights_that_differ() -> None:
    seen = settle(a_snapshot({"rollout": "a 2"}, stamp=an_ended_stamp(Phase.PROMOTED)))
    decision = decide(reweighted(seen, {STABLE: 100, CANARY: 900}))
    assert (decision.rule, decision.weights) == ("rejected", None)


def test_an_attempt_that_is_rejected_while_it_waits_goes_on_as_the_same_attempt() -> None:
    waiting = a_waiting_stamp(attempt=3, paused=True, resets={"argocd": 2})
    seen = settle(a_snapshot(weights=OUT, stamp=waiting, policy=None))
    assert seen.stamp is not None
    assert (seen.stamp.phase, seen.stamp.attempt) == (Phase.REJECTED, 3)
    again = settle(replace(seen, policy=a_policy()))
    assert again.stamp is not None
    assert (again.stamp.phase, again.stamp.attempt, again.stamp.reason) == (Phase.WAITING, 3, "Paused")
    assert again.stamp.resets == {"argocd": 2}
    assert again.stamp.seen == waiting.seen


def test_weights_that_turn_bad_under_a_rejected_start_are_told_and_left_alone() -> None:
    waiting = settle(a_start(source_away="away"))
    refused = settle(replace(waiting, policy=None))
    for weights in ({STABLE: 1000, CANARY: -5}, {STABLE: 500, CANARY: 500}, {STABLE: 0, CANARY: 0}):
        bad = settle(reweighted(refused, weights))
        assert bad.stamp is not None
        assert (bad.stamp.phase, bad.route.weights.keys()) == (Phase.REJECTED, weights.keys())
        assert decide(reweighted(refused, weights)).weights is None


def test_a_share_from_before_the_rollout_survives_a_rejection_while_it_waits() -> None:
    seen = written(
        start := a_start({"pause": ID}, leaves=leaves(stable=a_leaf(STABLE, observed=False))), decide(start)
    )
    assert stamped(decide(seen)).seed == 0.1
    seen = settle(replace(seen, policy=None))
    assert seen.route.weights == {STABLE: 900, CANARY: 100}
    seen = settle(replace(seen, policy=a_policy(), leaves=leaves()))
    assert seen.stamp is not None
    assert (seen.stamp.phase, seen.stamp.step) == (Phase.PROGRESSING, 1)
    assert seen.route.weights == {STABLE: 900, CANARY: 100}
