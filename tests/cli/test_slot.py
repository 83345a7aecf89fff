"""`canary slot`: where the next release belongs, for people and for scripts."""

import json

import pytest

from canary.cluster.objects import Raw
from canary.terms import Phase
from tests.cli.builders import CANARY, NAME, STABLE, a_newer_stamp, a_split, a_stamp, ended, running
from tests.cli.conftest import Call
from tests.cli.fakes import a_cluster


def on(split: Raw, canary: str) -> Raw:
    """The same with an annotation that names the canary."""
    about = split["metadata"]
    words = {**about["annotations"], "canary.delivery/canary": canary}
    return {**split, "metadata": {**about, "annotations": words}}


def with_third(split: Raw) -> Raw:
    backends = [*split["spec"]["backends"], {"service": "backend-api-v3", "weight": 0}]
    return {**split, "spec": {**split["spec"], "backends": backends}}


REJECTED = a_stamp(phase=Phase.REJECTED, step=0, policy=None, reason="PolicyMissing")

SLOTS = [
    ("after a promotion", a_split(ended(Phase.PROMOTED), 0, 1000, rollout="r1"), 0, STABLE, CANARY, ""),
    ("after a rollback", a_split(ended(Phase.ROLLED_BACK), 1000, 0, rollout="r1"), 0, CANARY, STABLE, ""),
    ("never rolled out", a_split(None, 1000, 0), 0, CANARY, STABLE, ""),
    (
        "never rolled out, at 900/100", a_split(), 0, CANARY, STABLE,
        f"{CANARY} has 10.0% of the traffic already: a release there gets it at once\n",
    ),
    ("rejected", a_split(REJECTED, 1000, 0, rollout="r1"), 0, CANARY, STABLE, ""),
    (
        "an annotation from before", on(a_split(ended(Phase.PROMOTED), 0, 1000, rollout="r1"), CANARY), 0, STABLE, CANARY,
        f"canary.delivery/canary names {CANARY}: start the next rollout with --canary {STABLE}\n",
    ),
    (
        "running", running(), 14, "none", STABLE,
        f"rollout r1 is Progressing on {CANARY}; wait for its end first\n",
    ),
    (
        "asked for", a_split(ended(Phase.PROMOTED), 0, 1000, rollout="r2"), 14, "none", CANARY,
        "rollout r2 is asked for and was not picked up yet; wait for its end first\n",
    ),
    (
        "a tie", a_split(None, 500, 500), 15, "none", "unknown",
        "nobody knows which backend is stable, or there is no other one: look at the weights\n",
    ),
    (
        "three backends", with_third(a_split(None, 1000, 0)), 15, "none", STABLE,
        f"it could be any of {CANARY}, backend-api-v3: name it at the start, by --canary\n",
    ),
    (
        "three backends, one named", on(with_third(a_split(None, 1000, 0)), "backend-api-v3"), 0, "backend-api-v3", STABLE, "",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", SLOTS, ids=[name for name, *_ in SLOTS])
def test_slot_names_the_free_backend_and_the_stable_one(
    call: Call, case: tuple[str, Raw, int, str, str, str]
) -> None:
    _, split, code, free, stable, told = case
    said = call(a_cluster(split), "slot", NAME)
    assert (said.code, said.out, said.err) == (code, f"free    {free}\nstable  {stable}\n", told)


@pytest.mark.parametrize("case", SLOTS, ids=[name for name, *_ in SLOTS])
def test_as_a_name_it_is_what_a_script_needs(call: Call, case: tuple[str, Raw, int, str, str, str]) -> None:
    _, split, code, free, _, told = case
    said = call(a_cluster(split), "slot", NAME, "-o", "name")
    assert (said.code, said.out, said.err) == (code, "" if free == "none" else f"{free}\n", told)


def test_json_says_all_of_it(call: Call) -> None:
    said = call(a_cluster(running()), "slot", NAME, "-o", "json")
    assert said.code == 14
    assert json.loads(said.out) == {
        "apiVersion": "canary.delivery/v1alpha1",
        "kind": "Slot",
        "route": {"kind": "TrafficSplit", "namespace": "sample-app", "name": NAME, "apex": "backend-api"},
        "free": None,
        "stable": STABLE,
        "share": None,
        "rollout": "r1",
        "message": f"rollout r1 is Progressing on {CANARY}; wait for its end first",
    }


@pytest.mark.parametrize("state", [a_newer_stamp(), "{}"])
def test_a_stamp_that_is_beyond_us_is_an_error(call: Call, state: str) -> None:
    said = call(a_cluster(a_split(state)), "slot", NAME)
    assert (said.code, said.out) == (1, "")
