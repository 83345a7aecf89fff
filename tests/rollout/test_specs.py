"""From a policy's gates to the questions the evidence answers: which bounds, which margins, which parts of alpha."""

from datetime import timedelta

import pytest

from canary.evidence import Errors, Latency, LatencyObjective, Objective
from canary.evidence.bounds import DEFAULT
from canary.rollout.bounds import HISTOGRAM, Bounds, bound_from, watched
from canary.rollout.policy import Policy
from tests.rollout.builders import a_policy

UNIT = timedelta(seconds=5)
ERRORS = {"kind": "errors", "ratio": 2, "margin": "0.5%"}
SUCCESS = {"kind": "objective", "success": "99.5%"}
P99 = {"kind": "objective", "p99": "250ms"}
P50 = {"kind": "objective", "p50": "20ms"}
LATENCY = {"kind": "latency", "ratio": 1.4, "margin": "0.3%", "warmup": "31s"}
LISTED = {"kind": "latency", "bounds": ["100ms", "150ms", "1s"]}
TAILS = {20.0: 0.6, 50.0: 0.2, 100.0: 0.04, 200.0: 0.012, 300.0: 0.004, 500.0: 0.0001, 1000.0: 0.0}


def asking(*gates: object) -> Policy:
    return a_policy(gates=gates)


def a_ms(milliseconds: float) -> timedelta:
    return timedelta(milliseconds=milliseconds)


def test_errors_and_success_are_asked_without_a_bound() -> None:
    errors, objective = asking(ERRORS, SUCCESS).specs({}, UNIT)
    assert errors == Errors(ratio=2, margin=0.005, weight=0.8)
    assert isinstance(objective, Objective)
    assert objective.margin == 0.005
    assert objective.weight == pytest.approx(0.2)


def test_latency_is_asked_at_every_bound_with_stable_s_tail_there() -> None:
    policy = asking(ERRORS, LATENCY)
    _, low, high = policy.specs({100.0: 0.3, 300.0: 0.01}, UNIT)
    assert isinstance(low, Latency)
    assert isinstance(high, Latency)
    assert (low.bound, low.bound_ms, low.tail, low.warmup) == (0, 100.0, 0.3, 7)
    assert (high.bound, high.bound_ms, high.ratio, high.margin) == (1, 300.0, 1.4, 0.003)


def test_a_percentile_is_asked_at_the_next_bound_and_says_so() -> None:
    policy = asking(ERRORS, P99)
    bounds = watched(policy.gates, {})
    assert bounds == {300.0: None}
    objective = policy.specs(bounds, UNIT)[1]
    assert isinstance(objective, LatencyObjective)
    assert (objective.bound, objective.bound_ms, objective.within_ms) == (0, 300.0, 250.0)
    assert (objective.margin, objective.warmup) == (0.01, 12)
    assert policy.notes == (
        "objective p99: 250ms is judged at 300 ms, the next bound of Linkerd's histogram",
    )
    assert asking(ERRORS, {"kind": "objective", "p99": "300ms"}).notes == ()


@pytest.mark.parametrize(
    ("gates", "parts"),
    [
        ((ERRORS,), {"errors": 1.0}),
        ((ERRORS, SUCCESS), {"errors": 0.8, "objective": 0.2}),
        ((ERRORS, SUCCESS, P99), {"errors": 0.8, "objective": 0.2}),
        ((ERRORS, LISTED), {"errors": 4 / 9, "latency": 5 / 9}),
        ((ERRORS, SUCCESS, P99, P50, LATENCY), {"errors": 0.4, "objective": 0.1, "latency": 0.5}),
    ],
)
def test_each_kind_has_its_part_of_alpha_spread_evenly_and_none_lies_idle(
    gates: tuple[object, ...], parts: dict[str, float]
) -> None:
    policy = asking(*gates)
    specs = policy.specs(watched(policy.gates, {}), UNIT)
    assert sum(spec.weight for spec in specs) == pytest.approx(1)
    for kind, part in parts.items():
        weights = [spec.weight for spec in specs if spec.kind == kind]
        assert sum(weights) == pytest.approx(part)
        assert max(weights) == pytest.approx(min(weights))


def test_bounds_nobody_listed_are_chosen_by_how_fast_stable_was() -> None:
    assert watched(asking(ERRORS, LATENCY).gates, TAILS) == {
        20.0: 0.6,
        50.0: 0.2,
        100.0: 0.04,
        200.0: 0.012,
        300.0: 0.004,
    }


def test_where_nothing_is_known_of_stable_there_are_usual_ones() -> None:
    assert tuple(watched(asking(ERRORS, LATENCY).gates, {})) == DEFAULT


def test_a_stable_faster_than_every_bound_is_watched_at_the_lowest() -> None:
    assert watched(asking(ERRORS, LATENCY).gates, {1.0: 0.001, 2.0: 0.0}) == {1.0: 0.001}


def test_a_stable_slower_than_every_bound_is_not_compared() -> None:
    policy = asking(ERRORS, LATENCY)
    bounds = watched(policy.gates, {1.0: 1.0, 50_000.0: 0.99})
    assert bounds == {}
    assert len(policy.specs(bounds, UNIT)) == 1


def test_what_only_an_objective_looks_at_is_not_compared_with_stable() -> None:
    policy = asking(ERRORS, P99, {"kind": "latency", "bounds": ["100ms"]})
    bounds = watched(policy.gates, {100.0: 0.04, 300.0: 0.05})
    assert bounds == {100.0: 0.04, 300.0: None}
    assert [spec.name for spec in policy.specs(bounds, UNIT)] == [
        "errors",
        "objective 99 % within 250 ms",
        "latency 100 ms",
    ]


def test_listed_bounds_are_rounded_up_too_and_say_so() -> None:
    policy = asking(ERRORS, LISTED)
    assert tuple(watched(policy.gates, TAILS)) == (100.0, 200.0, 1000.0)
    assert policy.notes == ("latency bound 150ms is judged at 200 ms, the next bound of Linkerd's histogram",)


def test_the_proxies_own_bounds_count_where_they_are_known() -> None:
    assert watched(asking(ERRORS, P99).gates, {200.0: 0.1, 255.0: 0.01, 300.0: 0.0}) == {255.0: None}


@pytest.mark.parametrize(
    ("within", "bound"), [(1, 1), (6, 10), (50, 50), (51, 100), (50_000, 50_000), (60_000, 50_000)]
)
def test_a_limit_is_judged_at_the_first_bound_from_it_on(within: float, bound: float) -> None:
    assert bound_from(a_ms(within)) == bound
    assert bound in HISTOGRAM


def test_together_they_are_eight_questions_at_most() -> None:
    policy = asking(ERRORS, SUCCESS, P99, P50, LATENCY)
    many = {float(bound): 0.5 / (1 + place) for place, bound in enumerate(HISTOGRAM)}
    bounds: Bounds = watched(policy.gates, many)
    assert len(policy.specs(bounds, UNIT)) == 8
