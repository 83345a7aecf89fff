"""What a hundred rollouts cost the API server and Prometheus, counted by these servers themselves."""

import re

import pytest
import requests

from tests.beds.patience import rest, wait_until
from tests.e2e.crowd import SEEN_EVERY, Crowd
from tests.e2e.served import Labels, served
from tests.e2e.world import World

pytestmark = [pytest.mark.servers, pytest.mark.full, pytest.mark.timeout(400)]

CROWD = 100
QUIET_SECONDS = 20
REQUESTS_A_TRANSITION = 3
RECORD_REQUESTS_A_TRANSITION = 2
"""Apart from those above, and behind them: a rollout is not slower for them."""

QUERIES_A_TICK = 3

RATE = 5.0
"""Requests per second to each of the crowd: all of them are what the mesh model can carry in real time."""

OURS = {
    ("PATCH", "trafficsplits"), ("GET", "trafficsplits"), ("LIST", "trafficsplits"),
    ("LIST", "endpointslices"), ("LIST", "services"), ("LIST", "serviceprofiles"),
    ("GET", "deployments"), ("LIST", "deployments"), ("GET", "statefulsets"), ("LIST", "statefulsets"),
}  # fmt: skip
"""What the daemon may ask for; nobody else asks for these while it is counted."""

QUERIED = re.compile(
    r'^prometheus_http_requests_total\{.*handler="/api/v1/query(_range)?"\} (?P<value>\S+)$', re.MULTILINE
)


def ours(labels: Labels) -> bool:
    return (labels.get("verb"), labels.get("resource")) in OURS


def told(labels: Labels) -> bool:
    return labels.get("resource") == "canaryrollouts" and labels.get("verb") != "WATCH"


def record_requests(world: World) -> float:
    return served(world.plane.admin, told)


def api_requests(world: World) -> float:
    return served(world.plane.admin, ours)


def queries(world: World) -> float:
    page = requests.get(f"{world.prometheus.url}/metrics", timeout=5).text
    return sum(float(one["value"]) for one in QUERIED.finditer(page))


def rests(world: World) -> None:
    """Without a change there is no request to the API server, and as few to Prometheus as for one rollout."""
    before, asked = api_requests(world) + record_requests(world), queries(world)
    rest(QUIET_SECONDS)
    at_rest, asked = api_requests(world) + record_requests(world) - before, queries(world) - asked
    print(
        f"{at_rest:g} API requests and {asked:g} queries in {QUIET_SECONDS} s with {CROWD} rollouts at rest"
    )
    assert at_rest == 0
    assert asked <= QUERIES_A_TICK * (QUIET_SECONDS + 1)
    assert asked >= QUIET_SECONDS, "the daemon fell behind its interval of one second"


def test_a_hundred_rollouts_are_cheap_in_motion_and_free_at_rest(world: World) -> None:
    crowd = Crowd(world, "crowd", CROWD, policy="crowd")
    crowd.place()
    world.daemon().start()
    before, unrecorded = api_requests(world), record_requests(world)
    crowd.ask()
    wait_until(
        lambda: crowd.settled(1) == CROWD, 120, f"{CROWD} rollouts are on their first rung", SEEN_EVERY
    )
    rest(3)
    moved, transitions = api_requests(world) - before, crowd.transitions()
    print(f"{moved:g} API requests for {transitions} transitions")
    assert moved <= REQUESTS_A_TRANSITION * transitions
    wait_until(lambda: not world.untold(), 30, "every change is told")
    recorded = record_requests(world) - unrecorded
    print(f"{recorded:g} API requests for their records")
    assert recorded <= RECORD_REQUESTS_A_TRANSITION * transitions
    rests(world)


def test_a_hundred_pinned_rollouts_climb_a_rung_for_three_requests_a_transition(world: World) -> None:
    """As many transitions at least as rollouts start, settle, advance and settle again."""
    crowd = Crowd(world, "pinned", CROWD, policy="stroll")
    crowd.deploy()
    crowd.busy(RATE)
    world.daemon().start()
    before = api_requests(world)
    crowd.ask()
    wait_until(
        lambda: crowd.settled(1) == CROWD, 120, f"{CROWD} rollouts are on their first rung", SEEN_EVERY
    )
    started, starts = api_requests(world) - before, crowd.transitions()
    wait_until(lambda: crowd.settled(2) == CROWD, 120, f"{CROWD} rollouts are a rung higher", SEEN_EVERY)
    rest(3)
    moved, transitions = api_requests(world) - before, crowd.transitions()
    print(f"{started:g} API requests for {starts} transitions, until all have begun with their workloads")
    print(f"{moved:g} API requests for {transitions} transitions, until all are a rung higher")
    assert transitions >= 4 * CROWD
    assert moved <= REQUESTS_A_TRANSITION * transitions
    rests(world)
