"""`canary stat` on a real Prometheus against the model's own counts: rates within 1 %, percentiles within one bucket."""

import json
import math
from bisect import bisect_left
from collections import Counter
from datetime import datetime
from pathlib import Path
from statistics import NormalDist

import pytest

from canary.cli.shell.world import World
from canary.rollout.bounds import HISTOGRAM
from canary.sim.mesh import Behaviour, Sent
from tests.beds.patience import CLOCK
from tests.cli.builders import CANARY, STABLE, a_split
from tests.cli.conftest import Call
from tests.cli.fakes import a_cluster
from tests.metrics.backfill import Record, remembering
from tests.sim.scene import NAMESPACE, a_client, a_mesh, weights

pytestmark = pytest.mark.servers

SECONDS, AHEAD = 150, 60
"""Of the record; it reaches beyond now, since Prometheus takes some time to start."""

BEHAVIOUR = {
    STABLE: Behaviour(failure_rate=0.01, latency_ms=15),
    CANARY: Behaviour(failure_rate=0.05, latency_ms=60),
}


def bucket(milliseconds: float) -> int:
    return bisect_left(HISTOGRAM, milliseconds)


def test_it_tells_what_the_clients_of_the_model_got(call: Call, tmp_path: Path) -> None:
    mesh = a_mesh(weights(3, 1), client=a_client(400))
    for service, behaviour in BEHAVIOUR.items():
        mesh.behave(NAMESPACE, service, behaviour)
    record = Record(mesh, int(CLOCK.now().timestamp()) + AHEAD - SECONDS)
    sent: dict[float, Counter[Sent]] = {}
    for _ in range(SECONDS):
        record.run(1)
        sent[round(record.now)] = Counter(mesh.sent)
    server = a_cluster(a_split(stable=750, canary=250))
    world = World(lambda _: server, CLOCK, lambda job: job(), {})
    with remembering(tmp_path, record) as prometheus:
        asked = (
            "--prometheus",
            prometheus.url,
            "--scrape-interval",
            "1s",
            "--min-interval",
            "1s",
            "-o",
            "json",
        )
        found = json.loads(call(world, "stat", "backend-api-split", *asked).out)
        print(call(world, "stat", "backend-api-split", *asked[:-2]).out)
    until = round(datetime.fromisoformat(found["until"]).timestamp())
    got = sent[until] - sent[until - found["seconds"]]
    assert found["known"] == found["intervals"] == 60
    for one in found["backends"]:
        mine = {key.outcome: count for key, count in got.items() if key.service == one["service"]}
        requests, behaviour = sum(mine.values()), BEHAVIOUR[one["service"]]
        assert one["rps"] == pytest.approx(requests / 60, rel=0.01)
        assert one["successRate"] == pytest.approx(1 - mine.get("500", 0) / requests, rel=0.01)
        assert one["observedShare"] == pytest.approx(requests / got.total(), rel=0.01)
        assert one["mtls"] == 1
        for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
            true = behaviour.latency_ms * math.exp(behaviour.spread * NormalDist().inv_cdf(part))
            assert abs(bucket(one[name]) - bucket(true)) <= 1
