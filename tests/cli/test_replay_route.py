"""`canary replay ROUTE`: a policy against what Prometheus knows of a route's past."""

import json
from itertools import pairwise

import pytest

from canary.evidence import Interval
from canary.rollout.stamp import Stamp
from canary.terms import Phase
from tests.cli.builders import CANARY, NAME, STABLE, a_split, a_stamp, ended
from tests.cli.conftest import Call
from tests.cli.fakes import Memory, a_cluster
from tests.cli.sources import NOW, WITH, Prometheus, Told, a_stratum
from tests.files.project import ROOT

POLICY = ("--policy", "manual", "--policies", str(ROOT / "policies"))
REPLAY = ("replay", NAME, *POLICY, *WITH)
HEALTHY, FAILING = a_stratum(), a_stratum(failures=150)

ROLLED_BACK = """\
sample-app/backend-api-split: Rollback 2025-12-31 23:00:30Z, step 1, after 3 intervals
    errors: 30.00 % of the canary's requests failed (450 of 1500), 0.20 % of stable's (3 of 1500), up to 0.50 % is \
tolerated (1.5 × stable for the same callers + 0.2 %); the evidence against the canary is 234:1, 100:1 rolls it back; \
judged on the traffic that there was: weights were what they were, backend-api-v2 had 50.0% of 3000 requests
"""


def of_5_seconds(**changes: object) -> Stamp:
    return a_stamp(at=round(NOW / 5) - 1000, **changes)


def test_a_failing_past_is_rolled_back_and_says_on_what_it_was_judged(call: Call) -> None:
    said = call(Prometheus(FAILING).beside(a_cluster(a_split())), *REPLAY, "--from", "-1h")
    assert (said.code, said.out, said.err) == (0, ROLLED_BACK, "")


def test_a_healthy_past_is_promoted_and_json_has_the_fields_of_a_file(call: Call) -> None:
    world = Prometheus(HEALTHY).beside(a_cluster(a_split()))
    said = call(
        world, *REPLAY, "--from", "2025-12-31T12:00:00Z", "--to", "2025-12-31T18:00:00+01:00", "-o", "json"
    )
    told = json.loads(said.out)
    assert (told["kind"], told["route"], told["verdict"]) == ("Replay", f"sample-app/{NAME}", "Promoted")
    assert told.keys() == {
        "apiVersion", "kind", "route", "verdict", "at", "step", "intervals", "evidence", "gate", "message",
    }  # fmt: skip


def test_it_asks_for_the_hour_before_and_for_no_more_than_it_needs(call: Call) -> None:
    prometheus = Prometheus(FAILING)
    call(prometheus.beside(a_cluster(a_split())), *REPLAY, "--from", "-6h")
    (_, now), (_, then) = prometheus.opened
    began = round(NOW / 10) - 2160
    assert then.at == NOW - 6 * 3600
    assert then.asked == [(1, began - 2 - 719, began - 2)]
    assert now.asked == [(1, began + 1, began + 720)]


def test_what_is_longer_than_an_answer_is_asked_for_in_pieces(call: Call) -> None:
    prometheus = Prometheus(
        lambda index: Interval(index, None, why="unseen") if index % 4 else Interval(index, ())
    )
    said = call(prometheus.beside(a_cluster(a_split())), *REPLAY, "--from", "-9d", "-o", "json")
    pieces = [(first, last) for _, first, last in prometheus.opened[0][1].asked]
    assert all(after[0] == before[1] + 1 for before, after in pairwise(pieces))
    assert max(last - first for first, last in pieces) < 720
    assert said.err.startswith("error: Prometheus saw no request to backend-api-v1 and backend-api-v2")
    assert pieces[-1][1] == round(NOW / 10) - 2


@pytest.mark.parametrize(
    ("options", "seconds"),
    [((), (5, 5)), (("--scrape-interval", "2s"), (6, 2)), (("--scrape-interval", "30s"), (30, 30))],
)
def test_the_grid_is_the_stamps_unless_another_one_is_said(
    call: Call, options: tuple[str, ...], seconds: tuple[int, int]
) -> None:
    prometheus = Prometheus(HEALTHY)
    call(prometheus.beside(a_cluster(a_split(of_5_seconds()))), *REPLAY, "--from", "-1h", *options)
    timing, _ = prometheus.opened[0]
    assert (timing.interval, timing.scrape) == seconds


@pytest.mark.parametrize("seconds", [1, 10, 60, 120])
@pytest.mark.parametrize("days", [-0.001, 0, 100])
def test_the_stamp_tells_its_grid_for_months(call: Call, seconds: int, days: float) -> None:
    prometheus = Prometheus(HEALTHY)
    stamp = a_stamp(at=round((NOW - days * 86_400) / seconds))
    call(prometheus.beside(a_cluster(a_split(stamp))), *REPLAY, "--from", "-1h")
    assert prometheus.opened[0][0].interval == seconds


