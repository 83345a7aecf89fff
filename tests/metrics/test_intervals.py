"""The fold: what two answers say about one interval."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from canary.evidence.increments import Arm, Astray, Interval, Stratum
from canary.metrics.answers import Series
from canary.metrics.intervals import interval
from canary.metrics.queries import COLUMNS, Sight
from canary.metrics.sights import Sights
from canary.metrics.source import Leaves
from canary.metrics.tally import Tally
from tests.metrics.mesh import FIRST, MESHED, SECONDS, WEB, count, sight
from tests.metrics.scripted import Labels

Row = tuple[Labels, float]
SEEN: Sequence[Row] = [(sight("web-v1"), 1), (MESHED, 3)]


def told(counts: Sequence[Row], sights: Sequence[Row] = SEEN, leaves: Leaves = WEB) -> Interval:
    """What these rows of the first interval say about `leaves`."""
    columns = COLUMNS[leaves.view]
    tally = Tally(columns)
    tally.answers([series(row) for row in counts], SECONDS)
    seen = Sights.read([series(row) for row in sights], columns, SECONDS)
    return interval(seen, tally, leaves, FIRST)


def series(row: Row) -> Series:
    return Series(row[0], ((FIRST * SECONDS, str(row[1])),))


def test_failures_are_part_of_the_requests() -> None:
    rows = [(count("web-v2"), 7.0), (count("web-v2", classification="failure"), 3.0)]
    assert told(rows).strata == (Stratum(canary=Arm(10, 3), stable=Arm(0, 0), client="shop/front"),)


def test_each_client_workload_is_a_stratum() -> None:
    rows = [
        (count(service, client=client), 5.0)
        for service in ("web-v1", "web-v2")
        for client in ("front", "batch")
    ]
    assert told(rows).strata == (
        Stratum(Arm(5), Arm(5), "shop/batch"),
        Stratum(Arm(5), Arm(5), "shop/front"),
    )


def test_endpoints_of_one_backend_add_up() -> None:
    rows = [(count("web-v2", pod=pod), 5.0) for pod in "abc"]
    assert told(rows).strata == (Stratum(canary=Arm(15), stable=Arm(0), client="shop/front"),)


def test_a_client_that_sent_nothing_is_no_stratum() -> None:
    assert told([(count("web-v1", client="idle"), 0.0), (count("web-v1"), 9.0)]).strata == (
        Stratum(Arm(), Arm(9), "shop/front"),
    )


def test_a_backend_without_rows_got_no_requests_while_clients_are_seen() -> None:
    assert told([(count("web-v1"), 9.0)]).strata == (
        Stratum(canary=Arm(0), stable=Arm(9), client="shop/front"),
    )


def test_rollouts_that_share_a_backend_are_told_of_it_both() -> None:
    rows = [(count("web-v1"), 9.0)]
    assert told(rows).strata == told(rows, leaves=Leaves("shop", "web-v1", "web-v3")).strata


def test_a_backend_of_the_same_name_elsewhere_is_another() -> None:
    assert told([(count("web-v1", namespace="other"), 9.0)]).strata == ()


IN_FRONT = replace(WEB, apex="web")


def test_what_went_to_the_service_in_front_is_told_apart_and_is_no_evidence() -> None:
    rows = [(count("web-v1"), 9.0), (count("web", client="batch"), 5.0), (count("web", client="idle"), 0.0)]
    found = told(rows, leaves=IN_FRONT)
    assert found == replace(told(rows), astray=(Astray("shop/batch", 5.0),))
    assert found.strata == (Stratum(Arm(), Arm(9), "shop/front"),)


def test_an_odd_number_of_the_service_in_front_makes_nothing_else_unknown() -> None:
    found = told([(count("web-v1"), 9.0), (count("web"), -5.0)], leaves=IN_FRONT)
    assert (found.strata, found.astray) == ((Stratum(Arm(), Arm(9), "shop/front"),), ())


@pytest.mark.parametrize("pods", [["a"], []])
def test_one_endpoint_has_no_halves(pods: list[str]) -> None:
    assert told([(count("web-v1", pod=pod), 5.0) for pod in pods]).halves is None


@pytest.mark.parametrize("pods", [["a", "b"], ["a", "c"], ["web-1", "web-2", "web-3"], list("abcdefghi")])
def test_several_endpoints_have_two_halves_that_make_the_whole(pods: list[str]) -> None:
    halves = told([(count("web-v1", pod=pod), 10.0**n) for n, pod in enumerate(pods)]).halves
    assert halves
    assert all(half.requests for half in halves)
    assert sum(half.requests for half in halves) == sum(10.0**n for n in range(len(pods)))


def test_an_endpoint_keeps_its_half_when_others_fall_silent() -> None:
    everyone = {pod: 10.0**n for n, pod in enumerate("abcdefghi")}
    whole = told([(count("web-v1", pod=pod), n) for pod, n in everyone.items()]).halves
    fewer = told(
        [(count("web-v1", pod=pod), n if pod in "bcefhi" else 0.0) for pod, n in everyone.items()]
    ).halves
    assert whole
    assert fewer
    for before, after in zip(whole, fewer, strict=True):
        assert set(_powers(after.requests)) <= set(_powers(before.requests))


def test_failures_follow_their_endpoint_into_its_half() -> None:
    rows = [(count("web-v1", pod=pod), 10.0) for pod in "ab"] + [
        (count("web-v1", pod="a", classification="failure"), 2.0)
    ]
    halves = told(rows).halves
    assert halves
    assert sorted((half.requests, half.failures) for half in halves) == [(10, 0), (12, 2)]


def test_a_lost_target_makes_the_interval_unknown_and_is_named() -> None:
    told_of = told([(count("web-v1"), 9.0)], [*SEEN, (sight("web-v2", Sight.LOST, client="batch"), 2)])
    assert (told_of.strata, told_of.why) == (None, "no fresh sample of 2 target(s) of client shop/batch")


def test_a_target_that_returns_makes_the_interval_unknown() -> None:
    told_of = told([(count("web-v1"), 9.0)], [*SEEN, (sight("web-v2", Sight.RETURNING), 1)])
    assert told_of.strata is None
    assert "client shop/front return after a gap" in told_of.why


def test_a_target_on_record_twice_makes_the_interval_unknown() -> None:
    told_of = told([(count("web-v1"), 9.0)], [*SEEN, (sight("web-v1", Sight.DOUBLED), 2)])
    assert told_of.strata is None
    assert told_of.why.startswith("2 target(s) of client shop/front are on record twice")


def test_canary_endpoints_that_answered_are_counted() -> None:
    rows = [(count("web-v2", pod=pod), requests) for pod, requests in (("a", 5.0), ("b", 1.0), ("c", 0.0))]
    assert told(rows).endpoints == 2


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (Sight.LOST, "no fresh sample of 1 target(s) of Deployment shop/web-v2"),
        (Sight.DOUBLED, "1 target(s) of Deployment shop/web-v2 are on record twice"),
        (Sight.JOINING, "Deployment shop/web-v2 was sampled for the first time"),
    ],
)
def test_in_the_servers_view_each_backend_must_be_seen(state: Sight, why: str) -> None:
    servers = replace(WEB, view="servers")
    told_of = told([], [(a_server("web-v1"), 1), (a_server("web-v2", state), 1), (MESHED, 3)], servers)
    assert told_of.strata is None
    assert told_of.why.startswith(why)


def a_server(deployment: str, state: Sight = Sight.SEEN) -> Labels:
    """The labels of one row of freshness in the servers' view."""
    return {"namespace": "shop", "deployment": deployment, "sight": f"{state:d}"}


