"""
The wait contract: an exit code for each end, never of another rollout, whatever the server does meanwhile.

Time is virtual, so "within a minute" is exact and takes no time.
"""

import pytest

from canary.cluster.answers import Gone
from canary.cluster.kinds import TRAFFIC_SPLITS
from canary.errors import Missing, Stalled, Unavailable
from canary.rollout.requests import digest
from canary.rollout.stamp import Stamp
from canary.terms import Exit, Phase
from tests.cli.builders import CANARY, NAME, STABLE, a_newer_stamp, a_split, a_stamp, ended, running
from tests.cli.conftest import Call, Result
from tests.cli.fakes import Memory, a_cluster, lines

BACK, OVER = {STABLE: 1000, CANARY: 0}, {STABLE: 0, CANARY: 1000}


def wait(call: Call, server: Memory, *options: str) -> Result:
    return call(server, "status", NAME, "--wait", "--id", "r1", *options)


def another(phase: Phase = Phase.PROGRESSING, **changes: object) -> Stamp:
    """The stamp of r2, which came after r1."""
    return a_stamp(id="r2", phase=phase, seen=(digest("r1"), digest("r2")), **changes)


ENDS = [
    (ended(Phase.PROMOTED), 0, "Promoted"),
    (ended(Phase.ROLLED_BACK, "GateFailed"), 10, "RolledBack"),
    (ended(Phase.ABORTED), 11, "Aborted"),
    (ended(Phase.SUPERSEDED), 12, "Superseded"),
    (
        a_stamp(phase=Phase.REJECTED, step=0, policy=None, reason="PolicyMissing", message="that was it"),
        13,
        "Rejected",
    ),
]


@pytest.mark.parametrize(("stamp", "code", "outcome"), ENDS)
def test_each_end_has_its_exit_code(call: Call, stamp: Stamp, code: int, outcome: str) -> None:
    server = a_cluster(running())
    server.clock.at(40, lambda: server.stamp(stamp))
    said = wait(call, server)
    assert (said.code, server.clock.seconds, said.err) == (code, 40, "")
    assert said.out.splitlines() == [
        "r1: Progressing, step 2 of 4, 25.0%; Baking: 0 of 212 requests failed",
        f"r1: {outcome} (exit {code}): that was it",
    ]


@pytest.mark.parametrize(("stamp", "code", "outcome"), ENDS)
def test_an_end_that_is_there_already_is_told_at_once(
    call: Call, stamp: Stamp, code: int, outcome: str
) -> None:
    server = a_cluster(a_split(stamp, rollout="r1"))
    said = wait(call, server)
    assert (said.code, server.calls) == (code, ["get"])
    assert said.out == f"r1: {outcome} (exit {code}): that was it\n"


def test_every_change_is_told_once(call: Call) -> None:
    server = a_cluster(a_split(rollout="r1"))
    server.clock.at(
        2, lambda: server.stamp(a_stamp(step=1, reason="Started", message="10 %"), {STABLE: 900, CANARY: 100})
    )
    server.clock.at(30, lambda: server.stamp(a_stamp(message="first"), {STABLE: 750, CANARY: 250}))
    server.clock.at(31, server.annotate)
    server.clock.at(90, lambda: server.stamp(ended(Phase.PROMOTED), OVER))
    said = wait(call, server)
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "r1: not picked up yet\n"
        "r1: Progressing, step 1 of 4, 10.0%; Started: 10 %\n"
        "r1: Progressing, step 2 of 4, 25.0%; Baking: first\n"
        "r1: Promoted (exit 0): that was it\n"
    )


def test_json_is_one_object_a_line_and_the_last_one_says_the_end(call: Call) -> None:
    server = a_cluster(a_split(rollout="r1"))
    server.clock.at(2, lambda: server.stamp(a_stamp()))
    server.clock.at(9, lambda: server.stamp(ended(Phase.ROLLED_BACK, "GateFailed"), BACK))
    told = lines(wait(call, server, "-o", "json").out)
    assert [line["rollout"] and line["rollout"]["phase"] for line in told] == [
        None,
        "Progressing",
        "RolledBack",
    ]
    assert [line["end"] for line in told] == [
        None,
        None,
        {"exitCode": 10, "outcome": "RolledBack", "message": "that was it"},
    ]
    assert [line["backends"][1]["weight"] for line in told] == [100, 100, 0]


def test_the_first_end_that_is_seen_counts(call: Call) -> None:
    """An undo after the promotion is another story."""
    server = a_cluster(running())
    server.clock.at(5, lambda: server.stamp(ended(Phase.PROMOTED), OVER))
    server.clock.at(5, lambda: server.stamp(ended(Phase.ROLLED_BACK, "Undone"), BACK))
    assert wait(call, server).code == 0


