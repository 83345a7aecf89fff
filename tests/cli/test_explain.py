"""`canary explain`: in every phase something true that helps, with Prometheus and without."""

import json
from datetime import timedelta

import pytest

from canary.cluster.kinds import RECORDS
from canary.daemon.folds import Folds
from canary.errors import Unavailable
from canary.evidence import Arm, Evidence, Interval, Stratum
from canary.rollout.metric import MetricGate
from canary.rollout.requests import digest
from canary.rollout.stamp import Stamp
from canary.terms import Phase
from tests.cli.builders import NAME, POLICY, a_newer_stamp, a_record, a_split, a_stamp, ended, outcome
from tests.cli.conftest import Call
from tests.cli.fakes import a_cluster
from tests.cli.sources import NOW, WITH, Prometheus, Told
from tests.daemon.scripted import Script, a_varied_script

UNIT = timedelta(seconds=10)
LAST = round(NOW / 10)
"""The last interval that is over."""

HEALTHY = Stratum(Arm(250, 0), Arm(750, 1), "shop/web")
QUIET = Stratum(Arm(5, 0), Arm(15, 0), "shop/web")
FAILING = Stratum(Arm(250, 50), Arm(750, 1), "shop/web")


def on_trial(step: int = 2, began: int = LAST - 20, **changes: object) -> Stamp:
    """Its step began three minutes ago, after ten of healthy traffic."""
    evidence = Evidence.begin(POLICY.specs({}, UNIT), POLICY.confidence(), POLICY.next_share(1))
    for index in range(began - 60, began):
        evidence = evidence.feed(Interval(index, (HEALTHY,)), settled=True)
    checkpoint = evidence.new_step(POLICY.next_share(step)).checkpoint()
    usual = {"step": step, "at": began, "since": began, "settled": began + 3, "checkpoint": checkpoint}
    return a_stamp(**(usual | {"reason": "WithinMargin", "message": "step 2 of 4"} | changes))


HEAD = """\
route     TrafficSplit sample-app/backend-api-split, apex backend-api
rollout   r1@1, policy standard
phase     Progressing, step 2 of 4, 25.0%
reason    WithinMargin: step 2 of 4
traffic   backend-api-v1     750   75.0%  stable
          backend-api-v2     250   25.0%  canary

"""

WAITING = (
    HEAD
    + """\
why       Baking: 16 of at least 6 intervals seen; errors within the margin: 1.63:1 of 20:1 needed
          It stays on its step until enough was seen.
why       Baking: gate errors: 1.63:1 of 20:1 that it is within its margin
to do     more canary requests that are as good as stable's; at the end of bake.max the policy decides without
evidence  0.403:1 against the canary, 100:1 rolls it back (read again up to 2025-12-31 23:59:40Z)
          16 of at least 6 intervals and 80 canary requests on this step
gate      errors: 0.00 % of the canary's requests failed (0 of 15095), 0.13 % of stable's (60 of 45285), up to 0.40 % is \
tolerated (1.5 × stable for the same callers + 0.2 %)
          0.418:1 against it; 1.63:1 of 20:1 that it is within its margin
          K = 1: weighed one by one, by how stable's come, learned from one interval to the next since stable has a \
single endpoint
gate      objective: 0.00 % of the canary's requests failed (0 of 15095), the objective allows 1 %
          0.342:1 against it
          K = 1: weighed one by one, by how stable's come, learned from one interval to the next since stable has a \
single endpoint
next      step 3 of 4 (50.0%): about 40s from now, if the canary stays healthy
decided   2025-12-31 23:56:40Z WithinMargin: step 2 of 4
"""
)

STAMPED = (
    HEAD
    + """\
why       WithinMargin: step 2 of 4
          Every gate is passed: it went one step on.
evidence  0.438:1 against the canary, 100:1 rolls it back (as it was where the step began, 2025-12-31 23:56:30Z)
gate      errors: 0.00 % of the canary's requests failed (0 of 15000), 0.13 % of stable's (60 of 45000), up to 0.40 % is \
tolerated (1.5 × stable for the same callers + 0.2 %)
          0.439:1 against it
          K = 1: weighed one by one, by how stable's come, learned from one interval to the next since stable has a \
single endpoint
gate      objective: 0.00 % of the canary's requests failed (0 of 15000), the objective allows 1 %
          0.438:1 against it
          K = 1: weighed one by one, by how stable's come, learned from one interval to the next since stable has a \
single endpoint
next      step 3 of 4 (50.0%): about 1m20s after the step began, if the canary stays healthy
decided   2025-12-31 23:56:40Z WithinMargin: step 2 of 4
unknown   what was seen since step 2 began at 2025-12-31 23:56:30Z is not in the stamp: `--prometheus URL` reads it \
again, as the daemon does after a restart
"""
)

PAUSED = """\
why       Paused: paused by alice: lunch
          Somebody asked for a pause. A person is needed.
to do     `canary resume backend-api-split -n sample-app`, or `canary abort backend-api-split -n sample-app`.
why       WithinMargin: every gate is within its margin after 16 intervals and 4000 canary requests (least sure is errors: \
3e+15:1, 20:1 needed)
to do     the daemon goes on at its next look, unless anything else here holds it
"""