def test_a_target_that_joins_leaves_the_others_counts_known() -> None:
    assert told([(count("web-v1"), 9.0)], [*SEEN, (sight("web-v1", Sight.JOINING, client="new"), 1)]).strata


def test_clients_that_all_join_make_the_interval_unknown() -> None:
    told_of = told([], [(sight("web-v1", Sight.JOINING), 1), (MESHED, 3)])
    assert told_of.strata is None
    assert "first time" in told_of.why


def test_a_lost_client_of_another_rollout_is_none_of_ours() -> None:
    assert told([(count("web-v1"), 9.0)], [*SEEN, (sight("api-v1", Sight.LOST), 1)]).strata


def test_counts_of_a_client_that_is_gone_still_count_in_a_mesh_that_is_seen() -> None:
    assert told([(count("web-v1"), 9.0)], [(MESHED, 3)]).strata == (Stratum(Arm(), Arm(9), "shop/front"),)


def test_a_workload_without_a_deployment_is_named_by_its_namespace() -> None:
    assert "client shop" in told([], [(sight("web-v1", Sight.LOST, client=""), 1)]).why


def test_a_client_of_which_nothing_is_known_is_told_so() -> None:
    nameless = {**sight("web-v1", Sight.LOST, client=""), "namespace": ""}
    assert told([], [(nameless, 1)]).why == "no fresh sample of 1 target(s) of client without a name"


def _powers(total: float) -> list[int]:
    """Which powers of ten make up the total: each endpoint has sent another one."""
    return [power for power, digit in enumerate(reversed(f"{total:.0f}")) if digit == "1"]
