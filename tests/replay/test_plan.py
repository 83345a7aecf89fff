"""Plans: the chance they are made of, and what they say at much, at little and at no traffic."""

from datetime import timedelta
from random import Random
from statistics import mean, pvariance

import pytest

from canary.replay.plan import Plan, Service, Stage, plan
from canary.replay.plan.dice import out_of, poisson
from canary.rollout.gates import ErrorsGate, LatencyGate, ObjectiveGate
from canary.rollout.policy import Bake, Policy, Step

UNIT = timedelta(seconds=5)
BAKE = Bake(min=timedelta(seconds=30), max=timedelta(minutes=5))
ERRORS, SUCCESS = ErrorsGate(kind="errors"), ObjectiveGate(kind="objective", success=0.99)
MANY = 4000


def a_policy(**changes: object) -> Policy:
    usual = {
        "name": "p",
        "steps": (Step(share=0.2, bake=BAKE),),
        "final_bake": BAKE,
        "gates": (ERRORS, SUCCESS),
    }
    return Policy.model_validate(usual | changes)


def planned(rps: float, policy: Policy | None = None, rate: float = 0.001) -> Plan:
    policy = policy or a_policy()
    return plan(policy, Service.under(policy.gates, rps, rate), UNIT, Random(1), runs=9)


def catches(stage: Stage) -> dict[str, float | None]:
    return {catch.name: catch.seconds for catch in stage.catches}


@pytest.mark.parametrize("usual", [0.0, 0.3, 5, 29, 31, 900])
def test_arrivals_are_poisson(usual: float) -> None:
    dice = Random(3)
    counts = [poisson(usual, dice) for _ in range(MANY)]
    assert mean(counts) == pytest.approx(usual, rel=0.1, abs=0.02)
    assert pvariance(counts) == pytest.approx(usual, rel=0.15, abs=0.05)


@pytest.mark.parametrize(
    ("number", "part"),
    [(0, 0.5), (9, 0.0), (9, 0.4), (9, 0.9), (9, 1.0), (2000, 0.001), (2000, 0.4), (2000, 0.999)],
)
def test_some_out_of_many_are_binomial(number: int, part: float) -> None:
    dice = Random(3)
    counts = [out_of(number, part, dice) for _ in range(MANY)]
    assert all(0 <= count <= number for count in counts)
    assert mean(counts) == pytest.approx(number * part, rel=0.05, abs=0.02)
    assert pvariance(counts) == pytest.approx(number * part * (1 - part), rel=0.15, abs=0.05)


def test_a_plan_is_the_same_each_time() -> None:
    assert planned(20) == planned(20)


def test_much_traffic_waits_for_the_shortest_bake_and_what_the_daemon_takes_to_see() -> None:
    first = planned(1000).stages[0]
    assert (first.by, first.seconds, first.undecided) == ("bake.min", 30 + 2 * 5 + 2 * 5, 0)
    assert first.requests == pytest.approx(0.2 * 1000 * first.seconds, rel=0.02)


def test_a_dead_canary_is_caught_within_three_intervals_of_the_first_step() -> None:
    assert catches(planned(100).stages[0])["dead"] in (10, 15)


def test_what_is_worse_is_caught_sooner() -> None:
    found = catches(planned(50).stages[0])
    one, five, dead = (found[name] or float("inf") for name in ("+1 %", "+5 %", "dead"))
    assert one > five > dead


def test_little_traffic_catches_nothing_small_within_the_longest_bake() -> None:
    first = planned(2).stages[0]
    assert catches(first)["+1 %"] is None
    assert all(catch.passed < 0.5 for catch in first.catches)
    assert first.by == "bake.max"


def test_hardly_any_traffic_leaves_it_to_a_person() -> None:
    found = planned(1e-6)
    assert all(stage.undecided == 1 for stage in found.stages)
    assert all(catch.caught == 0 for stage in found.stages for catch in stage.catches)


@pytest.mark.parametrize("rate", [0.0, 0.001, 0.2])
def test_a_healthy_canary_is_not_taken_back_beside_a_stable_version_that_fails_as_often(rate: float) -> None:
    assert planned(50, rate=rate).stages[0].taken_back == 0


def test_an_objective_that_the_service_misses_anyway_is_seen_to_take_back_at_100_percent() -> None:
    assert planned(50, rate=0.2).stages[-1].taken_back == 1


def test_without_a_gate_on_latency_nothing_is_said_about_slowness() -> None:
    assert "2x slower" not in catches(planned(50).stages[0])
    slow = planned(500, a_policy(gates=(ERRORS, LatencyGate(kind="latency", warmup=timedelta(0)))))
    assert catches(slow.stages[0])["2x slower"] is not None


def test_the_service_it_is_made_for_keeps_the_objectives_of_the_policy() -> None:
    strict = ObjectiveGate(kind="objective", p99=timedelta(milliseconds=20))
    service = Service.under((ERRORS, strict), 100, 0.001)
    assert service.tails()[20.0] <= 0.005
    assert planned(100, a_policy(gates=(ERRORS, strict))).stages[0].undecided == 0


def test_bakes_of_days_are_played_in_longer_intervals() -> None:
    days = Bake(min=timedelta(seconds=30), max=timedelta(days=10))
    found = planned(0.001, a_policy(steps=(Step(share=0.2, bake=days),), final_bake=days))
    assert found.unit == timedelta(minutes=20)


def test_all_of_it_takes_as_long_as_its_steps() -> None:
    found = planned(30)
    assert found.seconds == sum(stage.seconds for stage in found.stages)
    assert all(stage.seconds <= stage.slowest for stage in found.stages)
