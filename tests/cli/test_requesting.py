"""`canary pause`, `resume` and what all requests have in common: values that are acted on once."""

import pytest

from canary.cluster.objects import Raw
from canary.rollout.requests import digest
from canary.terms import Phase, Word
from tests.cli.builders import NAME, a_newer_stamp, a_split, a_stamp, ended, running
from tests.cli.conftest import Call
from tests.cli.fakes import a_cluster


def in_the_middle(
    acks: dict[Word, str] | None = None, words: dict[str, str] | None = None, **stamp: object
) -> Raw:
    """A split with r1 running; `acks` are the values acted on."""
    hashes = {word: digest(value) for word, value in (acks or {}).items()}
    return a_split(a_stamp(acks=hashes, **stamp), 750, 250, **{"rollout": "r1", **(words or {})})


def test_a_pause_names_the_attempt_and_who_and_why(call: Call) -> None:
    server = a_cluster(running(attempt=3))
    assert call(server, "pause", NAME, "--reason", "lunch").code == 0
    assert server.annotations == {
        "policy": "standard",
        "rollout": "r1",
        "pause": "r1@3",
        "reason": "lunch",
        "requested-by": "pause=r1@3 alice",
    }
    assert "state" not in {key for patch in server.patches for key in patch.body["metadata"]["annotations"]}
    assert all("spec" not in patch.body for patch in server.patches)


@pytest.mark.parametrize(
    ("there", "acked", "written"),
    [
        ("", "", "r1@1"),
        ("", "r1@1", "r1@1/2"),
        ("r1@1", "r1@1", "r1@1/2"),
        ("r1@1/2", "r1@1/2", "r1@1/3"),
        ("r1@1/9", "r1@1/9", "r1@1/10"),
        ("r1", "r1", "r1@1"),
        ("r1@1", "", "r1@1"),
        ("r1@1/7", "r1@1", "r1@1/7"),
        ("r1@1/lunch", "r1@1/lunch", "r1@1"),
        ("r0@1/4", "r0@1/4", "r1@1"),
        ("-bad-", "-bad-", "r1@1"),
    ],
)
def test_the_value_is_one_that_was_not_acted_on_yet(call: Call, there: str, acked: str, written: str) -> None:
    acks = {Word.PAUSE: acked} if acked else {}
    server = a_cluster(in_the_middle(acks, {"pause": there}))
    assert call(server, "pause", NAME).code == 0
    assert server.annotations["pause"] == written


def test_why_and_who_of_an_earlier_request_go(call: Call) -> None:
    words = {"reason": "old", "requested_by": "resume=r1@1 bob"}
    server = a_cluster(in_the_middle({}, words), user="")
    assert call(server, "pause", NAME).code == 0
    assert server.annotations == {"policy": "standard", "rollout": "r1", "pause": "r1@1"}


def test_a_pause_withdraws_a_resume_that_nobody_has_acted_on(call: Call) -> None:
    """Else the pause would end the moment it began."""
    server = a_cluster(in_the_middle({}, {"resume": "r1@1"}, paused=True, phase=Phase.PAUSED))
    assert call(server, "pause", NAME).code == 0
    assert "resume" not in server.annotations


def test_a_resume_that_was_acted_on_is_left_where_it_is(call: Call) -> None:
    server = a_cluster(in_the_middle({Word.RESUME: "r1@1"}, {"resume": "r1@1"}))
    assert call(server, "pause", NAME).code == 0
    assert server.annotations["resume"] == "r1@1"


@pytest.mark.parametrize(
    "split",
    [
        in_the_middle(paused=True, phase=Phase.PAUSED),
        in_the_middle(paused=True, phase=Phase.WAITING, step=0),
        in_the_middle(drifted="kubectl-edit", phase=Phase.PAUSED),
        in_the_middle(phase=Phase.FAILED_HELD),
        a_split(ended(Phase.PROMOTED).but(drifted="kubectl-edit"), 100, 900, rollout="r1"),
    ],
    ids=["paused", "paused before it began", "drifted", "failed and held", "drifted after the promotion"],
)
def test_a_resume_is_for_what_rests(call: Call, split: Raw) -> None:
    server = a_cluster(split)
    assert call(server, "resume", NAME).code == 0
    assert server.annotations["resume"] == "r1@1"


