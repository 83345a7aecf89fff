"""The two queries, evaluated by promtool: scrapes every 5 s, intervals of 5 s."""

from pathlib import Path

import pytest

from canary.errors import Invalid
from canary.metrics import queries
from canary.metrics.queries import Scope
from canary.metrics.source import Leaves, Timing
from tests.metrics.promtool import Story

TIMING = Timing(interval=5, scrape=5)
SCOPE = Scope.of([Leaves("shop", "web-v1", "web-v2")])
COUNTS = queries.answers(SCOPE, TIMING)
SIGHTS = queries.freshness(SCOPE, TIMING)
OLD = "-9000x9"


def responses(instance: str, classification: str = "success", service: str = "web-v2") -> str:
    return (
        f'response_total{{job="p",instance="{instance}",namespace="shop",deployment="front",direction="outbound",'
        f'dst_namespace="shop",dst_service="{service}",dst_pod="{service}-x",classification="{classification}"}}'
    )


def started(instance: str) -> str:
    return f'process_start_time_seconds{{job="p",instance="{instance}"}}'


def up(instance: str) -> str:
    return f'up{{job="p",instance="{instance}"}}'


def proxy(instance: str) -> str:
    return f'proxy_build_info{{job="p",instance="{instance}"}}'


def counted(classification: str = "success", service: str = "web-v2") -> str:
    return (
        f'{{dst_namespace="shop",dst_service="{service}",namespace="shop",deployment="front",'
        f'dst_pod="{service}-x",classification="{classification}"}}'
    )


def seen(sight: queries.Sight, service: str = "web-v2") -> str:
    return f'{{dst_namespace="shop",dst_service="{service}",namespace="shop",deployment="front",sight="{sight:d}"}}'


SUCCESS, FAILURE = counted(), counted("failure")


def test_a_counter_that_goes_down_was_reset_and_counts_from_zero(promtool: Path, tmp_path: Path) -> None:
    story = Story(5, {responses("a"): "100 110 120 130 5 15", started("a"): OLD})
    expected = {5: {SUCCESS: 10}, 15: {SUCCESS: 10}, 20: {SUCCESS: 5}, 25: {SUCCESS: 10}}
    story.check(promtool, tmp_path, COUNTS, expected)


def test_a_first_failure_on_a_known_target_is_counted(promtool: Path, tmp_path: Path) -> None:
    story = Story(
        5, {responses("a"): "7 8 9 10 11", responses("a", "failure"): "_ _ 4 4 6", started("a"): OLD}
    )
    expected = {
        5: {SUCCESS: 1},
        10: {SUCCESS: 1, FAILURE: 4},
        15: {SUCCESS: 1, FAILURE: 0},
        20: {SUCCESS: 1, FAILURE: 2},
    }
    story.check(promtool, tmp_path, COUNTS, expected)


def test_a_pod_that_just_started_counts_from_zero(promtool: Path, tmp_path: Path) -> None:
    story = Story(5, {responses("a"): "_ _ 7 9", started("a"): "_ _ 8 8"})
    story.check(promtool, tmp_path, COUNTS, {5: {}, 10: {SUCCESS: 7}, 15: {SUCCESS: 2}})


def test_an_old_process_first_seen_late_is_a_baseline(promtool: Path, tmp_path: Path) -> None:
    story = Story(5, {responses("a"): "_ _ 3000000 3000010", started("a"): "_ _ -9000 -9000"})
    story.check(promtool, tmp_path, COUNTS, {10: {}, 15: {SUCCESS: 10}})


def test_a_missed_scrape_delays_counts_and_loses_none(promtool: Path, tmp_path: Path) -> None:
    story = Story(5, {responses("a"): "10 20 stale 40 50", started("a"): "-9000 -9000 stale -9000 -9000"})
    expected = {5: {SUCCESS: 10}, 10: {SUCCESS: 0}, 15: {SUCCESS: 20}, 20: {SUCCESS: 10}}
    story.check(promtool, tmp_path, COUNTS, expected)


def test_traffic_of_others_and_of_the_servers_is_left_out(promtool: Path, tmp_path: Path) -> None:
    inbound = responses("b").replace("outbound", "inbound")
    other, longer = responses("b", service="web-v3"), responses("b", service="web-v22")
    series = dict.fromkeys((responses("a"), inbound, other, longer), "0 1 2 3")
    story = Story(5, {**series, started("a"): OLD, started("b"): OLD})
    story.check(promtool, tmp_path, COUNTS, {10: {SUCCESS: 1}})


def test_of_the_service_in_front_only_answers_are_asked(promtool: Path, tmp_path: Path) -> None:
    scope = Scope.of([Leaves("shop", "web-v1", "web-v2", apex="web")])
    series = {responses("a", service=service): "0 1 2 3" for service in ("web", "web-v2", "web-v3")}
    story = Story(5, {**series, started("a"): OLD})
    counts = {10: {SUCCESS: 1, counted(service="web"): 1}}
    story.check(promtool, tmp_path, queries.answers(scope, TIMING), counts)
    for ask in (queries.freshness, queries.queues, queries.proxies):
        assert ask(scope, TIMING) == ask(SCOPE, TIMING)


