"""A TrafficSplit is read strictly and written as plain integers; what is written reads back."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canary.errors import Invalid
from canary.routes import trafficsplit
from canary.routes.route import WEIGHT_SUM_LIMIT
from tests.routes.splits import CANARY, STABLE, a_split, a_split_of, merged

NAMES = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
WEIGHTS = st.integers(0, WEIGHT_SUM_LIMIT - 1)
ODD: st.SearchStrategy[object] = (
    st.sampled_from([-5, 0.5, "500m", "abc", None, True, "1k", "", [], {}, 10**30, float("nan")]) | WEIGHTS
)


def test_a_healthy_split_is_read_whole() -> None:
    route = trafficsplit.read(a_split())
    assert route.weights == {STABLE: 900, CANARY: 100}
    assert route.problems == ()
    assert (route.namespace, route.name, route.apex) == ("sample-app", "backend-api-split", "backend-api")
    assert (route.version, route.uid[:8]) == ("41", "11111111")
    assert str(route) == "TrafficSplit sample-app/backend-api-split"


def test_only_our_own_annotations_are_looked_at() -> None:
    assert trafficsplit.read(a_split()).annotations == {"canary.delivery/policy": "standard"}


@pytest.mark.parametrize(
    ("stable", "canary"), [("900", "100"), ("900000m", "1e2"), (900.0, 100), ("0.9k", "+100")]
)
def test_whole_numbers_are_weights_in_either_version_of_the_api(stable: object, canary: object) -> None:
    route = trafficsplit.read(a_split({STABLE: stable, CANARY: canary}))
    assert route.weights == {STABLE: 900, CANARY: 100}
    assert route.problems == ()


@pytest.mark.parametrize(
    "weight",
    [-5, "-5", 0.5, "0.5", "500m", "abc", "", None, True, [], {}, float("nan"), 429_497, "1M", 10**40],
)
def test_a_weight_that_cannot_be_represented_is_told(weight: object) -> None:
    route = trafficsplit.read(a_split({STABLE: 900, CANARY: weight}))
    assert route.weights == {STABLE: 900, CANARY: None}
    assert len(route.problems) == 1
    assert f"the weight {weight!r} of {CANARY} is not a whole number" in route.problems[0]
    assert route.share(CANARY) is None


def test_a_missing_weight_is_told_not_taken_for_zero() -> None:
    route = trafficsplit.read(a_split_of([{"service": STABLE, "weight": 900}, {"service": CANARY}]))
    assert "None" in route.problems[0]


def test_all_zero_is_told() -> None:
    route = trafficsplit.read(a_split({STABLE: 0, CANARY: 0}))
    assert "all weights are 0" in route.problems[0]
    assert route.share(STABLE) is None


@pytest.mark.parametrize(("stable", "fine"), [(429_396, True), (429_397, False), (429_496, False)])
def test_the_sum_stays_below_what_the_proxies_can_hold(stable: int, fine: bool) -> None:
    route = trafficsplit.read(a_split({STABLE: stable, CANARY: 100}))
    assert (route.problems == ()) is fine
    assert fine or "the weights sum to" in route.problems[0]


@pytest.mark.parametrize(
    "backends",
    [
        [{"service": STABLE, "weight": 900}, {"service": STABLE, "weight": 100}],
        [{"service": STABLE, "weight": 900}, "backend-api-v2"],
        [{"service": STABLE, "weight": 900}, None],
    ],
)
def test_a_list_that_is_none_of_different_services_is_told(backends: list[object]) -> None:
    assert "list of different Services" in trafficsplit.read(a_split_of(backends)).problems[0]


@pytest.mark.parametrize(
    "obj",
    [
        {},
        {"metadata": None, "spec": None},
        {"spec": {"service": "a"}},
        {"spec": {"service": None, "backends": []}},
        {"spec": {"service": "a", "backends": {"service": "a"}}},
    ],
)
def test_what_is_no_split_at_all_is_invalid(obj: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=r"no spec\.service or no spec\.backends"):
        trafficsplit.read(obj)


def test_no_backends_at_all_is_told() -> None:
    assert trafficsplit.read(a_split({})).problems != ()


def test_deletion_owner_and_last_writer_are_seen() -> None:
    meta = {
        "deletionTimestamp": "2026-01-01T00:00:00Z",
        "ownerReferences": [
            {"kind": "Deployment", "name": "x"},
            {"kind": "Canary", "name": "podinfo", "controller": True},
        ],
        "managedFields": [
            {"manager": "kubectl-edit", "time": "2026-01-01T00:00:05Z", "fieldsV1": {"f:spec": {}}},
            {"manager": "canary", "time": "2026-01-01T00:00:01Z", "fieldsV1": {"f:spec": {}}},
            {"manager": "argocd", "time": "2026-01-01T00:00:09Z", "fieldsV1": {"f:metadata": {}}},
        ],
    }
    route = trafficsplit.read(a_split(meta=meta))
    assert (route.terminating, route.owner, route.manager) == (True, "Canary podinfo", "kubectl-edit")


def test_of_two_writers_in_one_second_it_was_not_us() -> None:
    entries: list[object] = [
        {"manager": name, "time": "2026-01-01T00:00:05Z", "fieldsV1": {"f:spec": {}}}
        for name in ("canary", "kubectl-edit")
    ]
    for order in (entries, entries[::-1]):
        assert trafficsplit.read(a_split(meta={"managedFields": order})).manager == "kubectl-edit"


@given(st.dictionaries(NAMES, st.tuples(ODD, WEIGHTS), min_size=1, max_size=6))
def test_what_is_written_reads_back(services: dict[str, tuple[object, int]]) -> None:
    found = a_split({name: before for name, (before, _) in services.items()})
    wanted = {name: after for name, (_, after) in services.items()}
    patch = trafficsplit.patch(trafficsplit.read(found), wanted, {})
    assert trafficsplit.read(merged(found, patch)).weights == wanted


@given(st.dictionaries(NAMES, WEIGHTS, min_size=1, max_size=6))
def test_a_patch_is_plain_integers_for_all_backends(wanted: dict[str, int]) -> None:
    route = trafficsplit.read(a_split(dict.fromkeys(wanted, "7")))
    backends = trafficsplit.patch(route, wanted, {})["spec"]["backends"]
    assert [backend["service"] for backend in backends] == list(wanted)
    assert all(type(backend["weight"]) is int for backend in backends)


def test_a_patch_touches_nothing_else() -> None:
    found = a_split(matches=[{"kind": "HTTPRouteGroup", "name": "g"}])
    before = deepcopy(found)
    patch = trafficsplit.patch(
        trafficsplit.read(found), {STABLE: 1000, CANARY: 0}, {"canary.delivery/state": "{}"}
    )
    after = merged(found, patch)
    assert found == before
    assert after["metadata"]["annotations"].pop("canary.delivery/state") == "{}"
    after["spec"]["backends"] = before["spec"]["backends"]
    assert after == before


def test_a_patch_without_weights_leaves_the_backends_alone() -> None:
    found = a_split({STABLE: "0.9k", CANARY: -5})
    patch = trafficsplit.patch(trafficsplit.read(found), None, {"canary.delivery/state": "{}"})
    assert merged(found, patch)["spec"] == found["spec"]


def test_a_patch_can_take_an_annotation_away() -> None:
    found = a_split()
    patch = trafficsplit.patch(trafficsplit.read(found), None, {"canary.delivery/policy": None})
    assert merged(found, patch)["metadata"]["annotations"] == {"example.com/owner": "team-a"}


def test_a_backend_listed_twice_is_written_once() -> None:
    found = a_split_of([{"service": STABLE, "weight": 1}, {"service": STABLE, "weight": 2}])
    patch = trafficsplit.patch(trafficsplit.read(found), {STABLE: 1000}, {})
    assert patch["spec"]["backends"] == [{"service": STABLE, "weight": 1000}]


def test_shares_are_parts_of_the_sum() -> None:
    route = trafficsplit.read(a_split({STABLE: 90, CANARY: 10}))
    assert (route.share(STABLE), route.share(CANARY), route.share("unknown")) == (0.9, 0.1, 0.0)
