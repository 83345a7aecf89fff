"""`canary history`: from the records, from the stamp, or from both."""

import json
from datetime import UTC, datetime

import pytest
import yaml

from canary.cluster.kinds import RECORDS
from canary.errors import Missing, Stalled, Unavailable
from canary.terms import Phase
from tests.cli.builders import (
    CANARY,
    NAME,
    STABLE,
    a_record,
    a_split,
    a_stamp,
    ended,
    outcome,
    running,
)
from tests.cli.conftest import Call
from tests.cli.fakes import Memory, a_cluster

TABLE = """\
ROLLOUT  PHASE       STEP  BEGAN  CHANGED  REASON      BY
r1@1     Promoted    4/4   2h     110m     Promoted    -
r0@2     RolledBack  2/4   3d     2d       GateFailed  jane
r0@1     Aborted     1/4   4d     ?        Aborted     -
"""

DETAILS = """\
ROLLOUT  PHASE       STEP  BEGAN  CHANGED  REASON      BY
r0@2     RolledBack  2/4   3d     2d       GateFailed  jane
r0@1     Aborted     1/4   4d     ?        Aborted     -

r0@2: release 7
2025-12-29 00:00:00  Progressing  1  900 100  Started: begins
2025-12-29 00:01:00  RolledBack   2  1000 0   GateFailed: 40 of 200 failed
"""

STAMPED = """\
ROLLOUT  PHASE        STEP  BEGAN  CHANGED  REASON  BY
r1@1     Progressing  2/4   ?      ?        Baking  -
"""

DECISIONS = [
    {
        "time": "2025-12-29T00:00:00Z", "phase": "Progressing", "step": 1, "reason": "Started", "message": "begins",
        "weightsAfter": {STABLE: 900, CANARY: 100},
    },
    {
        "time": "2025-12-29T00:01:00Z", "phase": "RolledBack", "step": 2, "reason": "GateFailed",
        "message": "40 of 200 failed", "weightsAfter": {STABLE: 1000, CANARY: 0},
    },
]  # fmt: skip


def with_records(server: Memory) -> Memory:
    """Three attempts, the last one promoted."""
    promoted = {"time": "2025-12-31T22:10:00Z", "phase": "Promoted", "reason": "Promoted", "step": 4}
    server.put(
        RECORDS,
        a_record("a", "2025-12-28T00:00:00Z", outcome(Phase.ABORTED, 1, "Aborted"), id="r0"),
    )
    server.put(
        RECORDS,
        a_record(
            "b",
            "2025-12-29T00:00:00Z",
            outcome(Phase.ROLLED_BACK, 2, "GateFailed", decisions=DECISIONS),
            id="r0",
            attempt=2,
            requestedBy="jane",
            reason="release 7",
        ),
    )
    done = outcome(Phase.PROMOTED, 4, "Promoted", decisions=[promoted])
    server.put(RECORDS, a_record("c", "2025-12-31T22:00:00Z", done, id="r1"))
    return server


@pytest.fixture
def server() -> Memory:
    return with_records(a_cluster(a_split(ended(Phase.PROMOTED), 0, 1000, rollout="r1")))


def test_history_is_what_the_records_tell_newest_first(call: Call, server: Memory) -> None:
    said = call(server, "history", NAME)
    assert (said.code, said.err, said.out) == (0, "", TABLE)


def test_of_one_rollout_it_tells_every_decision(call: Call, server: Memory) -> None:
    said = call(server, "history", NAME, "--id", "r0")
    assert (said.code, said.err, said.out) == (0, "", DETAILS)


def test_a_deleted_route_keeps_its_history(call: Call, server: Memory) -> None:
    server.delete()
    said = call(server, "history", NAME)
    assert (said.code, said.out) == (0, TABLE)


def test_an_attempt_without_a_record_yet_is_told_from_the_stamp(call: Call) -> None:
    server = with_records(a_cluster(running(id="r2")))
    first = call(server, "history", NAME).out.splitlines()[1]
    assert first.split()[:5] == ["r2@1", "Progressing", "2/4", "?", "?"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            Missing("no such kind"),
            "the cluster keeps no records: deploy/base/crd.yaml is not installed there",
        ),
        (Stalled("not allowed"), "the records cannot be read: not allowed"),
        (Unavailable("it broke off"), "the records cannot be read: it broke off"),
    ],
)
def test_without_records_it_is_what_the_stamp_holds(call: Call, error: Exception, told: str) -> None:
    server = a_cluster(running())
    server.before["list"] = [error, error]
    said = call(server, "history", NAME)
    assert (said.code, said.out) == (0, STAMPED)
    assert said.err == f"{told}; this is what the stamp on the route holds\n"
    whole = json.loads(call(server, "history", NAME, "-o", "json").out)
    assert (whole["recorded"], whole["problem"]) == (False, told)


