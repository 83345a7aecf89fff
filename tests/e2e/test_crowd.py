"""What a hundred rollouts cost the API server and Prometheus, counted by these servers themselves."""

import re

import pytest
import requests

from tests.beds.patience import rest, wait_until
from tests.e2e.history import stamp_of
from tests.e2e.world import NAMESPACE, World

pytestmark = [pytest.mark.servers, pytest.mark.full, pytest.mark.timeout(300)]

CROWD = 100
QUIET_SECONDS = 20
REQUESTS_A_TRANSITION = 3
QUERIES_A_TICK = 3

SPLITS = f"/apis/split.smi-spec.io/v1alpha2/namespaces/{NAMESPACE}/trafficsplits"
SERVICES = f"/api/v1/namespaces/{NAMESPACE}/services"
SLICES = f"/apis/discovery.k8s.io/v1/namespaces/{NAMESPACE}/endpointslices"
OURS = {
    ("PATCH", "trafficsplits"), ("GET", "trafficsplits"), ("LIST", "trafficsplits"),
    ("LIST", "endpointslices"), ("GET", "deployments"), ("LIST", "services"), ("LIST", "deployments"),
}  # fmt: skip
"""What the daemon may ask for; nobody else asks for these while it is counted."""

COUNTED = re.compile(r"^apiserver_request_total\{(?P<labels>[^}]*)\} (?P<value>\S+)$", re.MULTILINE)
QUERIED = re.compile(
    r'^prometheus_http_requests_total\{.*handler="/api/v1/query(_range)?"\} (?P<value>\S+)$', re.MULTILINE
)


def label(labels: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', labels)
    return found.group(1) if found else ""


def api_requests(world: World) -> float:
    found = COUNTED.finditer(world.plane.admin.text("/metrics"))
    mine = (one for one in found if (label(one["labels"], "verb"), label(one["labels"], "resource")) in OURS)
    return sum(float(one["value"]) for one in mine)


def queries(world: World) -> float:
    page = requests.get(f"{world.prometheus.url}/metrics", timeout=5).text
    return sum(float(one["value"]) for one in QUERIED.finditer(page))


def place(world: World, name: str, number: int) -> None:
    """A Service with one ready endpoint, and nothing behind it."""
    api, meta = world.plane.admin, {"name": name, "namespace": NAMESPACE}
    api.post(
        SERVICES, {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"ports": [{"port": 80}]}}
    )
    labelled = {**meta, "labels": {"kubernetes.io/service-name": name}}
    endpoint = {"addresses": [f"10.250.{number // 250}.{number % 250 + 1}"], "conditions": {"ready": True}}
    api.post(
        SLICES,
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": labelled,
            "addressType": "IPv4",
            "endpoints": [endpoint],
            "ports": [{"port": 80}],
        },
    )


def split(number: int) -> dict[str, object]:
    return {
        "apiVersion": "split.smi-spec.io/v1alpha2",
        "kind": "TrafficSplit",
        "metadata": {
            "name": f"crowd-{number}",
            "namespace": NAMESPACE,
            "annotations": {"canary.delivery/policy": "crowd", "canary.delivery/rollout": "r1"},
        },
        "spec": {
            "service": f"crowd-{number}",
            "backends": [
                {"service": f"crowd-{number}-v1", "weight": 900},
                {"service": f"crowd-{number}-v2", "weight": 100},
            ],
        },
    }


def settled(world: World) -> int:
    last = {version.name: stamp_of(version) or {} for version in world.history.versions}
    return sum(
        1 for name, stamp in last.items() if name.startswith("crowd-") and stamp.get("settled") is not None
    )


def transitions(world: World) -> int:
    return sum(1 for version in world.history.versions if version.manager == "canary")


def test_a_hundred_rollouts_are_cheap_in_motion_and_free_at_rest(world: World) -> None:
    for number in range(CROWD):
        for part in ("", "-v1", "-v2"):
            place(world, f"crowd-{number}{part}", number)
    world.daemon().start()
    before = api_requests(world)
    for number in range(CROWD):
        world.plane.admin.post(SPLITS, split(number))
    wait_until(lambda: settled(world) == CROWD, 60, f"{CROWD} rollouts are on their first rung")
    rest(3)
    moved = api_requests(world) - before
    print(f"{moved:g} API requests for {transitions(world)} transitions")
    assert moved <= REQUESTS_A_TRANSITION * transitions(world)

    before, asked = api_requests(world), queries(world)
    rest(QUIET_SECONDS)
    at_rest, asked = api_requests(world) - before, queries(world) - asked
    print(
        f"{at_rest:g} API requests and {asked:g} queries in {QUIET_SECONDS} s with {CROWD} rollouts at rest"
    )
    assert at_rest == 0
    assert asked <= QUERIES_A_TICK * (QUIET_SECONDS + 1)
    assert asked >= QUIET_SECONDS, "the daemon fell behind its interval of one second"
