"""`canary policy plan --from ROUTE`: the traffic it had lately instead of one that is said."""

import json
from pathlib import Path

import pytest

from canary.evidence import Arm, Interval, Stratum
from tests.cli.builders import NAME, a_split
from tests.cli.conftest import Call
from tests.cli.fakes import a_cluster
from tests.cli.sources import NOW, WITH, Prometheus, Told

TEXT = """\
apiVersion: canary.delivery/v1alpha1
kind: RolloutPolicy
metadata: {name: right}
spec:
  steps:
    - {share: 50%, bake: {min: 30s, max: 5m}}
  gates:
    - {kind: errors}
    - {kind: objective, p99: 300ms}
"""


@pytest.fixture
def plan(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "right.yaml").write_text(TEXT)
    return ("policy", "plan", "right", "--policies", str(tmp_path), "--from", NAME, *WITH)


def bursty(index: int) -> Interval:
    """A thousand requests in ten seconds, 0.4 % of stable's slow; in one interval of twenty ten of its failures at once."""
    failures = 0 if index % 20 else 10
    one, other = Arm(250, failures, 250, (1,)), Arm(250, 0, 250, (1,))
    return Interval(index, (Stratum(Arm(500, 0, 500, (2,)), Arm(500, failures, 500, (2,))),), (one, other))


def test_it_says_what_was_measured_and_plans_with_it(call: Call, plan: tuple[str, ...]) -> None:
    said = call(Prometheus(bursty).beside(a_cluster(a_split())), *plan)
    assert (said.code, said.err) == (0, "")
    first, second, *_ = said.out.splitlines()
    assert first == "right at 100 rps, 0.1 % of which fail usually; evidence every 10s"
    assert second == (
        f"Measured on sample-app/{NAME} over the 2h before 2026-01-01 00:00:00Z: "
        "stable's failures come about 9.8 at a time; 0.4 % take longer than 300 ms."
    )


def test_json_has_what_was_measured(call: Call, plan: tuple[str, ...]) -> None:
    prometheus = Prometheus(bursty)
    told = json.loads(call(prometheus.beside(a_cluster(a_split())), *plan, "-o", "json").out)
    assert (told["measured"], told["rps"], told["errorRate"]) == (f"sample-app/{NAME}", 100, 0.001)
    assert told["slower"] == {"300": 0.004}
    assert told["burst"] > 5
    assert [told.asked for _, told in prometheus.opened] == [
        [],
        [(1, round(NOW / 10) - 721, round(NOW / 10) - 2)],
    ]


def test_bursts_make_it_slower_than_failures_that_come_one_by_one(call: Call, plan: tuple[str, ...]) -> None:
    even = Stratum(Arm(500, 0, 500, (2,)), Arm(500, 0.5, 500, (2,)))
    took = [
        json.loads(call(Prometheus(says).beside(a_cluster(a_split())), *plan, "-o", "json").out)["seconds"]
        for says in (
            bursty,
            lambda index: Interval(index, (even,), (Arm(250, 0, 250, (1,)), Arm(250, 0.5, 250, (1,)))),
        )
    ]
    assert took[0] > took[1]


def test_a_route_nobody_asks_cannot_be_measured(call: Call, plan: tuple[str, ...]) -> None:
    said = call(Prometheus(lambda index: Interval(index, ())).beside(a_cluster(a_split())), *plan)
    assert (said.code, said.out) == (1, "")
    assert "no request to stable is known of" in said.err
    assert "try: say the traffic: --rps N" in said.err


def test_a_source_that_does_not_answer_is_told(call: Call, plan: tuple[str, ...]) -> None:
    def away(told: Told) -> None:
        told.away = True

    said = call(Prometheus(bursty, away).beside(a_cluster(a_split())), *plan)
    assert (said.code, said.out) == (1, "")
    assert "Prometheus did not answer" in said.err