def test_json_and_yaml_have_all_of_it(call: Call, server: Memory) -> None:
    told = json.loads(call(server, "history", NAME, "-o", "json").out)
    assert (told["apiVersion"], told["kind"]) == ("canary.delivery/v1alpha1", "RolloutHistory")
    assert [(one["id"], one["attempt"], one["record"]) for one in told["attempts"]] == [
        ("r1", 1, "c"),
        ("r0", 2, "b"),
        ("r0", 1, "a"),
    ]
    assert told["attempts"][1]["decisions"][1]["weightsAfter"] == {STABLE: 1000, CANARY: 0}
    assert yaml.safe_load(call(server, "history", NAME, "-o", "yaml").out) == told


def test_wide_adds_policy_backends_and_the_sentence(call: Call, server: Memory) -> None:
    lines = call(server, "history", NAME, "-o", "wide").out.splitlines()
    assert lines[0].split()[-4:] == ["POLICY", "STABLE", "CANARY", "MESSAGE"]
    assert lines[2].split()[-6:] == ["standard", STABLE, CANARY, "so", "it", "was"]


def test_names_are_attempts(call: Call, server: Memory) -> None:
    assert call(server, "history", NAME, "-o", "name").out == "r1@1\nr0@2\nr0@1\n"


def test_a_route_that_never_was_is_an_error(call: Call, server: Memory) -> None:
    said = call(server, "history", "other")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error: there is no TrafficSplit sample-app/other")


def test_a_route_without_a_past_has_none(call: Call) -> None:
    said = call(a_cluster(a_split()), "history", NAME)
    assert (said.code, said.out, said.err) == (0, "", "nothing is known of any rollout here\n")
    said = call(a_cluster(running()), "history", NAME, "--id", "r9")
    assert said.err == "nothing is known of rollout r9 here\n"


def test_a_record_that_nobody_can_read_does_not_hide_the_others(call: Call, server: Memory) -> None:
    server.put(RECORDS, {"metadata": a_record("d", "", None, id="r2")["metadata"], "spec": {"nonsense": 1}})
    assert call(server, "history", NAME).out == TABLE


def test_a_record_of_which_nothing_is_told_yet(call: Call) -> None:
    server = a_cluster(running())
    server.put(RECORDS, a_record("a", "2025-12-31T23:59:00Z", None, id="r1"))
    assert call(server, "history", NAME).out.splitlines()[1].split() == [
        "r1@1",
        "-",
        "0/0",
        "60s",
        "?",
        "-",
        "-",
    ]


def test_what_strangers_wrote_into_records_disturbs_no_terminal(call: Call, server: Memory) -> None:
    evil = "\x1b[2J\u202e" + "x" * 10_000
    hostile = outcome(
        Phase.ABORTED, 1, evil, message=evil, decisions=[{**DECISIONS[0], "reason": evil, "message": evil}]
    )
    server.put(
        RECORDS,
        a_record("e", "2026-01-01T00:00:00Z", hostile, id=evil, requestedBy=evil, policy=evil, reason=evil),
    )
    for options in ((), ("-o", "wide"), ("-o", "json"), ("-o", "yaml"), ("-o", "name")):
        said = call(server, "history", NAME, *options)
        assert said.code == 0
        assert not {"\x1b", "\u202e"} & set(said.out + said.err)


def test_moments_are_those_of_the_records(call: Call, server: Memory) -> None:
    told = json.loads(call(server, "history", NAME, "-o", "json").out)["attempts"][1]
    assert datetime.fromisoformat(told["beganAt"]) == datetime(2025, 12, 29, tzinfo=UTC)
    assert datetime.fromisoformat(told["changedAt"]) == datetime(2025, 12, 29, 0, 1, tzinfo=UTC)


def test_history_asks_twice_and_hangs_up(call: Call, server: Memory) -> None:
    call(server, "history", NAME)
    assert (server.calls, server.closed) == (["list", "get"], True)


def test_a_stamp_of_another_attempt_is_told_beside_its_records(call: Call) -> None:
    server = a_cluster(a_split(a_stamp(attempt=2), 750, 250, rollout="r1"))
    server.put(RECORDS, a_record("a", "2025-12-31T00:00:00Z", outcome(Phase.ABORTED, 1, "Aborted"), id="r1"))
    assert call(server, "history", NAME, "-o", "name").out == "r1@2\nr1@1\n"
