"""`canary abort`: all traffic to stable, in one write, whatever else is the matter."""

import pytest

from canary.cluster.kinds import ENDPOINT_SLICES, SERVICE_PROFILES
from canary.cluster.objects import Raw, metadata
from canary.errors import Conflict, Stalled, Unavailable
from canary.rollout.requests import digest
from canary.terms import Phase, Word
from tests.cli.builders import CANARY, NAME, STABLE, a_newer_stamp, a_split, a_stamp, ended, running
from tests.cli.conftest import Call
from tests.cli.fakes import a_cluster, ready

BACK = {STABLE: 1000, CANARY: 0}


def test_weights_and_request_are_one_conditional_write(call: Call) -> None:
    server = a_cluster(running())
    before = metadata(server.split())
    said = call(server, "abort", NAME, "--reason", "smells")
    assert said.code == 0
    assert (
        said.out
        == "stored after 0 ms: backend-api-v1 1000, backend-api-v2 0, abort=r1@1\nin the mesh after 0 ms\n"
    )
    (patch,) = server.patches
    assert (patch.uid, patch.resource_version) == (before["uid"], before["resourceVersion"])
    assert patch.manager == "canary-cli"
    assert patch.body == {
        "metadata": {
            "annotations": {
                "canary.delivery/abort": "r1@1",
                "canary.delivery/reason": "smells",
                "canary.delivery/requested-by": "abort=r1@1 alice",
            }
        },
        "spec": {"backends": [{"service": STABLE, "weight": 1000}, {"service": CANARY, "weight": 0}]},
    }


def test_it_takes_three_requests_until_it_is_stored_and_who_asks_runs_beside(call: Call) -> None:
    server = a_cluster(running())
    call(server, "abort", NAME)
    assert server.calls == ["whoami", "get", "list", "patch", "get"]


def test_the_stamp_is_never_touched(call: Call) -> None:
    server = a_cluster(running())
    before = metadata(server.split())["annotations"]["canary.delivery/state"]
    call(server, "abort", NAME)
    assert metadata(server.split())["annotations"]["canary.delivery/state"] == before


@pytest.mark.parametrize("who", [Stalled("we may not"), Unavailable("no answer"), RuntimeError("a bug")])
def test_who_asks_is_worth_less_than_the_abort(call: Call, who: Exception) -> None:
    server = a_cluster(running())
    server.before["whoami"] = [who]
    assert call(server, "abort", NAME).code == 0
    assert server.weights == BACK
    assert "requested-by" not in server.annotations


@pytest.mark.parametrize(
    ("split", "weights", "request_"),
    [
        (a_split(a_stamp(), 75, 25, rollout="r1"), {STABLE: 100, CANARY: 0}, "r1@1"),
        (a_split(a_stamp(attempt=2), 250, 750, rollout="r1"), BACK, "r1@2"),
        (a_split(a_stamp(phase=Phase.BAKING, step=4), 0, 1000, rollout="r1"), BACK, "r1@1"),
        (a_split(a_stamp(phase=Phase.FAILED_HELD), 750, 250, rollout="r1"), BACK, "r1@1"),
        (a_split(a_stamp(phase=Phase.WAITING, step=0), 1000, 0, rollout="r1"), BACK, "r1@1"),
        (a_split(a_stamp(), 750, "500m", rollout="r1"), BACK, "r1@1"),
        (a_split(a_stamp(), 0, 0, rollout="r1"), BACK, "r1@1"),
        (a_split(a_stamp(), 400_000, 400_000, rollout="r1"), BACK, "r1@1"),
        (a_split(a_stamp(), 750, 250), BACK, "r1@1"),
        (a_split(a_stamp(), 750, 250, rollout="r1", policy="", puase="x"), BACK, "r1@1"),
        (a_split(a_newer_stamp(), 750, 250, rollout="r1"), BACK, "r1"),
        (a_split(rollout="r1"), BACK, "r1"),
        (a_split(ended(Phase.PROMOTED), 0, 1000, rollout="r2"), {STABLE: 0, CANARY: 1000}, "r2"),
        (a_split(ended(Phase.ROLLED_BACK), 900, 100, rollout="r1"), BACK, ""),
    ],
    ids=[
        "another total", "mostly on the canary", "at 100 %", "held", "before it began", "unreadable", "all zero",
        "too heavy", "withdrawn", "bad words", "newer stamp", "never picked up", "the next one", "raised after the end",
    ],
)  # fmt: skip
def test_wherever_it_stands_stable_gets_everything(
    call: Call, split: Raw, weights: dict[str, int], request_: str
) -> None:
    server = a_cluster(split)
    said = call(server, "abort", NAME)
    assert (said.code, said.err) == (0, "")
    assert server.weights == weights
    assert server.annotations.get("abort", "") == request_
    assert len(server.patches) == 1


