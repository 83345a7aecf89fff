"""`canary status` without waiting: what it shows, to the letter."""

import json

import pytest

from canary.rollout.stamp import Stamp
from canary.terms import Phase
from tests.cli.builders import CANARY, NAME, STABLE, a_newer_stamp, a_split, a_stamp, ended, running
from tests.cli.conftest import Call
from tests.cli.fakes import Memory, a_cluster

RUNNING = """\
route     TrafficSplit sample-app/backend-api-split, apex backend-api
rollout   r1@1, policy standard
phase     Progressing, step 2 of 4, 25.0%
reason    Baking: 0 of 212 requests failed
traffic   backend-api-v1     750   75.0%  stable
          backend-api-v2     250   25.0%  canary
"""

PAUSED = """\
route     TrafficSplit sample-app/backend-api-split, apex backend-api
rollout   r1@2, policy standard
phase     Paused, step 2 of 4, 25.0% (needs a person)
reason    Paused: paused by alice: lunch
traffic   backend-api-v1     750   75.0%  stable
          backend-api-v2     250   25.0%  canary
asked     resume=r1 (nobody has acted on it yet)
"""

NEVER_STARTED = """\
route     TrafficSplit sample-app/backend-api-split, apex backend-api
rollout   none
traffic   backend-api-v1     900   90.0%
          backend-api-v2     100   10.0%
"""

UNMANAGED = NEVER_STARTED + "problem   it has no annotation canary.delivery/policy, so it is not managed\n"

ASKED = NEVER_STARTED + "asked     rollout=r1 (nobody has acted on it yet)\n"

PROMOTED = """\
route     TrafficSplit sample-app/backend-api-split, apex backend-api
rollout   r1@1, policy standard
phase     Promoted
reason    Promoted: that was it
traffic   backend-api-v1       0    0.0%  canary
          backend-api-v2    1000  100.0%  stable
"""

NEWER = """\
route     TrafficSplit sample-app/backend-api-split, apex backend-api
rollout   r1
traffic   backend-api-v1     750   75.0%  stable
          backend-api-v2     250   25.0%  canary
problem   a newer version of canary (stamp version 2) is at work here
"""


@pytest.mark.parametrize(
    ("server", "shown"),
    [
        (a_cluster(running()), RUNNING),
        (
            a_cluster(
                a_split(
                    a_stamp(
                        attempt=2,
                        phase=Phase.PAUSED,
                        paused=True,
                        reason="Paused",
                        message="paused by alice: lunch",
                    ),
                    750,
                    250,
                    rollout="r1",
                    resume="r1",
                )
            ),
            PAUSED,
        ),
        (a_cluster(a_split()), NEVER_STARTED),
        (a_cluster(a_split(policy="")), UNMANAGED),
        (a_cluster(a_split(rollout="r1")), ASKED),
        (a_cluster(a_split(ended(Phase.PROMOTED), 0, 1000, rollout="r1")), PROMOTED),
        (a_cluster(a_split(a_newer_stamp(), 750, 250, rollout="r1")), NEWER),
    ],
    ids=["running", "paused", "never started", "unmanaged", "asked", "promoted", "newer"],
)
def test_status_shows(call: Call, server: Memory, shown: str) -> None:
    said = call(server, "status", NAME)
    assert (said.code, said.err) == (0, "")
    assert said.out == shown


def test_status_asks_once_and_hangs_up(call: Call) -> None:
    server = a_cluster(running())
    call(server, "status", NAME)
    assert (server.calls, server.closed) == (["get"], True)


def test_weights_nobody_can_read_are_shown_as_unknown_and_told(call: Call) -> None:
    said = call(a_cluster(a_split(None, 750, "500m")), "status", NAME)
    assert "backend-api-v2       ?       ?" in said.out
    assert "problem   the weight '500m' of backend-api-v2 is not a whole number" in said.out