ENDED = """\
why       GateFailed: errors: 30 % of 1000
          Enough spoke against the canary: it was rolled back, or held where the policy says `onFailure: hold` (then a \
person is needed).
to do     Read the sentence: which gate, how many of how many, against how many for stable. Mend the version, then use a \
new id.
decided   GateFailed: errors: 30 % of 1000
unknown   the evidence of an ended rollout is not kept: `canary replay backend-api-split -n sample-app --policy standard \
--from TIME --prometheus URL` judges its time anew
"""


def explained(call: Call, stamp: Stamp | str | None, says: Script | Stratum, *more: str, **words: str) -> str:
    said = call(Prometheus(says).beside(a_cluster(a_split(stamp, 750, 250, **words))), "explain", NAME, *more)
    assert (said.code, said.err) == (0, "")
    return said.out


def test_with_prometheus_it_tells_each_gate_and_what_is_waited_for(call: Call) -> None:
    assert explained(call, on_trial(), QUIET, *WITH) == WAITING


def test_without_it_tells_what_the_stamp_holds_and_what_that_does_not_tell(call: Call) -> None:
    assert explained(call, on_trial(), QUIET) == STAMPED


def test_what_a_person_holds_comes_first_and_then_what_the_evidence_says(call: Call) -> None:
    stamp = on_trial(phase=Phase.PAUSED, paused=True, reason="Paused", message="paused by alice: lunch")
    said = explained(call, stamp, HEALTHY, *WITH)
    assert PAUSED in said
    assert "from now, if the canary stays healthy, not counting the time until it may go on" in said


def test_an_ended_rollout_is_explained_by_its_last_sentence(call: Call) -> None:
    said = explained(call, ended(Phase.ROLLED_BACK, "GateFailed", "errors: 30 % of 1000"), HEALTHY, *WITH)
    assert said.endswith("\n\n" + ENDED)


@pytest.mark.parametrize(
    ("stamp", "words", "told"),
    [
        (
            a_stamp(phase=Phase.WAITING, step=0, policy=None, reason="NothingNew", message="v2 is what was replaced"),
            {},
            "why       NothingNew: v2 is what was replaced",
        ),
        (on_trial(4, phase=Phase.BAKING), {}, "next      promotion: about 1m20s after the step began"),
        (
            on_trial(phase=Phase.AWAITING_APPROVAL, reason="AwaitingApproval", message="step 3 needs an approval"),
            {},
            "why       AwaitingApproval: step 3 needs an approval",
        ),
        (
            on_trial(reason="WindowShut", message="opens on Monday"),
            {},
            "if the canary stays healthy, not counting the time until it may go on",
        ),
        (ended(Phase.PROMOTED), {}, "to do     Nothing; the other backend is free for the next version (`canary slot backend-api-split -n sample-app`)."),
        (ended(Phase.ABORTED, "Aborted"), {}, "Somebody asked for its end: all traffic is with stable."),
        (ended(Phase.REJECTED, "PolicyMissing"), {}, "to do     Name one of those the sentence lists"),
        (None, {}, "why       Idle: no rollout was asked for"),
        (None, {"policy": ""}, "to do     Nothing, or name a policy: `canary start backend-api-split -n sample-app --id ID"),
        (None, {"rollout": "r1"}, "why       rollout r1 is asked for, and nobody has picked it up"),
        (on_trial(), {"rollout": "r1", "pause": "r1"}, "why       pause=r1 is asked for, and nobody has acted on it"),
        (None, {"rollout": "r/1"}, "to do     mend it; a running rollout goes on meanwhile, a start is refused"),
        (a_newer_stamp(), {}, "unknown   of a stamp from a newer version only id and backends can be read"),
        ("{}", {}, "why       StampLost: the stamp on the route cannot be read"),
    ],
)  # fmt: skip
def test_every_state_is_told_with_what_to_do_about_it(
    call: Call, stamp: Stamp | str | None, words: dict[str, str], told: str
) -> None:
    assert told in explained(call, stamp, HEALTHY, **words)


def test_a_failing_canary_is_said_to_be_taken_back(call: Call) -> None:
    said = explained(call, on_trial(), FAILING, *WITH)
    assert "why       WorseThanStable: errors: " in said
    assert "to do     the daemon takes it back at its next look" in said


def test_clients_that_do_not_follow_are_named(call: Call) -> None:
    said = explained(call, on_trial(), Stratum(Arm(500, 0), Arm(500, 0), "shop/web"), *WITH)
    assert "why       Unsettled: shop/web did not follow the weights" in said


def test_metrics_of_ones_own_are_said_to_be_the_daemons(call: Call) -> None:
    gate = MetricGate(kind="metric", name="queue", query="up", max=1.0)
    policy = POLICY.model_copy(update={"gates": (*POLICY.gates, gate)})
    said = explained(call, on_trial(policy=policy), HEALTHY, *WITH)
    assert "unknown   what the metric gates say just now (queue): the daemon alone asks them" in said


