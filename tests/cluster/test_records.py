"""Records and Events, on both API servers: they must agree."""

from datetime import UTC, datetime

import pytest

from canary.cluster import events, records
from canary.cluster.client import Cluster
from canary.cluster.kinds import TRAFFIC_SPLITS
from canary.cluster.objects import Raw, metadata
from canary.cluster.views import record as view
from canary.errors import Conflict, Invalid, Missing, Stalled
from canary.rollout import record
from canary.rollout.record import Record, Spec, Status, seal
from canary.rollout.record.conditions import conditions
from canary.rollout.record.model import Entry
from canary.terms import Phase
from tests.cluster.beds import ON_BOTH, Bed
from tests.cluster.conftest import NAMESPACE, Make
from tests.rollout.builders import CANARY, STABLE, a_pin, a_route, a_stamp
from tests.rollout.test_record import a_spec

pytestmark = [ON_BOTH, pytest.mark.usefixtures("namespace")]

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
COLLECTION = f"/apis/canary.delivery/v1alpha1/namespaces/{NAMESPACE}/canaryrollouts"


def sealed(**changes: object) -> Spec:
    spec = a_spec(**changes)
    return spec.model_copy(update={"seal": seal(spec)})


def a_status(**changes: object) -> Status:
    known = {
        "phase": Phase.PROGRESSING,
        "step": 2,
        "steps": 4,
        "share": "25%",
        "weights": {STABLE: 750, CANARY: 250},
        "reason": "Baking",
        "conditions": conditions(a_stamp(), 1, (), NOW),
        "decisions": (Entry(time=NOW, phase=Phase.PROGRESSING, write="00000001"),),
    }
    return Status.model_validate({**known, **changes})


def made(daemon: Cluster, name: str, **changes: object) -> Record:
    return records.create(daemon, NAMESPACE, name, sealed(**changes))


def test_a_record_is_read_as_it_was_written(daemon: Cluster) -> None:
    spec = sealed(policy="quick", reason="why", revisions={STABLE: a_pin(STABLE)})
    found = records.create(daemon, NAMESPACE, "written", spec)
    assert (found.spec, found.status, found.generation) == (spec, None, 1)
    told = records.write_status(daemon, found, a_status())
    assert (told.status, told.generation) == (a_status(), 1)
    assert records.get(daemon, NAMESPACE, "written") == told


def test_its_status_is_no_part_of_it_and_its_spec_none_of_the_status(daemon: Cluster, bed: Bed) -> None:
    found = made(daemon, "parts")
    records.write_status(daemon, found, a_status())
    bed.admin.patch(f"{COLLECTION}/parts", {"status": {"phase": "Promoted"}})
    again = records.get(daemon, NAMESPACE, "parts")
    assert (again.spec, again.status) == (found.spec, a_status())


def test_what_is_gone_from_a_map_does_not_stay(daemon: Cluster) -> None:
    found = records.write_status(daemon, made(daemon, "maps"), a_status())
    fewer = records.write_status(daemon, found, a_status(weights={"api-v3": 1000}))
    assert fewer.status == a_status(weights={"api-v3": 1000})
    pinned = records.write_spec(daemon, fewer, sealed(revisions={STABLE: a_pin(STABLE)}))
    assert records.write_spec(daemon, pinned, sealed()).spec == sealed()


def test_a_second_one_of_that_name_is_a_conflict_and_so_is_a_stale_version(daemon: Cluster) -> None:
    found = made(daemon, "twice")
    with pytest.raises(Conflict, match="already"):
        made(daemon, "twice")
    records.write_status(daemon, found, a_status())
    with pytest.raises(Conflict, match="changed since"):
        records.write_status(daemon, found, a_status())
    with pytest.raises(Conflict, match="changed since"):
        records.write_spec(daemon, found, sealed(reason="why"))


def test_one_that_is_deleted_is_missing(daemon: Cluster) -> None:
    found = made(daemon, "gone")
    daemon.delete_record(NAMESPACE, "gone")
    for call in (
        lambda: daemon.delete_record(NAMESPACE, "gone"),
        lambda: records.get(daemon, NAMESPACE, "gone"),
        lambda: records.write_status(daemon, found, a_status()),
    ):
        with pytest.raises(Missing, match="there is no CanaryRollout"):
            call()


def test_those_of_a_route_are_found_by_its_name_however_long(daemon: Cluster) -> None:
    route = {"kind": "TrafficSplit", "name": "x" * 200, "uid": "u"}
    made(daemon, "another")
    for attempt in (1, 2):
        made(daemon, f"long-{attempt}", route=route, attempt=attempt)
    found = records.listed(daemon, NAMESPACE, "x" * 200)
    assert [one.name for one in found] == ["long-1", "long-2"]
    assert {"another", "long-1", "long-2"} <= {one.name for one in records.listed(daemon)}


def test_the_server_refuses_what_is_no_record(daemon: Cluster, bed: Bed) -> None:
    found = made(daemon, "refused")
    with pytest.raises(Stalled, match="decisions"):
        records.write_status(
            daemon, found, a_status().model_copy(update={"decisions": a_status().decisions * 51})
        )
    bed.admin.patch(f"{COLLECTION}/refused", {"spec": {"canary": "another"}})
    again = records.get(daemon, NAMESPACE, "refused")
    assert not record.naming.sealed(again.spec, again.status)


def test_a_glimpse_of_a_record_is_enough_to_know_what_it_tells(daemon: Cluster, bed: Bed) -> None:
    made(daemon, "glimpsed")
    raw: Raw = bed.admin.get(f"{COLLECTION}/glimpsed")
    assert (view(raw).phase, view(raw).told) == (None, "")
    records.write_status(daemon, records.read(raw), a_status())
    seen = view(bed.admin.get(f"{COLLECTION}/glimpsed"))
    assert (seen.phase, seen.told, seen.route) == (
        Phase.PROGRESSING,
        "00000001",
        ("TrafficSplit", "api-split"),
    )
    with pytest.raises(Invalid, match="no record"):
        view({**raw, "spec": None})


def test_an_event_is_told_once_for_each_change(daemon: Cluster, bed: Bed, make: Make) -> None:
    uid = metadata(make("eventful"))["uid"]
    route = a_route({STABLE: 900, CANARY: 100}, uid=uid, name="eventful", namespace=NAMESPACE)
    event = events.Event(TRAFFIC_SPLITS, route, "00000001", "Started", "it starts" * 500, False, NOW)
    events.post(daemon, event)
    with pytest.raises(Conflict):
        events.post(daemon, event)
    found = bed.admin.get(
        f"/api/v1/namespaces/{NAMESPACE}/events", fieldSelector="involvedObject.name=eventful"
    )["items"]
    assert [(one["type"], one["reason"], len(one["message"])) for one in found] == [
        ("Normal", "Started", 1024)
    ]
