"""What smi-adaptor does to ServiceProfiles, with its measured quirks."""

from fractions import Fraction
from typing import Any

import pytest

from canary.errors import Invalid
from canary.sim.adaptor import adapt, overrides, reconcile, release
from canary.sim.quantity import canonical, parse

NAME = "backend-api.sample-app.svc.cluster.local"


def a_split(*weights: object, name: str = "backend-api-split", apex: str = "backend-api") -> dict[str, Any]:
    backends = [
        {"service": f"{apex}-v{number}", "weight": weight} for number, weight in enumerate(weights, 1)
    ]
    return {
        "apiVersion": "split.smi-spec.io/v1alpha1",
        "kind": "TrafficSplit",
        "metadata": {"name": name, "namespace": "sample-app"},
        "spec": {"service": apex, "backends": backends},
    }


def a_profile(**annotations: str) -> dict[str, Any]:
    return {
        "apiVersion": "linkerd.io/v1alpha2",
        "kind": "ServiceProfile",
        "metadata": {"name": NAME, "namespace": "sample-app", "annotations": annotations},
        "spec": {
            "routes": [{"name": "GET /api", "condition": {"pathRegex": "/api.*"}, "isRetryable": True}],
            "retryBudget": {"retryRatio": 0.2, "minRetriesPerSecond": 10, "ttl": "10s"},
            "dstOverrides": [{"authority": "old.sample-app.svc.cluster.local", "weight": "1"}],
        },
    }


def told(profile: dict[str, Any]) -> dict[str, float]:
    return {service: float(weight) for service, weight in (overrides(profile) or {}).items()}


def test_a_missing_profile_is_created_with_overrides_only_and_no_owner() -> None:
    assert reconcile(a_split(900, 100), None) == {
        "apiVersion": "linkerd.io/v1alpha2",
        "kind": "ServiceProfile",
        "metadata": {"name": NAME, "namespace": "sample-app"},
        "spec": {
            "dstOverrides": [
                {"authority": "backend-api-v1.sample-app.svc.cluster.local", "weight": "900"},
                {"authority": "backend-api-v2.sample-app.svc.cluster.local", "weight": "100"},
            ]
        },
    }


def test_an_existing_profile_gets_a_new_list_and_keeps_the_rest() -> None:
    before = a_profile()
    after = reconcile(a_split(900, 100), before)
    assert after is not None
    assert told(after) == {"backend-api-v1": 900, "backend-api-v2": 100}
    for key in ("routes", "retryBudget"):
        assert after["spec"][key] == before["spec"][key]
    assert told(before) == {"old": 1}


def test_the_clusters_domain_is_part_of_names_and_authorities() -> None:
    made = reconcile(a_split(1, 0), None, domain="corp.example")
    assert made is not None
    assert made["metadata"]["name"] == "backend-api.sample-app.svc.corp.example"
    assert made["spec"]["dstOverrides"][0]["authority"] == "backend-api-v1.sample-app.svc.corp.example"


@pytest.mark.parametrize("value", ["true", "false", ""])
def test_a_profile_marked_to_be_skipped_is_left_alone_whatever_the_mark_says(value: str) -> None:
    skipped = a_profile(**{"smi.linkerd.io/skip": value})
    assert reconcile(a_split(900, 100), skipped) is None
    assert release(skipped) is None


def test_a_deleted_split_empties_the_overrides_and_leaves_the_profile() -> None:
    after = release(a_profile())
    assert after is not None
    assert overrides(after) is None
    assert after["spec"]["routes"]
    assert release(None) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [(1000, "1k"), (900, "900"), (2000, "2k"), (0, "0"), (100, "100"), (1500, "1500"), (1_000_000, "1M")],
)
def test_weights_come_back_as_canonical_quantities(written: int, read: str) -> None:
    """Measured: 1000 reads back as `1k`, 2000 as `2k`."""
    made = reconcile(a_split(written, 0), None)
    assert made is not None
    assert made["spec"]["dstOverrides"][0]["weight"] == read
    assert told(made) == {"backend-api-v1": written, "backend-api-v2": 0}


@pytest.mark.parametrize(
    ("written", "read", "value"),
    [
        ("500m", "500m", Fraction(1, 2)),
        (0.5, "500m", Fraction(1, 2)),
        ("1.5", "1500m", Fraction(3, 2)),
        ("1Ki", "1Ki", Fraction(1024)),
        ("2048Ki", "2Mi", Fraction(2**21)),
        ("1e3", "1e3", Fraction(1000)),
        ("1000k", "1M", Fraction(10**6)),
        (-3, "-3", Fraction(-3)),
    ],
)
def test_quantities_are_read_exactly(written: object, read: str, value: Fraction) -> None:
    assert canonical(written) == read
    assert parse(written) == parse(read) == value


@pytest.mark.parametrize("broken", ["abc", "", "1x", True, None])
def test_one_malformed_weight_in_any_split_stops_all(broken: object) -> None:
    """Measured with `"abc"`: not one split of the cluster is served any more."""
    splits = [a_split(900, 100), a_split(broken, 1, name="stranger", apex="other")]
    with pytest.raises(Invalid, match="no quantity") as raised:
        adapt(splits, {})
    assert raised.value.at == "TrafficSplit sample-app/stranger"


def test_of_two_splits_with_one_apex_the_later_one_wins() -> None:
    profile = ("sample-app", NAME), a_profile()
    (written,) = adapt([a_split(900, 100), a_split(1, 0, name="second")], dict([profile]))
    assert told(written) == {"backend-api-v1": 1, "backend-api-v2": 0}


def test_every_split_gets_its_own_profile() -> None:
    written = adapt([a_split(900, 100), a_split(1, 0, name="second", apex="other")], {})
    assert [profile["metadata"]["name"] for profile in written] == [
        NAME,
        "other.sample-app.svc.cluster.local",
    ]


def test_a_profile_without_overrides_says_nothing() -> None:
    assert overrides(None) is None
    assert overrides({"metadata": {}, "spec": {"dstOverrides": []}}) is None