def test_the_timeout_is_14_and_says_how_far_it_is(call: Call) -> None:
    server = a_cluster(running())
    said = wait(call, server, "--timeout", "90s")
    assert (said.code, server.clock.seconds) == (14, 90)
    assert said.out.splitlines()[-1] == (
        "r1: TimedOut (exit 14): rollout r1 is still Progressing (Baking: 0 of 212 requests failed)"
    )


HOLDS = [
    a_stamp(phase=Phase.PAUSED, paused=True, reason="Paused"),
    a_stamp(phase=Phase.AWAITING_APPROVAL, reason="AwaitingApproval"),
    a_stamp(phase=Phase.PAUSED, drifted="kubectl-edit", reason="Drifted"),
    a_stamp(phase=Phase.FAILED_HELD, reason="GateFailed"),
    a_stamp(reason="TooQuiet"),
    a_stamp(phase=Phase.WAITING, step=0, paused=True, reason="Paused"),
]


@pytest.mark.parametrize("stamp", HOLDS, ids=lambda stamp: f"{stamp.phase}-{stamp.reason}")
def test_who_does_not_wait_for_a_person_gets_15(call: Call, stamp: Stamp) -> None:
    server = a_cluster(running())
    server.clock.at(5, lambda: server.stamp(stamp))
    said = wait(call, server, "--fail-on-hold")
    assert (said.code, server.clock.seconds) == (15, 5)
    assert f"r1: NeedsPerson (exit 15): {stamp.reason}: " in said.out


@pytest.mark.parametrize("stamp", HOLDS, ids=lambda stamp: f"{stamp.phase}-{stamp.reason}")
def test_others_wait_for_the_person(call: Call, stamp: Stamp) -> None:
    server = a_cluster(running())
    server.clock.at(5, lambda: server.stamp(stamp))
    server.clock.at(500, lambda: server.stamp(ended(Phase.PROMOTED), OVER))
    assert (wait(call, server).code, server.clock.seconds) == (0, 500)


UNCLAIMED = [
    (a_split(), "the route asks for no rollout: was the change applied here, or is GitOps not in sync yet?"),
    (a_split(rollout="r0"), "the route asks for rollout 'r0'"),
    (a_split(rollout="r1", policy=""), "the route has no annotation canary.delivery/policy"),
    (a_split(rollout="r1"), "no daemon has written to the route: is `canary run` up"),
    (a_split("{}", rollout="r1"), "the stamp on the route cannot be read"),
    (
        a_split(a_stamp(uid="uid-2"), rollout="r1"),
        "belongs to another object of that name (it was copied, or the route was made anew): is `canary run` up",
    ),
    (a_split(a_stamp(id="r0", phase=Phase.PROMOTED, seen=()), rollout="r1"), "no daemon has written"),
]


@pytest.mark.parametrize(("split", "why"), UNCLAIMED, ids=[why[-40:] for _, why in UNCLAIMED])
def test_nobody_picked_it_up_is_16_after_a_minute_with_why(
    call: Call, split: dict[str, object], why: str
) -> None:
    server = a_cluster(split)
    said = wait(call, server)
    assert (said.code, server.clock.seconds) == (16, 60)
    assert "r1: NotPickedUp (exit 16): not within 60 s: " in said.out
    assert why in said.out


def test_the_minute_is_an_option(call: Call) -> None:
    server = a_cluster(a_split())
    assert (wait(call, server, "--pickup-timeout", "5m").code, server.clock.seconds) == (16, 300)


def test_a_timeout_before_anybody_picked_it_up_is_16_as_well(call: Call) -> None:
    server = a_cluster(a_split(rollout="r1"))
    assert (wait(call, server, "--timeout", "10s").code, server.clock.seconds) == (16, 10)


def test_late_but_in_time_is_picked_up(call: Call) -> None:
    server = a_cluster(a_split())
    server.clock.at(50, lambda: server.annotate(rollout="r1"))
    server.clock.at(59, lambda: server.stamp(a_stamp()))
    server.clock.at(600, lambda: server.stamp(ended(Phase.PROMOTED), OVER))
    assert (wait(call, server).code, server.clock.seconds) == (0, 600)


def test_one_that_waits_for_the_end_of_another_is_picked_up(call: Call) -> None:
    baking = a_stamp(id="r0", phase=Phase.BAKING, step=4, seen=(digest("r0"),))
    server = a_cluster(a_split(baking, 0, 1000, rollout="r1"))
    server.clock.at(900, lambda: server.stamp(a_stamp()))
    server.clock.at(990, lambda: server.stamp(ended(Phase.PROMOTED), OVER))
    assert (wait(call, server).code, server.clock.seconds) == (0, 990)