def test_a_resume_takes_back_a_pause_that_nobody_has_acted_on(call: Call) -> None:
    """A resume of its own would lie in wait for the next pause."""
    words = {"pause": "r1@1", "reason": "lunch", "requested_by": "pause=r1@1 bob"}
    server = a_cluster(in_the_middle({}, words))
    assert call(server, "resume", NAME).code == 0
    assert server.annotations == {"policy": "standard", "rollout": "r1"}


@pytest.mark.parametrize(
    ("command", "split", "told"),
    [
        ("resume", running(), "is not paused"),
        ("resume", running(phase=Phase.AWAITING_APPROVAL), "it is AwaitingApproval"),
        ("pause", a_split(ended(Phase.ROLLED_BACK), 1000, 0, rollout="r1"), "r1 is over: it is RolledBack"),
        ("resume", a_split(ended(Phase.ABORTED), 1000, 0, rollout="r1"), "is not paused"),
        ("pause", a_split(), "no rollout runs here"),
        ("pause", a_split(rollout="r1"), "rollout r1 has not begun"),
        ("resume", a_split(ended(Phase.PROMOTED), 0, 1000, rollout="r2"), "rollout r2 has not begun"),
        ("pause", a_split(a_newer_stamp()), "a newer version of canary"),
        ("pause", a_split("{}"), "cannot be read"),
    ],
)
def test_a_request_that_would_do_nothing_is_refused(call: Call, command: str, split: Raw, told: str) -> None:
    server = a_cluster(split)
    said = call(server, command, NAME)
    assert (said.code, said.out, server.patches) == (1, "", [])
    assert told in said.err


@pytest.mark.parametrize("command", ["pause", "resume", "abort"])
def test_with_an_id_it_is_for_that_rollout_only(call: Call, command: str) -> None:
    server = a_cluster(in_the_middle(paused=True, phase=Phase.PAUSED))
    said = call(server, command, NAME, "--id", "r2")
    assert (said.code, server.patches) == (1, [])
    assert said.err.startswith("error: rollout r2 does not run here; the last one is r1")
    assert call(server, command, NAME, "--id", "r1").code == 0


def test_an_approval_is_no_resume(call: Call) -> None:
    said = call(a_cluster(running(phase=Phase.AWAITING_APPROVAL)), "resume", NAME)
    assert said.err.endswith(f"try: canary approve {NAME} -n sample-app --id r1 --step 3\n")


def test_with_wait_it_ends_once_the_daemon_has_acted(call: Call) -> None:
    server = a_cluster(running())
    acted = a_stamp(acks={Word.PAUSE: digest("r1@1")}, paused=True, phase=Phase.PAUSED, reason="Paused")
    server.clock.at(7, lambda: server.stamp(acted))
    said = call(server, "pause", NAME, "--wait")
    assert (said.code, said.err) == (0, "pause=r1@1 was acted on\n")
    assert "phase     Paused, step 2 of 4, 25.0% (needs a person)\n" in said.out
    assert server.clock.seconds == 7


def test_with_wait_an_undo_that_was_refused_is_no_success(call: Call) -> None:
    server = a_cluster(a_split(ended(Phase.PROMOTED), 0, 1000, rollout="r1"))
    refused = ended(Phase.PROMOTED, message="nobody has judged it").but(
        reason="UndoRefused", acks={Word.UNDO: digest("r1@1")}
    )
    server.clock.at(7, lambda: server.stamp(refused))
    said = call(server, "undo", NAME, "--wait")
    assert (said.code, said.err) == (1, "undo=r1@1 was refused: nobody has judged it\n")


def test_with_wait_it_is_16_if_nobody_does(call: Call) -> None:
    server = a_cluster(running())
    said = call(server, "pause", NAME, "--wait", "--timeout", "20s")
    assert said.code == 16
    assert "nobody has acted on pause=r1@1 after 20 s" in said.err
    assert said.out.endswith("asked     pause=r1@1 (nobody has acted on it yet)\n")
    assert 20 <= server.clock.seconds < 31


def test_a_conflict_is_decided_anew(call: Call) -> None:
    """The daemon acts on the pause that is there while we ask for another."""
    server = a_cluster(in_the_middle({}, {"pause": "r1@1"}))
    acted = a_stamp(acks={Word.PAUSE: digest("r1@1")})
    server.before["patch"] = [lambda: server.stamp(acted)]
    assert call(server, "pause", NAME).code == 0
    assert server.annotations["pause"] == "r1@1/2"