def test_a_client_sampled_at_both_ends_is_seen(promtool: Path, tmp_path: Path) -> None:
    story = Story(5, {responses("a"): "1x9", started("a"): OLD, up("a"): "1x9", proxy("a"): "1x9"})
    expected = {10: {seen(queries.Sight.SEEN): 1, "{}": 1}}
    story.check(promtool, tmp_path, SIGHTS, expected)


def test_one_missed_scrape_leaves_a_client_seen_and_two_lose_it(promtool: Path, tmp_path: Path) -> None:
    gap = "{0} {0} stale _ _ {0} {0} {0} {0}"
    series = {responses("a"): gap.format(1), started("a"): gap.format(-9000), up("a"): "1 1 0 0 0 1 1 1 1"}
    expected = {
        10: {seen(queries.Sight.SEEN): 1},
        20: {seen(queries.Sight.LOST): 1},
        25: {seen(queries.Sight.RETURNING): 1},
        30: {seen(queries.Sight.SEEN): 1},
    }
    Story(5, series).check(promtool, tmp_path, SIGHTS, expected)


def test_a_deleted_pod_is_no_longer_looked_for(promtool: Path, tmp_path: Path) -> None:
    gone = {responses("a"): "1 2 stale", started("a"): "-9000 -9000 stale", up("a"): "1 1 stale"}
    stays = {responses("b"): "1x9", started("b"): OLD, up("b"): "1x9"}
    expected = {
        5: {seen(queries.Sight.SEEN): 2},
        10: {seen(queries.Sight.SEEN): 1},
        40: {seen(queries.Sight.SEEN): 1},
    }
    Story(5, gone | stays).check(promtool, tmp_path, SIGHTS, expected)


def test_an_old_process_first_seen_is_joining_and_a_young_one_is_seen(promtool: Path, tmp_path: Path) -> None:
    old = {responses("a"): "_ _ 9 9", started("a"): "_ _ -9000 -9000", up("a"): "_ _ 1 1"}
    young = {responses("b"): "_ _ 9 9", started("b"): "_ _ 8 8", up("b"): "_ _ 1 1"}
    expected = {
        10: {seen(queries.Sight.JOINING): 1, seen(queries.Sight.SEEN): 1},
        15: {seen(queries.Sight.SEEN): 2},
    }
    Story(5, old | young).check(promtool, tmp_path, SIGHTS, expected)


def test_a_prometheus_that_was_away_lost_its_clients_and_sees_them_return(
    promtool: Path, tmp_path: Path
) -> None:
    away = "{0} {0} _ _ _ _ {0} {0}"
    series = {responses("a"): away.format(1), started("a"): away.format(-9000), up("a"): away.format(1)}
    expected = {
        20: {seen(queries.Sight.LOST): 1},
        30: {seen(queries.Sight.RETURNING): 1},
        35: {seen(queries.Sight.SEEN): 1},
    }
    Story(5, series).check(promtool, tmp_path, SIGHTS, expected)


def test_proxies_count_for_the_mesh_only_when_sampled_at_both_ends(promtool: Path, tmp_path: Path) -> None:
    late, later = {proxy("a"): "_ _ 1 1 1"}, {proxy("b"): "_ _ _ 1 1"}
    late |= {started("a"): "_ _ -9000x9"}
    later |= {started("b"): "_ _ _ -9000x9"}
    story = Story(5, {**late, **later, started("c"): OLD, up("c"): "1x9"})
    story.check(promtool, tmp_path, SIGHTS, {10: {}, 15: {"{}": 1}, 20: {"{}": 2}})


def test_a_target_that_two_replicas_scrape_does_not_fail_the_query(promtool: Path, tmp_path: Path) -> None:
    twice = {up("a").replace("}", f',replica="{n}"}}'): "1x9" for n in "12"}
    both = {started("a").replace("}", f',replica="{n}"}}'): OLD for n in "12"}
    story = Story(5, {responses("a"): "1x9", **twice, **both})
    story.check(promtool, tmp_path, SIGHTS, {10: {seen(queries.Sight.SEEN): 1}})


def test_a_relabelling_is_a_baseline_and_no_lifetime(promtool: Path, tmp_path: Path) -> None:
    """It changes the labels of all series of a target, not which target it is."""
    team = ',team="x"}'
    old = {responses("a"): "100 110 stale", started("a"): "-9000 -9000 stale"}
    new = {
        responses("a").replace("}", team): "_ _ 125 135 145",
        started("a").replace("}", team): "_ _ -9000 -9000 -9000",
        responses("a", "failure").replace("}", team): "_ _ _ 3 4",
    }
    expected = {10: {SUCCESS: 0}, 15: {SUCCESS: 10, FAILURE: 3}, 20: {SUCCESS: 10, FAILURE: 1}}
    Story(5, old | new).check(promtool, tmp_path, COUNTS, expected)


