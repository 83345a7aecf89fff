"""`canary start`: one annotation, or why not."""

import pytest

from canary.cluster.kinds import TRAFFIC_SPLITS
from canary.cluster.objects import Raw
from canary.errors import Stalled
from canary.terms import Phase
from tests.cli.builders import CANARY, NAME, STABLE, a_newer_stamp, a_split, a_stamp, ended, running
from tests.cli.conftest import Call
from tests.cli.fakes import Memory, a_cluster

REJECTED = a_stamp(phase=Phase.REJECTED, step=0, policy=None, canary="", stable="", reason="PolicyMissing")


def three_backends(stamp: str | None = None, **words: str) -> Raw:
    split = a_split(stamp, **words)
    split["spec"]["backends"].append({"service": "backend-api-v3", "weight": 0})
    return split


def test_it_writes_one_annotation_and_says_who_and_why(call: Call) -> None:
    server = a_cluster(a_split())
    said = call(server, "start", NAME, "--id", "r1", "--reason", "ticket 12")
    assert said.code == 0
    assert server.annotations == {
        "policy": "standard",
        "rollout": "r1",
        "reason": "ticket 12",
        "requested-by": "rollout=r1 alice",
    }
    assert server.weights == {STABLE: 900, CANARY: 100}
    assert server.calls == ["whoami", "get", "patch"]
    assert [patch.manager for patch in server.patches] == ["canary-cli"]


def test_it_shows_what_the_server_then_shows(call: Call) -> None:
    said = call(a_cluster(a_split()), "start", NAME, "--id", "r1")
    assert said.out.endswith("asked     rollout=r1 (nobody has acted on it yet)\n")


def test_policy_and_canary_are_written_in_the_same_patch(call: Call) -> None:
    server = a_cluster(three_backends(policy=""))
    said = call(server, "start", NAME, "--id", "r1", "--policy", "seed-900-100", "--canary", CANARY)
    assert said.code == 0
    assert (server.annotations["policy"], server.annotations["canary"]) == ("seed-900-100", CANARY)
    assert len(server.patches) == 1


def test_what_an_earlier_request_left_behind_goes(call: Call) -> None:
    before = a_split(
        ended(Phase.ROLLED_BACK), 1000, 0, rollout="r1", reason="old", requested_by="rollout=r1 bob"
    )
    server = a_cluster(before, user="with space")
    assert call(server, "start", NAME, "--id", "r2").code == 0
    assert server.annotations == {"policy": "standard", "rollout": "r2"}


@pytest.mark.parametrize("user", ["", "with space", "ü", "x" * 200])
def test_a_user_that_cannot_be_written_is_left_out(call: Call, user: str) -> None:
    server = a_cluster(a_split(), user=user)
    assert call(server, "start", NAME, "--id", "r1").code == 0
    assert "requested-by" not in server.annotations


def test_who_cannot_be_told_who_he_is_starts_all_the_same(call: Call) -> None:
    server = a_cluster(a_split())
    server.before["whoami"] = [Stalled("we may not")]
    assert call(server, "start", NAME, "--id", "r1").code == 0
    assert server.annotations == {"policy": "standard", "rollout": "r1"}