def test_a_timeout_in_that_queue_says_so(call: Call) -> None:
    baking = a_stamp(id="r0", phase=Phase.BAKING, step=4, seen=(digest("r0"),))
    said = wait(call, a_cluster(a_split(baking, 0, 1000, rollout="r1")), "--timeout", "5m")
    assert said.code == 14
    assert said.out.endswith("rollout r1 still waits for the end of r0\n")


@pytest.mark.parametrize("phase", list(Phase))
def test_never_the_end_of_another_rollout(call: Call, phase: Phase) -> None:
    """An older one is on the route, however it ended: r1 was not picked up, whatever the stamp says."""
    older = a_stamp(id="r0", phase=phase, seen=(digest("r0"),))
    said = wait(call, a_cluster(a_split(older, rollout="r1")), "--timeout", "30s")
    assert said.code in (14, 16)


@pytest.mark.parametrize("phase", list(Phase))
def test_one_that_was_followed_by_another_is_12_whatever_became_of_it(call: Call, phase: Phase) -> None:
    """How it ended is not kept on the route: a guess could be a success that was none."""
    server = a_cluster(running())
    server.clock.at(6, lambda: server.annotate(rollout="r2"))
    server.clock.at(7, lambda: server.stamp(another(phase)))
    said = wait(call, server)
    assert (said.code, server.clock.seconds) == (12, 7)
    assert said.out.endswith(
        "r1: Superseded (exit 12): r2 followed it; how r1 ended is no longer kept on the route\n"
    )


def test_an_id_that_is_asked_for_again_is_told_to_start_nothing(call: Call) -> None:
    said = wait(call, a_cluster(a_split(another(Phase.PROMOTED), 0, 1000, rollout="r1")))
    assert said.code == 12
    assert "r1 was seen here before r2, so asking for it again starts nothing: use a new id" in said.out


def test_both_ends_between_two_looks_are_seen(call: Call) -> None:
    """No watch: promoted, and the next one begun, before the next poll."""
    server = a_cluster(running())
    server.before["watch"] = [Stalled("we may not watch")] * 50
    server.clock.at(3.0, lambda: server.stamp(ended(Phase.PROMOTED), OVER))
    server.clock.at(3.5, lambda: server.stamp(another()))
    assert wait(call, server).code == 12


def test_who_may_not_watch_polls_every_two_seconds(call: Call) -> None:
    server = a_cluster(running())
    server.before["watch"] = [Stalled("we may not watch")] * 50
    server.clock.at(21, lambda: server.stamp(ended(Phase.PROMOTED), OVER))
    assert (wait(call, server).code, server.clock.seconds) == (0, 22)
    assert server.calls.count("get") == 12


@pytest.mark.parametrize("broken", [Gone("too old"), Unavailable("reset"), Missing("not served yet")])
def test_a_watch_that_breaks_costs_one_poll(call: Call, broken: Exception) -> None:
    server = a_cluster(running())
    server.before["watch"] = [broken] * 3
    server.clock.at(30, lambda: server.stamp(ended(Phase.PROMOTED), OVER))
    assert (wait(call, server).code, server.clock.seconds) == (0, 30)


def test_a_server_that_restarts_is_waited_for(call: Call) -> None:
    """Away, then up, but not serving our kind, our token or our rights yet."""
    server = a_cluster(running())

    def restarts() -> None:
        away = [Unavailable("connection refused")] * 10
        starting = [
            Stalled("we may not get trafficsplits"),
            Missing("serves no trafficsplits"),
            Stalled("401"),
        ]
        server.before["watch"] = [Unavailable("reset")]
        server.before["get"] = [*away, *starting]

    server.clock.at(10, restarts)
    server.clock.at(95, lambda: server.stamp(ended(Phase.PROMOTED), OVER))
    said = wait(call, server)
    assert (said.code, server.clock.seconds) == (0, 95)
    assert said.err == "connection refused; waiting goes on\n"


def test_a_server_that_is_away_makes_nobody_late(call: Call) -> None:
    """Nobody can pick anything up meanwhile: the minute begins anew."""
    server = a_cluster(a_split(rollout="r1"))
    server.before["get"] = [lambda: None, *[Unavailable("connection refused")] * 40]
    server.clock.at(100, lambda: server.stamp(ended(Phase.PROMOTED), OVER))
    assert wait(call, server).code == 0


def test_a_server_that_never_answers_is_an_error(call: Call) -> None:
    server = a_cluster(running())
    server.before["get"] = [Unavailable("connection refused")] * 1000
    said = wait(call, server)
    assert (said.code, server.clock.seconds) == (1, 60)
    assert said.err.splitlines() == ["connection refused; waiting goes on", "error: connection refused"]