def test_a_target_that_was_relabelled_is_doubted_while_both_are_fresh(promtool: Path, tmp_path: Path) -> None:
    team = ',team="x"}'
    old = {
        responses("a"): "1 1 1 stale",
        started("a"): "-9000x2 stale",
        proxy("a"): "1 1 1 stale",
        up("a"): "1x2 stale",
    }
    new = {
        responses("a").replace("}", team): "_ _ _ 9x9",
        started("a").replace("}", team): "_ _ _ -9000x9",
        proxy("a").replace("}", team): "_ _ _ 1x9",
        up("a").replace("}", team): "_ _ _ 1x9",
    }
    expected = {
        10: {seen(queries.Sight.SEEN): 1, "{}": 1},
        15: {seen(queries.Sight.DOUBLED): 1, "{}": 2},
        30: {seen(queries.Sight.SEEN): 1, "{}": 1},
    }
    Story(5, old | new).check(promtool, tmp_path, SIGHTS, expected)


def test_a_proxy_that_two_scrape_is_doubled(promtool: Path, tmp_path: Path) -> None:
    series = {
        series.replace('job="p"', f'job="{job}"'): values
        for job in "pq"
        for series, values in {
            responses("a"): "1x9", started("a"): OLD, up("a"): "1x9", proxy("a"): "1x9",
        }.items()
    }  # fmt: skip
    expected = {10: {seen(queries.Sight.DOUBLED): 2, "{}": 2}}
    Story(5, series).check(promtool, tmp_path, SIGHTS, expected)


@pytest.mark.parametrize(
    "name",
    ['x"} or up{a="', "web|.*", "web..v2", ".web", "web.", "WEB", "-web", "web\n", "", "w" * 64, "wéb"],
)
def test_a_name_that_is_none_in_kubernetes_never_gets_into_a_query(name: str) -> None:
    with pytest.raises(Invalid, match="no name"):
        queries.answers(Scope.of([Leaves("shop", "web-v1", name)]), TIMING)
    assert queries.refusal(Leaves("shop", name, "web-v2"))
    assert bool(queries.refusal(Leaves("shop", "web-v1", "web-v2", apex=name))) == bool(name)


def test_a_dot_in_a_name_is_a_dot(promtool: Path, tmp_path: Path) -> None:
    scope = Scope.of([Leaves("shop", "web-v1", "web-v2", view="servers", workloads=("web.v1", "web.v2"))])
    series = {
        f'response_total{{job="p",instance="a",namespace="shop",deployment="{name}",pod="x",'
        'direction="inbound",tls="true",target_port="8080",classification="success"}': "0 7"
        for name in ("web.v2", "webxv2")
    }
    said = '{namespace="shop",deployment="web.v2",pod="x",classification="success"}'
    Story(5, series).check(promtool, tmp_path, queries.answers(scope, TIMING), {5: {said: 7}})


def test_probes_and_scrapes_are_no_requests_of_the_servers(promtool: Path, tmp_path: Path) -> None:
    scope = Scope.of([Leaves("shop", "web-v1", "web-v2", view="servers")])
    who = 'job="p",instance="a",namespace="shop",deployment="web-v2",pod="x",direction="inbound"'
    series = {
        f'response_total{{{who},{how},classification="success"}}': "0 7"
        for how in (
            'tls="true",target_port="4191"',
            'tls="no_identity",target_port="8080"',
            'tls="true",target_port="8080"',
        )
    }
    said = '{namespace="shop",deployment="web-v2",pod="x",classification="success"}'
    Story(5, series).check(promtool, tmp_path, queries.answers(scope, TIMING), {5: {said: 7}})


@pytest.mark.parametrize(("interval", "scrape"), [(7, 5), (1, 5), (5, 0)])
def test_an_interval_is_a_multiple_of_the_scrapes(interval: int, scrape: int) -> None:
    with pytest.raises(ValueError, match="multiple"):
        Timing(interval, scrape)


ON_RECORD = f"count({queries.proxies(SCOPE, TIMING)})"


def test_a_pod_that_came_back_at_another_address_is_not_scraped_twice(promtool: Path, tmp_path: Path) -> None:
    """Prometheus keeps what it knew of the old address for a bit more than two scrapes."""
    gone, back = "1x2 _ _ stale", "_ _ _ 1x9"
    series = {responses("a"): gone, proxy("a"): gone, responses("b"): back, proxy("b"): back}
    Story(5, series).check(promtool, tmp_path, ON_RECORD, {15: {"{}": 1}, 20: {"{}": 1}, 30: {"{}": 1}})


def test_two_that_stay_are_both_on_record(promtool: Path, tmp_path: Path) -> None:
    series = {name(one): "1x9" for one in "ab" for name in (responses, proxy)}
    Story(5, series).check(promtool, tmp_path, ON_RECORD, {15: {"{}": 2}, 30: {"{}": 2}})
