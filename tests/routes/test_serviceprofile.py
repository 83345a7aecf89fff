"""Whether Linkerd was handed the weights shows in the ServiceProfile, in canonical quantities."""

from collections.abc import Mapping
from typing import Any

import pytest

from canary.routes import serviceprofile
from tests.routes.splits import CANARY, NAMESPACE, STABLE

DOMAIN = "cluster.local"


def a_profile(weights: Mapping[str, object], port: str = "", **meta: object) -> dict[str, Any]:
    """What smi-adaptor makes of a split."""
    return {
        "apiVersion": "linkerd.io/v1alpha2",
        "kind": "ServiceProfile",
        "metadata": {"name": f"backend-api.{NAMESPACE}.svc.{DOMAIN}", "namespace": NAMESPACE, **meta},
        "spec": {
            "dstOverrides": [
                {"authority": f"{service}.{NAMESPACE}.svc.{DOMAIN}{port}", "weight": weight}
                for service, weight in weights.items()
            ]
        },
    }


@pytest.mark.parametrize(
    ("stable", "canary", "shown"),
    [
        (900, 100, {STABLE: "900", CANARY: "100"}),
        (1000, 0, {STABLE: "1k", CANARY: "0"}),
        (1000, 0, {STABLE: 1000, CANARY: 0}),
        (120_000, 1, {STABLE: "120k", CANARY: "1000m"}),
    ],
)
def test_the_same_weights_in_another_spelling_are_the_same(
    stable: int, canary: int, shown: dict[str, object]
) -> None:
    profile = serviceprofile.read(a_profile(shown))
    assert profile.shows({STABLE: stable, CANARY: canary}, NAMESPACE, DOMAIN)


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {STABLE: "1k"},
        {STABLE: "999", CANARY: "1"},
        {STABLE: "1k", CANARY: "0", "third": "0"},
        {STABLE: "abc", CANARY: "0"},
        {STABLE: None, CANARY: "0"},
    ],
)
def test_other_weights_are_not_taken_for_ours(shown: dict[str, object]) -> None:
    assert not serviceprofile.read(a_profile(shown)).shows({STABLE: 1000, CANARY: 0}, NAMESPACE, DOMAIN)


def test_weights_nobody_can_read_are_never_shown() -> None:
    profile = serviceprofile.read(a_profile({STABLE: "900", CANARY: "abc"}))
    assert not profile.shows({STABLE: 900, CANARY: None}, NAMESPACE, DOMAIN)


def test_a_port_in_the_authority_does_not_matter() -> None:
    profile = serviceprofile.read(a_profile({STABLE: "900", CANARY: "100"}, port=":8080"))
    assert profile.shows({STABLE: 900, CANARY: 100}, NAMESPACE, DOMAIN)


def test_another_namespace_or_domain_is_another_service() -> None:
    profile = serviceprofile.read(a_profile({STABLE: "900", CANARY: "100"}))
    assert not profile.shows({STABLE: 900, CANARY: 100}, "elsewhere", DOMAIN)
    assert not profile.shows({STABLE: 900, CANARY: 100}, NAMESPACE, "example.org")


def test_the_adaptor_may_be_told_to_leave_it_alone() -> None:
    told = a_profile({}, annotations={serviceprofile.SKIP: "false"})
    assert serviceprofile.read(told).skipped
    assert not serviceprofile.read(a_profile({})).skipped


@pytest.mark.parametrize(
    "obj",
    [
        {},
        {"metadata": None, "spec": None},
        {"spec": {}},
        {"spec": {"dstOverrides": None}},
        {"spec": {"dstOverrides": []}},
        {"spec": {"dstOverrides": [None, "text"]}},
    ],
)
def test_a_profile_without_overrides_says_that_no_split_is_in_force(obj: dict[str, Any]) -> None:
    profile = serviceprofile.read(obj)
    assert profile.overrides == {}
    assert not profile.shows({STABLE: 1000}, NAMESPACE, DOMAIN)


def test_a_profile_is_named_after_its_service() -> None:
    assert serviceprofile.name("backend-api", "ns", DOMAIN) == "backend-api.ns.svc.cluster.local"
