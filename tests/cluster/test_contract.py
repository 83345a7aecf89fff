"""What the product leans on, asked of both API servers: they must agree."""

import pytest

from canary.cluster.answers import Gone
from canary.cluster.client import Cluster
from canary.cluster.kinds import (
    DEPLOYMENTS,
    ENDPOINT_SLICES,
    SERVICE_PROFILES,
    SERVICES,
    STATEFUL_SETS,
    TRAFFIC_SPLITS,
    Kind,
)
from canary.cluster.objects import Raw, metadata
from canary.errors import Conflict, Missing, Stalled
from tests.cluster.beds import ON_BOTH, Bed
from tests.cluster.conftest import SPLITS, Connect, Make
from tests.cluster.splits import a_patch, backends

pytestmark = ON_BOTH

ALL_KINDS = (TRAFFIC_SPLITS, SERVICE_PROFILES, SERVICES, ENDPOINT_SLICES, DEPLOYMENTS, STATEFUL_SETS)
ANOTHER_UID = "6e7c7b1e-0000-4000-8000-000000000000"


def stored(bed: Bed, name: str) -> Raw:
    """Read past the code under test."""
    return bed.admin.get(f"{SPLITS}/{name}")


@pytest.mark.parametrize("kind", ALL_KINDS, ids=str)
def test_every_kind_is_listed_and_watched_by_the_daemon_s_own_rights(daemon: Cluster, kind: Kind) -> None:
    listing = daemon.list(kind)
    daemon.watch(kind, listing.resource_version, seconds=1).close()


def test_an_object_is_read_as_it_is_stored(bed: Bed, daemon: Cluster, make: Make) -> None:
    made = make("read")
    assert daemon.get(TRAFFIC_SPLITS, metadata(made)["namespace"], "read") == stored(bed, "read")


def test_the_core_group_is_read_too(daemon: Cluster) -> None:
    assert daemon.get(SERVICES, "default", "kubernetes")["kind"] == "Service"


def test_a_list_is_of_one_namespace_or_of_all(daemon: Cluster, make: Make, namespace: str) -> None:
    make("listed")
    here = {metadata(item)["name"] for item in daemon.list(TRAFFIC_SPLITS, namespace).items}
    elsewhere = {metadata(item)["name"] for item in daemon.list(TRAFFIC_SPLITS, "default").items}
    everywhere = {metadata(item)["name"] for item in daemon.list(TRAFFIC_SPLITS).items}
    assert "listed" in here & everywhere - elsewhere


def test_a_selector_is_the_server_s(daemon: Cluster) -> None:
    selected = daemon.list(SERVICES, "default", "component=apiserver,provider=kubernetes")
    assert [metadata(item)["name"] for item in selected.items] == ["kubernetes"]
    assert daemon.list(SERVICES, "default", "component=none").items == ()


def test_a_patch_replaces_the_list_of_backends_and_nothing_else(
    bed: Bed, daemon: Cluster, make: Make
) -> None:
    made = make("patched")
    annotations = {"canary.delivery/state": "{}"}
    only = [{"service": "backend-api-v2", "weight": 1000}]
    answered = daemon.patch_route(
        a_patch(made, {"metadata": {"annotations": annotations}, "spec": {"backends": only}})
    )
    found = stored(bed, "patched")
    assert answered == found
    assert found["spec"] == {"service": "backend-api", "backends": only}
    assert metadata(found)["annotations"] == annotations
    assert metadata(found)["uid"] == metadata(made)["uid"]


def test_the_field_manager_is_recorded(bed: Bed, daemon: Cluster, make: Make) -> None:
    daemon.patch_route(a_patch(make("managed")))
    entries = metadata(stored(bed, "managed"))["managedFields"]
    assert [entry["operation"] for entry in entries if entry["manager"] == "canary"] == ["Update"]


def test_a_stale_version_is_a_conflict_and_changes_nothing(bed: Bed, daemon: Cluster, make: Make) -> None:
    made = make("stale")
    bed.admin.patch(f"{SPLITS}/stale", {"spec": {"backends": backends(800, 200)}})
    with pytest.raises(Conflict, match="modified"):
        daemon.patch_route(a_patch(made))
    assert stored(bed, "stale")["spec"]["backends"] == backends(800, 200)


def test_the_same_patch_twice_is_a_conflict_the_second_time(daemon: Cluster, make: Make) -> None:
    patch = a_patch(make("twice"))
    daemon.patch_route(patch)
    with pytest.raises(Conflict):
        daemon.patch_route(patch)