def test_a_canary_that_nobody_reaches_is_not_blamed_on_clients(call: Call) -> None:
    said = explained(call, on_trial(), Stratum(Arm(0, 0), Arm(1000, 0), "shop/web"), *WITH)
    assert "why       CanaryUnreachable: backend-api-v2 got none of some 1500 requests that were due" in said
    assert "did not follow" not in said


@pytest.mark.parametrize("missed", [10, 1700])
def test_the_evidence_is_the_daemons_after_a_restart(call: Call, missed: int) -> None:
    stamp, says = on_trial(began=LAST - missed), a_varied_script(7)
    told = json.loads(explained(call, stamp, says, *WITH, "-o", "json"))["evidence"]
    folds = Folds(Told(says), UNIT)
    for _ in range(5):
        folds.tick([("sample-app", stamp)], LAST)
    judged = folds.of(stamp)
    assert judged is not None
    assert judged.behind is None
    assert judged.verdict is not None
    assert (told["message"], told["outcome"]) == (judged.verdict.message, judged.verdict.outcome)
    assert (told["against"], told["through"]) == (judged.sure.odds, NOW - 20)


def test_a_prometheus_that_is_away_leaves_what_the_stamp_holds(call: Call) -> None:
    def away(told: Told) -> None:
        told.away = True

    said = call(
        Prometheus(HEALTHY, away).beside(a_cluster(a_split(on_trial(), 750, 250))), "explain", NAME, *WITH
    )
    assert said.code == 0
    assert "unknown   what was seen on step 2 could not be read: Prometheus did not answer" in said.out


def test_another_grid_than_the_stamps_is_refused(call: Call) -> None:
    world = Prometheus(HEALTHY).beside(a_cluster(a_split(on_trial(), 750, 250)))
    said = call(world, "explain", NAME, *WITH, "--scrape-interval", "15s")
    assert (said.code, said.out) == (1, "")
    assert "the stamp counts in intervals of 10 s, not of 15 s" in said.err


@pytest.mark.parametrize(("wanted", "code"), [("r1", 0), ("r1@1", 0), ("r1@2", 1), ("r0", 1), ("r7", 1)])
def test_an_id_is_explained_if_the_route_tells_of_it(call: Call, wanted: str, code: int) -> None:
    said = call(Prometheus(HEALTHY).beside(a_cluster(a_split(on_trial(), 750, 250))), "explain", NAME, wanted)
    assert said.code == code
    if code:
        assert f"the route tells of r1@1, not of {wanted}." in said.err
        assert ("It was here before." in said.err) == (wanted != "r7")


def test_what_was_asked_and_acted_on_is_among_the_decisions(call: Call) -> None:
    stamp = on_trial(
        phase=Phase.PAUSED, paused=True, reason="Paused", message="paused", acks={"pause": "4f2c5a1f"}
    )
    request = {"pause": "r1", "rollout": "r1", "reason": "lunch", "requested_by": "pause=r1 alice"}
    acked = stamp.but(acks={"pause": digest("r1")})
    told = "decided   pause=r1 by alice: lunch was acted on, or spent before the start"
    assert told in explained(call, acked, HEALTHY, **request)
    assert told not in explained(call, stamp, HEALTHY, **request)


@pytest.mark.parametrize(("write", "recorded"), [("w2", True), ("w3", False)])
def test_decisions_come_from_the_record_unless_the_stamp_is_newer(
    call: Call, write: str, recorded: bool
) -> None:
    decisions = [
        {"time": "2025-12-31T23:50:00Z", "phase": "Progressing", "reason": "Started", "message": "begins", "write": "w1"},
        {"time": "2025-12-31T23:56:00Z", "phase": "Progressing", "reason": "WithinMargin", "message": "on", "write": "w2"},
    ]  # fmt: skip
    cluster = a_cluster(a_split(on_trial(write=write), 750, 250))
    status = outcome(Phase.PROGRESSING, 2, "WithinMargin", decisions=decisions)
    cluster.put(RECORDS, a_record("a", "2025-12-31T23:50:00Z", status, id="r1"))
    said = call(Prometheus(HEALTHY).beside(cluster), "explain", NAME).out
    told = [line for line in said.splitlines() if line.startswith("decided")]
    newest_first = [
        "decided   2025-12-31 23:56:00Z WithinMargin: on",
        "decided   2025-12-31 23:50:00Z Started: begins",
    ]
    assert told == (
        newest_first if recorded else ["decided   2025-12-31 23:56:40Z WithinMargin: step 2 of 4"]
    )


def test_records_that_cannot_be_read_do_not_keep_it_from_explaining(call: Call) -> None:
    cluster = a_cluster(a_split(on_trial(), 750, 250))
    cluster.before["list"] = [Unavailable("it broke off")]
    said = call(Prometheus(HEALTHY).beside(cluster), "explain", NAME)
    assert said.code == 0
    assert "decided   2025-12-31" in said.out
