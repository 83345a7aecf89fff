"""`canary approve`, `promote`, `retry` and `undo`: each for the moment in which it does something."""

import re

import pytest

from canary.cli import COMMANDS
from canary.cluster.kinds import TRAFFIC_SPLITS
from canary.cluster.objects import Raw
from canary.errors import Stalled
from canary.rollout.policy import Policy, Step
from canary.rollout.requests import digest
from canary.rollout.rules import decide
from canary.rollout.stamp import Stamp
from canary.terms import CLI_MANAGER, Phase, Word
from tests.cli.builders import CANARY, NAME, STABLE, a_newer_stamp, a_split, a_stamp, called, ended, running
from tests.cli.conftest import Call
from tests.cli.fakes import a_cluster
from tests.files.project import ROOT
from tests.rollout import builders as snapshots

MANUAL = Policy(
    name="manual",
    steps=(
        Step(share=0.1),
        Step(share=0.25),
        Step(share=0.5, approval=True),
        Step(share=0.75, approval=True),
    ),
)


def asking(**changes: object) -> Stamp:
    """r1 at 25 %, waiting for somebody to let step 3 be entered."""
    waits: dict[str, object] = {
        "phase": Phase.AWAITING_APPROVAL,
        "policy": MANUAL,
        "reason": "AwaitingApproval",
    }
    return a_stamp(**waits | changes)


def at(stamp: Stamp, **words: str) -> Raw:
    """A split as the daemon leaves it with that stamp."""
    weights = stamp.weights((STABLE, CANARY))
    return a_split(stamp, weights[STABLE], weights[CANARY], **{"rollout": "r1", **words})


NEVER_BEGUN = a_stamp(
    phase=Phase.ABORTED, step=0, canary="", policy=None, reason="Aborted", message="before it began"
)

WRITTEN = [
    ("approve", at(asking()), (), "r1@1:3"),
    ("approve", at(asking()), ("--step", "4"), "r1@1:4"),
    ("approve", at(asking(approved=(3,), phase=Phase.PROGRESSING)), (), "r1@1:4"),
    ("approve", at(asking(acks={Word.APPROVE: digest("r1@1:3")})), (), "r1:3"),
    ("approve", at(asking(paused=True, phase=Phase.PAUSED), resume="r1"), (), "r1@1:3"),
    ("promote", running(attempt=2), ("--full",), "r1@2"),
    ("promote", at(asking()), ("--full",), "r1@1"),
    ("retry", at(ended(Phase.ROLLED_BACK)), (), "r1@1"),
    ("retry", at(ended(Phase.ABORTED).but(attempt=4)), (), "r1@4"),
    ("retry", at(NEVER_BEGUN), (), "r1@1"),
    ("retry", at(a_stamp(phase=Phase.FAILED_HELD)), (), "r1@1"),
    ("undo", at(ended(Phase.PROMOTED)), (), "r1@1"),
    ("undo", at(ended(Phase.PROMOTED).but(drifted="kubectl-edit")), (), "r1@1"),
]


@pytest.mark.parametrize(("command", "split", "options", "value"), WRITTEN)
def test_a_request_names_the_attempt_and_who_and_why(
    call: Call, command: str, split: Raw, options: tuple[str, ...], value: str
) -> None:
    server = a_cluster(split)
    said = call(server, command, NAME, *options, "--id", "r1", "--reason", "because")
    assert (said.code, said.err) == (0, "")
    told = {key: server.annotations.get(key) for key in (command, "reason", "requested-by")}
    assert told == {command: value, "reason": "because", "requested-by": f"{command}={value} alice"}
    assert [patch.manager for patch in server.patches] == [CLI_MANAGER]
    assert {*server.patches[0].body} == {"metadata"}
    assert said.out.endswith(f"asked     {command}={value} (nobody has acted on it yet)\n")