def test_bad_words_on_the_route_are_told(call: Call) -> None:
    said = call(a_cluster(a_split(puase="r1", rollout="-x")), "status", NAME)
    assert "problem   canary.delivery/puase is no word we know" in said.out
    assert "problem   canary.delivery/rollout='-x' is not an id" in said.out


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("{}", "the stamp on the route cannot be read"),
        ("nonsense", "the stamp on the route cannot be read"),
        (a_stamp(uid="uid-2").render(), "belongs to another object of that name"),
    ],
)
def test_a_stamp_of_no_use_is_told_and_not_believed(call: Call, state: str, told: str) -> None:
    said = call(a_cluster(a_split(state)), "status", NAME)
    assert "rollout   none" in said.out
    assert f"problem   the stamp on the route {told.removeprefix('the stamp on the route ')}" in said.out


EVIL = "\x1b[2J\u202e" + "x" * 300


def test_no_string_of_the_cluster_reaches_the_terminal_as_it_is(call: Call) -> None:
    stamp = a_stamp(message=EVIL, reason="\x1b]0;title\x07", drifted="\x9b31m")
    split = a_split(stamp, 750, 250, rollout="r1", nonsense="\x1b[31m")
    split["spec"]["backends"][1]["service"] = "\x1b[5mv2\u2066"
    split["spec"]["service"] = "\x1b[1m"
    for form in ("table", "json"):
        said = call(a_cluster(split), "status", NAME, "-o", form)
        assert said.code == 0
        assert all(char == "\n" or char.isprintable() for char in said.out), form


def test_json_is_one_object(call: Call) -> None:
    said = call(a_cluster(running()), "status", NAME, "-o", "json")
    assert json.loads(said.out) == {
        "apiVersion": "canary.delivery/v1alpha1",
        "kind": "RolloutStatus",
        "route": {
            "kind": "TrafficSplit",
            "namespace": "sample-app",
            "name": NAME,
            "apex": "backend-api",
        },
        "policy": "standard",
        "requested": "r1",
        "rollout": {
            "id": "r1",
            "attempt": 1,
            "phase": "Progressing",
            "step": 2,
            "steps": 4,
            "share": 0.25,
            "ladder": [0.1, 0.25, 0.5, 1.0],
            "stable": STABLE,
            "canary": CANARY,
            "policy": "standard",
            "paused": False,
            "driftedBy": "",
            "needsPerson": False,
            "reason": "Baking",
            "message": "0 of 212 requests failed",
            "changedAt": None,
        },
        "backends": [
            {"service": STABLE, "weight": 750, "share": 0.75, "role": "stable"},
            {"service": CANARY, "weight": 250, "share": 0.25, "role": "canary"},
        ],
        "pending": [],
        "problems": [],
        "end": None,
    }


def test_a_pipeline_that_reads_json_gets_nulls_where_nothing_is_known(call: Call) -> None:
    told = json.loads(call(a_cluster(a_split(a_newer_stamp())), "status", NAME, "-o", "json").out)
    assert (told["rollout"]["attempt"], told["rollout"]["phase"]) == (None, None)
    assert json.loads(call(a_cluster(a_split()), "status", NAME, "-o", "json").out)["rollout"] is None


@pytest.mark.parametrize(
    ("stamp", "needs"),
    [
        (a_stamp(), False),
        (a_stamp(phase=Phase.PAUSED, paused=True, reason="Paused"), True),
        (a_stamp(phase=Phase.WAITING, step=0, paused=True, reason="Paused"), True),
        (a_stamp(phase=Phase.AWAITING_APPROVAL, reason="AwaitingApproval"), True),
        (a_stamp(phase=Phase.FAILED_HELD, reason="GateFailed"), True),
        (a_stamp(phase=Phase.PAUSED, drifted="kubectl-edit", reason="Drifted"), True),
        (a_stamp(reason="TooQuiet"), True),
        (a_stamp(reason="Withdrawn"), True),
        (a_stamp(reason="StableGone"), True),
        (a_stamp(reason="SourceAway"), False),
        (a_stamp(reason="CanaryNotReady"), False),
        (a_stamp(phase=Phase.ROLLED_BACK, drifted="kubectl-edit", reason="Drifted"), False),
    ],
    ids=lambda value: f"{value.phase}-{value.reason}" if isinstance(value, Stamp) else "",
)
def test_who_needs_a_person(call: Call, stamp: Stamp, needs: bool) -> None:
    told = json.loads(call(a_cluster(a_split(stamp, 750, 250)), "status", NAME, "-o", "json").out)
    assert told["rollout"]["needsPerson"] is needs