def test_a_timeout_while_the_server_is_away_is_14_once_the_rollout_was_seen(call: Call) -> None:
    server = a_cluster(running())
    server.clock.at(20, lambda: server.before["get"].extend([Unavailable("connection refused")] * 1000))
    assert (wait(call, server, "--timeout", "2m").code, server.clock.seconds) == (14, 120)


@pytest.mark.parametrize(
    "error", [Missing("there is no such route"), Stalled("we may not get trafficsplits")]
)
def test_no_such_route_or_no_rights_is_an_error_at_once(call: Call, error: Exception) -> None:
    server = a_cluster(running())
    server.before["get"] = [error]
    said = wait(call, server)
    assert (said.code, server.clock.seconds, said.out) == (1, 0, "")


def test_a_route_that_is_deleted_is_an_error_once_that_is_sure(call: Call) -> None:
    server = a_cluster(running())
    server.clock.at(10, server.delete)
    said = wait(call, server, "-o", "json")
    assert said.code == 1
    assert 40 <= server.clock.seconds <= 44
    assert lines(said.out)[-1]["end"] == {
        "exitCode": 1,
        "outcome": "Error",
        "message": f"there is no TrafficSplit sample-app/{NAME}",
    }


def test_a_newer_stamp_cannot_be_waited_for(call: Call) -> None:
    said = wait(call, a_cluster(a_split(a_newer_stamp(), rollout="r1")))
    assert said.code == 1
    assert "a newer version of canary (stamp version 2) is at work here" in said.err


def test_a_stamp_that_was_pruned_is_not_taken_for_an_end(call: Call) -> None:
    server = a_cluster(running())
    server.clock.at(10, lambda: server.annotate(state=None))
    server.clock.at(20, lambda: server.stamp(a_stamp(phase=Phase.REJECTED, reason="StampLost")))
    assert (wait(call, server).code, server.clock.seconds) == (13, 20)


def test_other_routes_of_the_namespace_do_not_disturb(call: Call) -> None:
    server = a_cluster(running())
    other = a_split(ended(Phase.ROLLED_BACK), rollout="r1")
    other["metadata"]["name"] = "another-split"
    server.clock.at(5, lambda: server.put(TRAFFIC_SPLITS, other))
    server.clock.at(50, lambda: server.stamp(ended(Phase.PROMOTED), OVER))
    assert (wait(call, server).code, server.clock.seconds) == (0, 50)


def interrupted() -> None:
    raise KeyboardInterrupt


def test_an_interruption_is_130_and_says_that_the_rollout_goes_on(call: Call) -> None:
    server = a_cluster(running())
    server.clock.at(5, interrupted)
    said = wait(call, server)
    assert said.code == 130
    assert said.out.endswith("r1: Interrupted (exit 130): rollout r1 goes on\n")


def test_an_interruption_ends_json_too(call: Call) -> None:
    server = a_cluster(running())
    server.clock.at(5, interrupted)
    end = lines(wait(call, server, "-o", "json").out)[-1]["end"]
    assert (end["exitCode"], end["outcome"]) == (130, "Interrupted")


def test_a_bug_in_the_middle_is_no_end(call: Call) -> None:
    server = a_cluster(running())

    def bug() -> None:
        raise ValueError("a plant")

    server.clock.at(5, bug)
    assert wait(call, server).code == 1


def test_two_waits_for_two_ids_get_their_own_ends(call: Call) -> None:
    server = a_cluster(a_split(another(Phase.PROMOTED), 0, 1000, rollout="r2"))
    codes = [call(server, "status", NAME, "--wait", "--id", id_).code for id_ in ("r1", "r2")]
    assert codes == [12, 0]


def test_every_exit_code_of_the_contract_is_tested_here() -> None:
    told = {code for _, code, _ in ENDS} | {1, 14, 15, 16, 130}
    assert told | {Exit.USAGE, Exit.NOT_SEEN_IN_MESH} == set(Exit)


@pytest.mark.parametrize(("watches", "code"), [(True, 0), (False, 12)])
def test_success_is_told_only_where_the_promotion_was_seen(call: Call, watches: bool, code: int) -> None:
    """Promoted, undone and followed by r2, all between two polls."""
    server = a_cluster(running())
    server.before["watch"] = [] if watches else [Stalled("we may not watch")] * 50
    server.clock.at(3.0, lambda: server.stamp(ended(Phase.PROMOTED), OVER))
    server.clock.at(3.1, lambda: server.stamp(ended(Phase.ROLLED_BACK, "Undone"), BACK))
    server.clock.at(3.2, lambda: server.stamp(another()))
    assert wait(call, server).code == code