REFUSED: dict[str, tuple[Memory, tuple[str, ...], str, str]] = {
    "no policy": (a_cluster(a_split(policy="")), (), "name a policy", "--policy standard"),
    "running": (a_cluster(running()), (), "r1 was started before; it is Progressing", "status"),
    "another runs": (a_cluster(running()), ("--id", "r2"), "rollout r1 is running (Progressing)", "abort"),
    "used before": (
        a_cluster(a_split(ended(Phase.PROMOTED), 0, 1000, rollout="r1")),
        ("--id", "r0"),
        "r0 was used before",
        "ANOTHER_ID",
    ),
    "over": (
        a_cluster(a_split(ended(Phase.ROLLED_BACK), 1000, 0, rollout="r1")),
        (),
        "r1 was started before; it is RolledBack",
        "status",
    ),
    "another waits": (
        a_cluster(a_split(rollout="r9")),
        (),
        "rollout r9 is asked for already, and was not picked up yet",
        "abort",
    ),
    "aborted before": (a_cluster(a_split(abort="r1")), (), "r1 was aborted before it began", "ANOTHER_ID"),
    "newer": (a_cluster(a_split(a_newer_stamp())), ("--id", "r2"), "newer version of canary", "install"),
    "lost": (a_cluster(a_split("{}")), (), "the stamp on the route cannot be read", "status"),
    "lost before": (
        a_cluster(
            a_split(a_stamp(phase=Phase.REJECTED, step=0, policy=None, reason="StampLost"), rollout="r1")
        ),
        (),
        "r1 was used before",
        "ANOTHER_ID",
    ),
    "unknown word": (
        a_cluster(a_split(puase="r1")),
        (),
        "(BadRequest): canary.delivery/puase",
        "kubectl edit",
    ),
    "weights": (a_cluster(a_split(None, 750, "500m")), (), "(BadWeights): the weight '500m'", "kubectl edit"),
    "all zero": (a_cluster(a_split(None, 0, 0)), (), "(BadWeights): all weights are 0", "kubectl edit"),
    "a tie": (a_cluster(a_split(None, 500, 500)), (), "(StableAmbiguous)", "kubectl edit"),
    "ambiguous": (a_cluster(three_backends()), (), "(CanaryAmbiguous)", "--canary SERVICE"),
    "no backend": (a_cluster(a_split()), ("--canary", "v9"), "(CanaryUnknown)", "--canary SERVICE"),
    "is stable": (a_cluster(a_split()), ("--canary", STABLE), "(CanaryIsStable)", "--canary SERVICE"),
    "weights differ": (
        a_cluster(a_split(ended(Phase.ROLLED_BACK), 900, 100, rollout="r1")),
        ("--id", "r2"),
        "(WeightsDiffer)",
        "kubectl edit",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_can_be_seen_to_be_wrong_is_refused_and_nothing_is_written(call: Call, case: str) -> None:
    server, options, told, hint = REFUSED[case]
    before = server.split()
    said = call(server, "start", NAME, *(options if "--id" in options else ("--id", "r1", *options)))
    assert (said.code, said.out) == (1, "")
    assert told in said.err
    assert hint in said.err.splitlines()[-1]
    assert said.err.splitlines()[-1].startswith("try: ")
    assert (server.split(), server.patches) == (before, [])


def test_a_wish_that_was_rejected_may_be_asked_for_again_with_what_was_missing(call: Call) -> None:
    rejected = a_stamp(
        phase=Phase.REJECTED, step=0, policy=None, canary="", stable="", reason="PolicyMissing"
    )
    server = a_cluster(a_split(rejected, rollout="r1", policy="nonsense"))
    assert call(server, "start", NAME, "--id", "r1", "--policy", "standard").code == 0
    assert server.annotations["policy"] == "standard"


def test_a_wish_that_was_rejected_may_be_replaced(call: Call) -> None:
    rejected = a_stamp(
        phase=Phase.REJECTED, step=0, policy=None, canary="", stable="", reason="PolicyMissing"
    )
    server = a_cluster(a_split(rejected, rollout="r1"))
    assert call(server, "start", NAME, "--id", "r2").code == 0


def test_a_wish_that_was_aborted_before_it_began_may_be_replaced(call: Call) -> None:
    server = a_cluster(a_split(rollout="r1", abort="r1"))
    assert call(server, "start", NAME, "--id", "r2").code == 0


def test_asking_twice_is_asking_once(call: Call) -> None:
    server = a_cluster(a_split(rollout="r1"))
    assert call(server, "start", NAME, "--id", "r1").code == 0
    assert server.annotations["rollout"] == "r1"


def test_the_other_slot_is_the_canary_of_the_next_rollout(call: Call) -> None:
    server = a_cluster(a_split(ended(Phase.PROMOTED), 0, 1000, rollout="r1"))
    assert call(server, "start", NAME, "--id", "r2").code == 0


def test_with_wait_it_ends_as_the_rollout_does(call: Call) -> None:
    server = a_cluster(a_split())
    server.clock.at(5, lambda: server.stamp(a_stamp(step=1)))
    server.clock.at(
        9, lambda: server.stamp(ended(Phase.ROLLED_BACK, "GateFailed"), {STABLE: 1000, CANARY: 0})
    )
    said = call(server, "start", NAME, "--id", "r1", "--wait")
    assert (said.code, said.out.splitlines()[-1]) == (10, "r1: RolledBack (exit 10): that was it")


def test_a_rejection_that_was_there_before_is_no_answer(call: Call) -> None:
    server = a_cluster(a_split(REJECTED, rollout="r1", policy="nonsense"))
    server.clock.at(2, lambda: server.stamp(a_stamp(step=1)))
    server.clock.at(90, lambda: server.stamp(ended(Phase.PROMOTED), {STABLE: 0, CANARY: 1000}))
    assert call(server, "start", NAME, "--id", "r1", "--policy", "standard", "--wait").code == 0


def test_a_rejection_that_stands_after_a_while_is_the_answer(call: Call) -> None:
    """Judged again and found the same, nothing is written."""
    server = a_cluster(a_split(REJECTED, rollout="r1", policy="nonsense"))
    assert call(server, "start", NAME, "--id", "r1", "--policy", "rubbish", "--wait").code == 13
    assert server.clock.seconds == 10


def test_somebody_who_writes_meanwhile_is_looked_at_again(call: Call) -> None:
    server = a_cluster(a_split())
    server.before["patch"] = [lambda: server.annotate(rollout="r9")]
    said = call(server, "start", NAME, "--id", "r1")
    assert said.code == 1
    assert "rollout r9 is asked for already" in said.err
    assert server.annotations["rollout"] == "r9"


def test_a_route_that_is_being_deleted_is_left_alone(call: Call) -> None:
    split = a_split()
    split["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    server = a_cluster(a_split())
    server.put(TRAFFIC_SPLITS, split)
    assert call(server, "start", NAME, "--id", "r1").code == 1
    assert server.patches == []
