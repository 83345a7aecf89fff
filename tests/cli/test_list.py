"""`canary list`: what it shows, to the letter."""

import json

import yaml

from canary.cluster.kinds import TRAFFIC_SPLITS
from canary.errors import Stalled
from canary.terms import Phase
from tests.cli.builders import a_newer_stamp, a_split, a_stamp, called, ended, running
from tests.cli.conftest import Call
from tests.cli.fakes import Memory

TABLE = """\
ROUTE  ROLLOUT  PHASE     STEP  SHARE  CHANGED  REASON
api    r1@1     Paused!   2/4   25.0%  3h       Paused
asked  -        -         -     -      -        asked for, not picked up
done   r1@1     Promoted  -     -      ?        Promoted
never  -        -         -     -      -        -
newer  r1       ?         -     25.0%  ?        -
"""

WIDE = """\
NAMESPACE   ROUTE  ROLLOUT  PHASE        STEP  SHARE  CHANGED  REASON  POLICY    STABLE          CANARY          MESSAGE
other       web    r1@1     Progressing  2/4   25.0%  90s      Baking  standard  backend-api-v1  backend-api-v2  0 of 212 requests failed
sample-app  never  -        -            -     -      -        -       standard  -               -               -
"""


def a_cluster() -> Memory:
    """Five managed routes in one namespace, and two that nobody manages."""
    server = Memory()
    paused = running(phase=Phase.PAUSED, paused=True, reason="Paused")
    for split in (
        called(paused, "api", written="2025-12-31T21:00:00Z"),
        called(a_split(ended(Phase.PROMOTED), 0, 1000, rollout="r1"), "done"),
        called(a_split(), "never"),
        called(a_split(rollout="r1"), "asked"),
        called(a_split(a_newer_stamp(), 750, 250), "newer"),
        called(a_split(policy=""), "unmanaged"),
    ):
        server.put(TRAFFIC_SPLITS, split)
    return server


def test_list_shows_the_managed_routes_of_the_namespace(call: Call) -> None:
    said = call(a_cluster(), "list")
    assert (said.code, said.err) == (0, "")
    assert said.out == TABLE


def test_list_of_all_namespaces_says_which(call: Call) -> None:
    server = Memory()
    server.put(TRAFFIC_SPLITS, called(a_split(), "never"))
    server.put(TRAFFIC_SPLITS, called(running(), "web", "other", written="2025-12-31T23:58:30Z"))
    said = call(server, "list", "-A", "-o", "wide")
    assert (said.code, said.err, said.out) == (0, "", WIDE)


def test_names_are_targets_of_other_commands(call: Call) -> None:
    said = call(a_cluster(), "list", "-o", "name")
    assert said.out.split() == ["split/api", "split/asked", "split/done", "split/never", "split/newer"]


def test_json_and_yaml_have_the_status_of_each(call: Call) -> None:
    told = json.loads(call(a_cluster(), "list", "-o", "json").out)
    assert (told["apiVersion"], told["kind"]) == ("canary.delivery/v1alpha1", "RolloutList")
    assert [item["route"]["name"] for item in told["items"]] == ["api", "asked", "done", "never", "newer"]
    assert told["items"][0]["rollout"]["changedAt"] == "2025-12-31T21:00:00Z"
    assert yaml.safe_load(call(a_cluster(), "list", "-o", "yaml").out) == told


def test_where_nothing_is_managed_it_says_so(call: Call) -> None:
    said = call(Memory(), "list")
    assert (said.code, said.out, said.err) == (0, "", "no route in namespace sample-app is managed\n")
    assert call(Memory(), "list", "-A").err == "no route is managed\n"
    assert json.loads(call(Memory(), "list", "-o", "json").out)["items"] == []


def test_a_route_that_cannot_be_read_does_not_hide_the_others(call: Call) -> None:
    server = a_cluster()
    server.adaptor = False
    broken = called(a_split(), "broken")
    server.put(TRAFFIC_SPLITS, {**broken, "spec": {"service": "api"}})
    said = call(server, "list")
    assert (said.code, said.out) == (1, TABLE)
    assert said.err.startswith(
        "error: it has no spec.service or no spec.backends\nat: TrafficSplit sample-app/broken\n"
    )


def test_no_rights_is_exit_1(call: Call) -> None:
    server = a_cluster()
    server.before["list"] = [Stalled("not allowed to list", hint="kubectl auth can-i list trafficsplits")]
    said = call(server, "list")
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith("try: kubectl auth can-i list trafficsplits\n")


def test_a_stamp_without_a_policy_annotation_is_listed(call: Call) -> None:
    server = Memory()
    server.put(TRAFFIC_SPLITS, called(a_split(a_stamp(), 750, 250, policy=""), "api"))
    assert call(server, "list", "-o", "name").out == "split/api\n"