def test_aborting_twice_is_aborting_once(call: Call) -> None:
    server = a_cluster(running())
    call(server, "abort", NAME)
    assert call(server, "abort", NAME).code == 0
    assert server.annotations["abort"] == "r1@1"
    server.stamp(ended(Phase.ABORTED))
    written = len(server.patches)
    assert call(server, "abort", NAME).code == 0
    assert len(server.patches) == written


def test_a_request_that_was_acted_on_before_gets_a_mark(call: Call) -> None:
    """As when an attempt goes on that was aborted while stable was not ready."""
    server = a_cluster(
        a_split(a_stamp(acks={Word.ABORT: digest("r1@1")}), 750, 250, rollout="r1", abort="r1@1")
    )
    assert call(server, "abort", NAME).code == 0
    assert server.annotations["abort"] == "r1@1/2"


def test_after_a_promotion_there_is_nothing_to_abort(call: Call) -> None:
    server = a_cluster(a_split(ended(Phase.PROMOTED), 0, 1000, rollout="r1"))
    said = call(server, "abort", NAME)
    assert (said.code, server.patches) == (1, [])
    assert "try: canary undo backend-api-split -n sample-app --id r1\n" in said.err


def test_a_rollout_that_was_not_picked_up_leaves_the_weights_of_the_running_one(call: Call) -> None:
    server = a_cluster(a_split(a_stamp(), 750, 250, rollout="r2"))
    said = call(server, "abort", NAME, "--id", "r2")
    assert said.code == 0
    assert server.weights == {STABLE: 750, CANARY: 250}
    assert server.annotations["abort"] == "r2"
    assert "rollout r1 still runs; it ends all the same" in said.err


def test_one_that_begins_next_is_told(call: Call) -> None:
    said = call(a_cluster(a_split(a_stamp(), 750, 250, rollout="r2")), "abort", NAME)
    assert said.code == 0
    assert "rollout r2 is asked for as well, and begins next unless it is aborted too" in said.err


@pytest.mark.parametrize(
    ("split", "told"),
    [
        (a_split(None, 500, 500, rollout="r1"), "no backend has most weight"),
        (a_split(None, 900, "500m", rollout="r1"), "no backend has most weight"),
        (a_split("{}", 900, 100, rollout="r1"), "cannot be read"),
        (a_split(a_stamp(uid="uid-2"), 900, 100, rollout="r1"), "belongs to another object"),
        (a_split(a_stamp(stable="backend-api-v0"), 750, 250, rollout="r1"), "is no longer a backend"),
    ],
)
def test_where_nobody_knows_what_stable_is_it_has_to_be_said(call: Call, split: Raw, told: str) -> None:
    server = a_cluster(split)
    said = call(server, "abort", NAME)
    assert (said.code, server.patches) == (1, [])
    assert told in said.err
    assert said.err.endswith(f"try: canary abort {NAME} -n sample-app --stable SERVICE\n")
    assert call(server, "abort", NAME, "--stable", STABLE).code == 0
    assert server.weights[CANARY] == 0


def test_nobody_is_stable_against_the_stamp(call: Call) -> None:
    server = a_cluster(running())
    said = call(server, "abort", NAME, "--stable", CANARY)
    assert (said.code, server.patches) == (1, [])
    assert "backend-api-v1 is stable, by the stamp on the route, and not backend-api-v2" in said.err


def test_stable_is_a_backend(call: Call) -> None:
    said = call(a_cluster(a_split(rollout="r1")), "abort", NAME, "--stable", "v9")
    assert said.err.startswith(
        "error: v9 is no backend of the route; they are backend-api-v1, backend-api-v2\n"
    )


def test_a_route_that_nobody_rolls_out_is_left_alone_unless_stable_is_named(call: Call) -> None:
    server = a_cluster(a_split())
    said = call(server, "abort", NAME)
    assert (said.code, server.patches) == (1, [])
    assert "no rollout was ever asked for here" in said.err
    assert call(server, "abort", NAME, "--stable", STABLE).code == 0
    assert (server.weights, server.annotations) == (BACK, {"policy": "standard"})


def test_traffic_never_goes_to_a_stable_without_ready_endpoints(call: Call) -> None:
    server = a_cluster(running())
    server.put(ENDPOINT_SLICES, ready(STABLE))
    said = call(server, "abort", NAME)
    assert (said.code, server.patches) == (1, [])
    assert "backend-api-v1 has no ready endpoint" in said.err
    assert said.err.endswith("--force\n")
    assert call(server, "abort", NAME, "--force").code == 0
    assert server.weights == BACK


@pytest.mark.parametrize("trouble", [Stalled("we may not list"), Unavailable("no answer")])
def test_not_knowing_whether_stable_is_ready_is_not_good_enough(call: Call, trouble: Exception) -> None:
    server = a_cluster(running())
    server.before["list"] = [trouble] * 6
    said = call(server, "abort", NAME)
    assert (said.code, server.patches) == (1, [])
    assert f"nobody knows whether backend-api-v1 has a ready endpoint: {trouble}" in said.err