def test_another_uid_is_a_conflict(bed: Bed, daemon: Cluster, make: Make) -> None:
    made = make("another")
    with pytest.raises(Conflict, match="made anew"):
        daemon.patch_route(a_patch(made, uid=ANOTHER_UID))
    assert stored(bed, "another") == made


def test_an_object_made_anew_is_a_conflict(bed: Bed, daemon: Cluster, make: Make) -> None:
    made = make("anew")
    bed.admin.delete(f"{SPLITS}/anew")
    again = make("anew")
    with pytest.raises(Conflict):
        daemon.patch_route(a_patch(made))
    with pytest.raises(Conflict):
        daemon.patch_route(a_patch(made, resource_version=metadata(again)["resourceVersion"]))
    assert stored(bed, "anew") == again


def test_a_dry_run_tells_and_stores_nothing(bed: Bed, daemon: Cluster, make: Make) -> None:
    made = make("dry")
    told = daemon.patch_route(a_patch(made, dry_run=True))
    assert told["spec"]["backends"] == backends(0, 1000)
    assert stored(bed, "dry") == made


def test_a_dry_run_of_a_stale_version_conflicts_too(bed: Bed, daemon: Cluster, make: Make) -> None:
    made = make("dry-stale")
    bed.admin.patch(f"{SPLITS}/dry-stale", {"metadata": {"labels": {"touched": "yes"}}})
    with pytest.raises(Conflict):
        daemon.patch_route(a_patch(made, dry_run=True))


def test_what_the_schema_refuses_is_stalled_with_its_words(daemon: Cluster, make: Make) -> None:
    made = make("schema")
    with pytest.raises(Stalled, match="service: Required value"):
        daemon.patch_route(a_patch(made, {"spec": {"service": None}}))


def test_an_object_that_is_not_there_is_missing(daemon: Cluster, make: Make, namespace: str) -> None:
    with pytest.raises(Missing, match=f"there is no TrafficSplit {namespace}/nothing"):
        daemon.get(TRAFFIC_SPLITS, namespace, "nothing")
    gone = make("soon-gone")
    gone["metadata"]["name"] = "nothing"
    with pytest.raises(Missing):
        daemon.patch_route(a_patch(gone))


@pytest.mark.parametrize(
    "kind",
    [
        Kind("nowhere.example.com", "v1", "things", "Thing"),
        Kind("split.smi-spec.io", "v1alpha4", "trafficsplits", "TrafficSplit"),
        Kind("split.smi-spec.io", "v1alpha1", "others", "Other"),
    ],
    ids=str,
)
def test_a_kind_that_is_not_installed_is_missing_and_says_so(connect: Connect, kind: Kind) -> None:
    admin = connect("admin")
    with pytest.raises(Missing, match=f"serves no {kind.resource}"):
        admin.get(kind, "default", "x")
    with pytest.raises(Missing, match="serves no"):
        admin.list(kind)
    with pytest.raises(Missing, match="serves no"):
        admin.watch(kind, "1")


@pytest.mark.parametrize("user", ["releaser", "viewer"])
def test_everybody_learns_who_he_is(connect: Connect, user: str) -> None:
    assert connect(user).whoami() == user


def test_a_watch_tells_changes_in_order(bed: Bed, daemon: Cluster, make: Make, namespace: str) -> None:
    stream = daemon.watch(TRAFFIC_SPLITS, daemon.list(TRAFFIC_SPLITS, namespace).resource_version, namespace)
    make("watched")
    bed.admin.patch(f"{SPLITS}/watched", {"spec": {"backends": backends(0, 1)}})
    bed.admin.delete(f"{SPLITS}/watched")
    seen = [next(stream) for _ in range(3)]
    stream.close()
    assert [event.type for event in seen] == ["ADDED", "MODIFIED", "DELETED"]
    assert {metadata(event.object)["name"] for event in seen} == {"watched"}


def test_a_watch_ends_when_it_was_asked_to(daemon: Cluster) -> None:
    version = daemon.list(TRAFFIC_SPLITS).resource_version
    assert all(event.type == "BOOKMARK" for event in daemon.watch(TRAFFIC_SPLITS, version, seconds=1))


def test_a_version_from_before_the_server_s_memory_is_gone(daemon: Cluster) -> None:
    with pytest.raises(Gone):
        next(daemon.watch(TRAFFIC_SPLITS, "1"))