@pytest.mark.parametrize(
    ("asked", "split", "told", "hint"),
    [
        (
            ("approve",), running(),
            "no step of rollout r1 waits for an approval", "status {} --wait --id r1",
        ),
        (
            ("approve", "--step", "2"), at(asking()),
            "step 2 of rollout r1 needs no approval; step 3 does", "approve {} --id r1 --step 3",
        ),
        (
            ("approve", "--step", "4"), at(asking(), approve="r1@1:3"),
            "step 3 was approved and nobody has acted on it yet; the route holds one approval at a time",
            "approve {} --id r1 --step 3 --wait",
        ),
        (
            ("approve",), at(asking(phase=Phase.PAUSED, paused=True, reason="Paused")),
            "rollout r1 rests (Paused), and an approve does nothing before a resume", "resume {} --id r1",
        ),
        (
            ("approve",), at(ended(Phase.ROLLED_BACK)),
            "rollout r1 is over: it is RolledBack", "retry {} --id r1",
        ),
        (
            ("promote", "--full"), running(paused=True, phase=Phase.PAUSED, reason="Paused"),
            "rollout r1 rests (Paused), and a promote does nothing before a resume", "resume {} --id r1",
        ),
        (
            ("promote", "--full"), at(a_stamp(), pause="r1@1"),
            "rollout r1 rests (Baking), and a promote does nothing before a resume", "resume {} --id r1",
        ),
        (
            ("promote", "--full"), running(phase=Phase.BAKING, step=4),
            "backend-api-v2 has all traffic already, and is promoted once it has baked", "status {} --wait --id r1",
        ),
        (
            ("promote", "--full"), running(phase=Phase.WAITING, step=0, reason="CanaryNotReady", message="no pods"),
            "rollout r1 has not begun, it waits (CanaryNotReady: no pods)", "status {}",
        ),
        (
            ("promote", "--full"), at(a_stamp(), rollout=""),
            "canary.delivery/rollout was removed; put it back to go on, or abort", "",
        ),
        (
            ("promote", "--full"), at(ended(Phase.PROMOTED)),
            "rollout r1 is over: it is Promoted", "status {}",
        ),
        (
            ("retry",), running(),
            "rollout r1 still runs, it is Progressing: there is nothing to try again yet", "abort {} --id r1",
        ),
        (
            ("retry",), at(ended(Phase.PROMOTED)),
            "rollout r1 is over: it is Promoted", "undo {} --id r1",
        ),
        (
            ("retry",), at(a_stamp(phase=Phase.REJECTED, reason="BadWeights")),
            "rollout r1 was rejected (BadWeights), and is judged again by itself once that is mended", "status {}",
        ),
        (
            ("retry",), at(ended(Phase.ABORTED), rollout=""),
            "canary.delivery/rollout was removed; put it back to go on, or abort", "",
        ),
        (
            ("retry",), at(NEVER_BEGUN, rollout="r0"),
            "the route asks for rollout r0, not for r1", "",
        ),
        (
            ("retry",), at(ended(Phase.ROLLED_BACK), policy=""),
            "the route has no annotation canary.delivery/policy, so no daemon looks at it", "",
        ),
        (
            ("undo",), running(),
            "rollout r1 still runs, it is Progressing: an abort takes it back", "abort {} --id r1",
        ),
        (
            ("undo",), at(ended(Phase.ROLLED_BACK)),
            "rollout r1 is over: it is RolledBack", "status {}",
        ),
        (
            ("undo",), at(ended(Phase.PROMOTED).but(canary="backend-api-v0")),
            "backend-api-v0, which had the traffic before, is no longer a backend of the route: put it back first", "",
        ),
        (
            ("undo", "--id", "r1"), at(ended(Phase.PROMOTED), rollout="r2"),
            "rollout r2 is asked for and begins next: end that one first", "abort {} --id r2",
        ),
        (
            ("retry", "--id", "r1"), at(ended(Phase.ROLLED_BACK), rollout="r2"),
            "rollout r2 is asked for and begins next: end that one first", "abort {} --id r2",
        ),
        (
            ("undo",), at(ended(Phase.PROMOTED), rollout="r2"),
            "rollout r2 has not begun, and its start spends every request that is there by then, "
            "so an undo would do nothing", "abort {} --id r2",
        ),
    ],
)  # fmt: skip
def test_what_would_do_nothing_is_refused_with_the_command_that_would(
    call: Call, asked: tuple[str, ...], split: Raw, told: str, hint: str
) -> None:
    server = a_cluster(split)
    said = call(server, *asked, NAME)
    assert (said.code, said.out, server.patches) == (1, "", [])
    assert said.err.splitlines()[:2] == [f"error: {told}", f"at: TrafficSplit sample-app/{NAME}"]
    if hint:
        assert said.err.endswith(f"try: canary {hint.format(f'{NAME} -n sample-app')}\n")


