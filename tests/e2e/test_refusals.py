"""Bad input on real servers: a sentence on the route for every mistake, and no weight is written."""

from collections.abc import Mapping

import pytest

from tests.e2e.history import Version, stamp_of
from tests.e2e.story import POLICY, ask, ended, wait_for, weight_writes
from tests.e2e.world import CANARY, STABLE, World

pytestmark = pytest.mark.servers

NO_WEIGHTS: Mapping[str, object] = {}
MISTAKES: tuple[tuple[str, Mapping[str, str], Mapping[str, object], str, str], ...] = (
    ("unknown-word", {"speed": "fast"}, NO_WEIGHTS, "BadRequest", "canary.delivery/speed is no word we know"),
    ("bad id!", {}, NO_WEIGHTS, "BadRequest", "is not an id"),
    ("bad-value", {"pause": "me@0"}, NO_WEIGHTS, "BadRequest", "canary.delivery/pause='me@0' is not"),
    ("no-policy", {"policy": "nothing-like-it"}, NO_WEIGHTS, "PolicyMissing", "there is no policy nothing-like-it"),
    ("itself", {"canary": STABLE}, NO_WEIGHTS, "CanaryIsStable", "cannot be its own canary"),
    ("unknown-canary", {"canary": "backend-api-v9"}, NO_WEIGHTS, "CanaryUnknown", "which is no backend"),
    ("tie", {}, {STABLE: 500, CANARY: 500}, "StableAmbiguous", "no backend has most weight"),
    ("negative", {}, {STABLE: 900, CANARY: -5}, "BadWeights", "the weight -5 of backend-api-v2"),
    ("fraction", {}, {STABLE: 900, CANARY: 0.5}, "BadWeights", "the weight 0.5 of backend-api-v2"),
    ("quantity", {}, {STABLE: 900, CANARY: "500m"}, "BadWeights", "the weight '500m' of backend-api-v2"),
    ("nothing", {}, {STABLE: 0, CANARY: 0}, "BadWeights", "all weights are 0"),
    ("ambiguous", {}, {STABLE: 900, CANARY: 50, "backend-api": 0}, "CanaryAmbiguous", "could be any of"),
    ("third", {"canary": CANARY}, {STABLE: 900, CANARY: 50, "backend-api": 50}, "ThirdBackend", "backend-api has a share"),
)  # fmt: skip


def serving(weights: Mapping[str, object]) -> str:
    """The version of the API that lets such weights in: Quantities here, fractions there."""
    return "v1alpha2" if any(isinstance(weight, float) for weight in weights.values()) else "v1alpha1"


def told(world: World, rollout: str, after: int) -> Version:
    """The answer to what was asked for."""
    return wait_for(
        world, lambda stamp: stamp.get("id") == rollout, 20, f"an answer to {rollout}", after=after
    )


def test_every_mistake_is_told_in_a_sentence_and_moves_nothing(world: World) -> None:
    world.daemon().start()
    for rollout, words, weights, reason, sentence in MISTAKES:
        world.set_weights(weights or {STABLE: 900, CANARY: 100}, version=serving(weights))
        after = world.annotate(
            {"policy": POLICY, "rollout": rollout, "canary": None, "speed": None, "pause": None, **words}
        )
        refused = told(world, rollout, after)
        stamp = stamp_of(refused) or {}
        assert (stamp["phase"], stamp["reason"]) == ("Rejected", reason), stamp
        assert sentence in stamp["message"]
    assert weight_writes(world) == []


def test_an_id_that_was_used_starts_nothing(world: World) -> None:
    world.daemon().start()
    world.annotate({"policy": POLICY, "rollout": "r1", "abort": "r1"})
    ended(world, "Aborted", 20)
    ask(world, "r2", abort="r2")
    ended(world, "Aborted", 20, rollout="r2")
    world.annotate({"rollout": "r1"})
    told = world.canary("status", "split/backend-api-split", "--wait", "--id", "r1", "--timeout", "20s")
    assert told.returncode != 0
    assert "before" in told.stdout + told.stderr
    assert weight_writes(world) == []