def test_a_stable_that_has_everything_already_is_not_asked_about(call: Call) -> None:
    server = a_cluster(a_split(a_stamp(phase=Phase.WAITING, step=0), 1000, 0, rollout="r1"))
    server.put(ENDPOINT_SLICES, ready(STABLE))
    assert call(server, "abort", NAME).code == 0
    assert "list" not in server.calls


def test_whoever_writes_meanwhile_is_decided_about_anew(call: Call) -> None:
    server = a_cluster(running())
    server.before["patch"] = [lambda: server.stamp(a_stamp(attempt=2, step=3), {STABLE: 500, CANARY: 500})]
    assert call(server, "abort", NAME).code == 0
    assert (server.weights, server.annotations["abort"]) == (BACK, "r1@2")


def test_whoever_always_writes_meanwhile_ends_it_with_an_error(call: Call) -> None:
    server = a_cluster(running())
    server.before["patch"] = [Conflict("changed since we read it")] * 20
    said = call(server, "abort", NAME)
    assert (said.code, len(server.patches)) == (1, 6)


def test_an_answer_that_was_lost_is_looked_up(call: Call) -> None:
    """It was stored, and the connection broke: writing it again would ask twice."""
    server = a_cluster(running())

    def stored_and_lost() -> None:
        server.patch_route(server.patches[-1])
        raise Unavailable("the connection broke")

    server.before["patch"] = [stored_and_lost]
    assert call(server, "abort", NAME).code == 0
    assert server.annotations["abort"] == "r1@1"
    assert server.calls.count("patch") == 2, "one by the command, one by the server that lost its answer"


def test_a_write_that_did_not_arrive_is_tried_again(call: Call) -> None:
    server = a_cluster(running())
    server.before["patch"] = [Unavailable("no answer"), Unavailable("no answer")]
    assert call(server, "abort", NAME).code == 0
    assert server.weights == BACK


def test_a_server_that_is_away_is_an_error_after_some_tries(call: Call) -> None:
    server = a_cluster(running())
    server.before["patch"] = [Unavailable("no answer")] * 20
    assert call(server, "abort", NAME).code == 1
    assert len(server.patches) == 6


def test_stored_but_not_seen_in_the_mesh_is_17(call: Call) -> None:
    server = a_cluster(running())
    server.adaptor = False
    said = call(server, "abort", NAME, "--timeout", "5s")
    assert said.code == 17
    assert said.out.startswith("stored after")
    assert "stored, but not yet seen in the mesh" in said.err
    assert "shows other weights: smi-adaptor is not reconciling" in said.err
    assert server.clock.seconds == pytest.approx(5)


def test_it_waits_for_the_mesh(call: Call) -> None:
    server = a_cluster(running())
    server.adaptor = False

    def adaptor_is_back() -> None:
        server.adaptor = True
        server.annotate()

    server.clock.at(1.5, adaptor_is_back)
    said = call(server, "abort", NAME)
    assert said.code == 0
    assert 1500 <= int(said.out.split()[-2]) <= 2000


@pytest.mark.parametrize("trouble", [Unavailable("no answer"), None])
def test_a_mesh_that_cannot_be_looked_at_for_a_moment_is_looked_at_again(
    call: Call, trouble: Exception | None
) -> None:
    server = a_cluster(running())
    server.before["get"] = [lambda: None, trouble or Unavailable("reset")]
    assert call(server, "abort", NAME).code == 0


def test_who_may_not_see_the_mesh_is_told_at_once(call: Call) -> None:
    server = a_cluster(running())
    server.before["get"] = [lambda: None, Stalled("we may not get serviceprofiles")]
    said = call(server, "abort", NAME)
    assert (said.code, server.clock.seconds) == (17, 0)
    assert "we may not get serviceprofiles" in said.err


def test_a_profile_that_the_adaptor_leaves_alone_is_told_at_once(call: Call) -> None:
    server = a_cluster(running())
    profile = server.get(SERVICE_PROFILES, "sample-app", "backend-api.sample-app.svc.cluster.local")
    profile["metadata"]["annotations"] = {"smi.linkerd.io/skip": ""}
    server.put(SERVICE_PROFILES, profile)
    said = call(server, "abort", NAME)
    assert (said.code, server.clock.seconds) == (17, 0)
    assert "smi.linkerd.io/skip" in said.err


def test_another_cluster_domain_is_another_profile(call: Call) -> None:
    said = call(a_cluster(running()), "abort", NAME, "--cluster-domain", "corp.local", "--timeout", "0s")
    assert said.code == 17
    assert "backend-api.sample-app.svc.corp.local" in said.err