@pytest.mark.parametrize(
    ("command", "options"), [("approve", ()), ("promote", ("--full",)), ("retry", ()), ("undo", ())]
)
@pytest.mark.parametrize(
    ("split", "told"),
    [
        (a_split(), "no rollout runs here"),
        (a_split("{}"), "cannot be read"),
        (a_split(a_newer_stamp()), "a newer version of canary"),
        (a_split(rollout="r1"), "rollout r1 has not begun"),
    ],
)
def test_without_a_rollout_there_is_nothing_to_ask(
    call: Call, command: str, options: tuple[str, ...], split: Raw, told: str
) -> None:
    server = a_cluster(split)
    said = call(server, command, NAME, *options)
    assert (said.code, server.patches) == (1, [])
    assert told in said.err


@pytest.mark.parametrize("command", ["approve", "promote", "retry", "undo"])
def test_another_id_is_not_what_runs(call: Call, command: str) -> None:
    server = a_cluster(running())
    options = ("--full",) if command == "promote" else ()
    said = call(server, command, NAME, "--id", "r2", *options)
    assert (said.code, server.patches) == (1, [])
    assert said.err.startswith("error: rollout r2 does not run here; the last one is r1, it is Progressing\n")


def test_a_promote_has_to_be_meant(call: Call) -> None:
    server = a_cluster(running())
    said = call(server, "promote", NAME)
    assert (said.code, server.calls) == (2, [])
    assert "all traffic to the canary now" in said.err
    assert "say --full" in said.err


def test_nothing_is_asked_of_a_route_that_is_being_deleted(call: Call) -> None:
    split = running()
    split["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    said = call(a_cluster(split), "promote", NAME, "--full")
    assert (said.code, said.err.splitlines()[0]) == (1, "error: the route is being deleted")


def test_a_wait_for_a_retry_ends_once_the_daemon_has_acted(call: Call) -> None:
    server = a_cluster(at(ended(Phase.ROLLED_BACK)))
    again = a_stamp(
        acks={Word.RETRY: digest("r1@1")}, attempt=2, phase=Phase.WAITING, step=0, reason="Retried"
    )
    server.clock.at(3, lambda: server.stamp(again))
    said = call(server, "retry", NAME, "--wait")
    assert (said.code, said.err, server.clock.seconds) == (0, "retry=r1@1 was acted on\n", 3)
    assert "rollout   r1@2, policy standard\n" in said.out


@pytest.mark.parametrize("phase", [Phase.ROLLED_BACK, Phase.ABORTED, Phase.SUPERSEDED])
def test_an_undo_that_is_left_over_is_not_told_as_pending(call: Call, phase: Phase) -> None:
    said = call(a_cluster(at(ended(phase), undo="r1", retry="r1")), "status", NAME)
    assert "asked     retry=r1 " in said.out
    assert "undo" not in said.out


def test_the_sentence_of_a_step_that_waits_is_a_command_that_approves_it(call: Call) -> None:
    waits = snapshots.a_snapshot(
        stamp=snapshots.a_stamp(policy=snapshots.with_approval(0.5)), verdict=snapshots.GO
    )
    _, _, line = decide(waits).message.partition(": canary ")
    server = a_cluster(at(asking(id="a1"), rollout="a1"), namespace="ns")
    server.put(
        TRAFFIC_SPLITS, called(at(asking(id="a1"), rollout="a1"), waits.route.name, waits.route.namespace)
    )
    server.before["patch"] = [Stalled("far enough")]
    call(server, *line.split())
    assert server.patches[0].body["metadata"]["annotations"][Word.APPROVE.key] == "a1@1:3"


def test_every_command_that_a_rule_names_is_there() -> None:
    rules = (ROOT / "canary" / "rollout" / "rules").glob("*.py")
    named = {word for path in rules for word in re.findall(r"[`:] ?canary ([a-z]+)", path.read_text())}
    assert {"approve", "resume"} <= named <= set(COMMANDS)