def test_after_a_promotion_the_roles_are_those_of_the_rollout(call: Call) -> None:
    server = a_cluster(a_split(ended(Phase.PROMOTED), 0, 1000))
    said = call(Prometheus(HEALTHY).beside(server), *REPLAY, "--from", "-1h")
    assert f"{CANARY} had 50.0%" in said.out


def test_a_route_that_was_deleted_is_replayed_if_its_backends_are_named(call: Call) -> None:
    server, prometheus = Memory(), Prometheus(FAILING)
    without = call(prometheus.beside(server), *REPLAY, "--from", "-1h")
    assert without.code == 1
    assert "try: of a route that was deleted: --stable SERVICE --canary SERVICE" in without.err
    said = call(prometheus.beside(server), *REPLAY, "--from", "-1h", "--stable", STABLE, "--canary", CANARY)
    assert (said.code, said.out) == (0, ROLLED_BACK)


def test_backends_that_nobody_can_tell_apart_are_asked_for(call: Call) -> None:
    server = a_cluster(a_split(None, 500, 500))
    said = call(Prometheus(HEALTHY).beside(server), *REPLAY, "--from", "-1h")
    assert (said.code, said.out) == (1, "")
    assert "nobody knows which backends are stable and canary" in said.err
    assert call(Prometheus(HEALTHY).beside(server), *REPLAY, "--from", "-1h", "--stable", STABLE).code == 0


def test_a_time_of_which_nothing_is_known_is_told(call: Call) -> None:
    said = call(Prometheus(None).beside(a_cluster(a_split())), *REPLAY, "--from", "-1h", "--to", "-30m")
    assert (said.code, said.out) == (1, "")
    assert (
        "error: Prometheus knows nothing of backend-api-v1 and backend-api-v2"
        " from 2025-12-31 23:00:00Z to 2025-12-31 23:30:00Z (unseen)"
    ) in said.err


def test_a_time_before_all_samples_is_told(call: Call) -> None:
    def forgotten(told: Told) -> None:
        told.away = told.at is not None

    said = call(Prometheus(HEALTHY, forgotten).beside(a_cluster(a_split())), *REPLAY, "--from", "-40d")
    assert said.code == 1
    assert "no rollout could have begun at 2025-11-22 00:00:00Z: Prometheus did not answer" in said.err
    assert "--storage.tsdb.retention.time" in said.err


def test_counts_that_nobody_would_have_trusted_are_no_ground_for_a_verdict(call: Call) -> None:
    def doubled(told: Told) -> None:
        told.doubt = "Prometheus scrapes the proxy of web more than once"

    said = call(Prometheus(HEALTHY, doubled).beside(a_cluster(a_split())), *REPLAY, "--from", "-1h")
    assert (said.code, said.out) == (1, "")
    assert "no rollout would have begun: Prometheus scrapes the proxy of web more than once" in said.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("replay", NAME, *POLICY, "--from", "-1h"), "say which Prometheus to ask: --prometheus URL, or CANARY_PROMETHEUS"),
        (REPLAY, "say when the rollout would have begun"),
        (("replay", *POLICY), "say what to replay"),
        ((*REPLAY, "--increments", "x"), "say what to replay"),
        (("replay", *POLICY, "--increments", "x", "--from", "-1h"), "a ROUTE with --from and --to, or --increments FILE"),
        ((*REPLAY, "--from", "yesterday"), "'yesterday' is no moment; write 2026-03-01T12:00:00Z"),
        ((*REPLAY, "--from", "2026-01-01T00:00:00"), "has no time zone; end it with Z"),
        ((*REPLAY, "--from", "-1x"), "Invalid value for '--from'"),
        ((*REPLAY, "--from", "-1h", "--to", "-2h"), "is no time at all"),
        ((*REPLAY, "--from", "2030-01-01T00:00:00Z"), "is no time at all"),
        ((*REPLAY, "--from", "-15s"), "there is no whole interval of 10 s in that time"),
        ((*REPLAY, "--from", "-1h", "--scrape-interval", "3m"), "must be whole seconds, from 1s to 2m"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_a_usage_error(call: Call, arguments: tuple[str, ...], told: str) -> None:
    said = call(Prometheus(HEALTHY).beside(a_cluster(a_split())), *arguments)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_the_address_may_stand_where_the_daemon_has_it(call: Call) -> None:
    world = Prometheus(FAILING).beside(a_cluster(a_split()), CANARY_PROMETHEUS=WITH[1])
    assert call(world, "replay", NAME, *POLICY, "--from", "-1h").out == ROLLED_BACK
