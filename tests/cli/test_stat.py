"""`canary stat`: the columns, both sources, and the model's own counts."""

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from canary.cli.shell.world import World
from canary.cluster.kinds import TRAFFIC_SPLITS
from canary.evidence.increments import Astray
from canary.sim.mesh import Behaviour, Mesh, Sent
from tests.cli.builders import CANARY, STABLE, a_split
from tests.cli.conftest import Call, Result
from tests.cli.fakes import a_cluster, a_world
from tests.cli.meters import URL, Told, arm
from tests.metrics.scripted import ScriptedServer
from tests.metrics.scripted import text as reply
from tests.sim.scene import EPOCH, FRONTEND, NAMESPACE, a_mesh, weights

ROUTE = ("stat", "backend-api-split", "--prometheus", URL)

TABLE = """\
sample-app/backend-api-split, apex backend-api: 60 s up to 23:59:40 UTC
NAME            WEIGHT  SHARE  SEEN   READY  SUCCESS  RPS      LATENCY_P50  LATENCY_P95  LATENCY_P99  MTLS
backend-api-v1  900     90.0%  90.0%  2      99.89%   90.0rps  15ms         20ms         20ms         100%
backend-api-v2  100     10.0%  10.0%  2      99.00%   10.0rps  25ms         30ms         30ms         100%
"""


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return told.beside(a_world(a_cluster(a_split())))


def test_the_table_has_the_columns_that_people_know(call: Call, world: World) -> None:
    assert call(world, *ROUTE) == Result(0, TABLE, "")


def test_json_has_the_numbers(call: Call, world: World, told: Told) -> None:
    found = json.loads(call(world, *ROUTE, "-o", "json", "-t", "30s").out)
    assert (found["kind"], found["seconds"], found["intervals"], found["known"]) == ("RouteStat", 30, 3, 3)
    stable, canary = found["backends"]
    assert (stable["service"], stable["successRate"], stable["rps"]) == (STABLE, pytest.approx(899 / 900), 90)
    assert (canary["observedShare"], canary["share"], canary["mtls"]) == (0.1, 0.1, 1.0)
    assert told.opened[0][0] == URL


def test_nobody_asking_is_no_success(call: Call, world: World, told: Told) -> None:
    told.stable = told.canary = arm(0)
    told.secured_by = {}
    rows = call(world, *ROUTE).out.splitlines()[2:]
    assert [row.split()[3:] for row in rows] == [["-", "2", "-", "0.0rps", "-", "-", "-", "-"]] * 2


def test_what_is_unknown_is_told_and_spoils_no_rate(call: Call, world: World, told: Told) -> None:
    told.missing = 2
    found = call(world, *ROUTE)
    assert "90.0rps" in found.out
    assert found.err.startswith("4 of 6 intervals are known: no fresh sample")


def test_requests_past_the_split_are_told(call: Call, world: World, told: Told) -> None:
    told.astray = (Astray("sample-app/frontend", 50),)
    assert "5.0rps go to backend-api past the split" in call(world, *ROUTE).err


def test_plain_requests_show_in_the_last_column(call: Call, world: World, told: Told) -> None:
    told.secured_by = {STABLE: {"": 900}, CANARY: {"": 25, "not_provided_by_service_discovery": 75}}
    assert [row.split()[-1] for row in call(world, *ROUTE).out.splitlines()[2:]] == ["100%", "25%"]


def test_every_backend_of_three_has_its_row(call: Call, told: Told) -> None:
    split = a_split()
    split["spec"]["backends"].append({"service": "backend-api-v3", "weight": 0})
    world = told.beside(a_world(a_cluster(split)))
    rows = call(world, *ROUTE).out.splitlines()[2:]
    assert [row.split()[0] for row in rows] == [STABLE, CANARY, "backend-api-v3"]


def test_the_environment_may_name_prometheus(call: Call, told: Told) -> None:
    world = told.beside(a_world(a_cluster(a_split()), CANARY_PROMETHEUS=URL))
    assert call(world, "stat", "backend-api-split").code == 0


def test_somebody_must_be_named_and_one_only(call: Call, world: World) -> None:
    assert "say whom to ask" in call(world, "stat", "backend-api-split").err
    assert "two ways" in call(world, *ROUTE, "--proxies", "10.0.0.1").err


@pytest.mark.parametrize("text", ["0s", "2h", "soon", "1500ms"])
def test_a_window_is_whole_seconds_up_to_an_hour(call: Call, world: World, text: str) -> None:
    assert call(world, *ROUTE, "-t", text).code == 2


def test_it_watches_until_it_is_interrupted(call: Call, told: Told) -> None:
    server = a_cluster(a_split())

    def interrupted() -> None:
        raise KeyboardInterrupt

    server.clock.at(5, lambda: server.put(TRAFFIC_SPLITS, a_split(stable=500, canary=500)))
    server.clock.at(15, interrupted)
    found = call(told.beside(a_world(server)), *ROUTE, "--watch", "-o", "json")
    assert found.code == 130
    lines = [json.loads(line) for line in found.out.splitlines()]
    assert [line["backends"][1]["weight"] for line in lines] == [100, 500]


class Time:
    """The clock of a command, and the model's: one waits while the other works."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.before: Counter[Sent] = Counter()

    def now(self) -> datetime:
        return datetime.fromtimestamp(EPOCH, UTC) + timedelta(seconds=self.mesh.now)

    def monotonic(self) -> float:
        return self.mesh.now

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.before = Counter(self.mesh.sent)
        self.mesh.advance(seconds)
        return event.is_set()


@pytest.fixture
def pages() -> Iterator[Mapping[str, ScriptedServer]]:
    """Of each pod of the frontend."""
    with ScriptedServer() as one, ScriptedServer() as other:
        yield dict(zip(FRONTEND, (one, other), strict=True))


def test_the_proxies_pages_tell_what_the_clients_of_the_model_got(
    call: Call, pages: Mapping[str, ScriptedServer]
) -> None:
    mesh = a_mesh(weights(9, 1))
    mesh.behave(NAMESPACE, CANARY, Behaviour(failure_rate=0.2))
    mesh.advance(20)
    clock, server, asked = Time(mesh), a_cluster(a_split()), list[str]()
    for pod, page in pages.items():
        page.says = lambda _, pod=pod: reply(mesh.page(NAMESPACE, pod))  # type: ignore[misc]
        asked += ["--proxies", f"{NAMESPACE}/frontend={page.url.removeprefix('http://')}"]
    world = World(lambda _: server, clock, lambda job: job(), {})
    found = json.loads(call(world, "stat", "backend-api-split", "-t", "40s", *asked, "-o", "json").out)
    assert not found["why"]
    sent = Counter(mesh.sent)
    sent.subtract(clock.before)
    for one in found["backends"]:
        requests = sum(count for key, count in sent.items() if key.service == one["service"])
        failures = sum(
            count for key, count in sent.items() if key.service == one["service"] and key.outcome == "500"
        )
        assert one["rps"] * 40 == pytest.approx(requests, rel=0.01, abs=2)
        assert one["successRate"] == pytest.approx(1 - failures / requests, rel=0.01)
        assert one["mtls"] == 1.0
