"""A metric gate: as a policy writes it, as a stamp remembers it, and what follows from what was read."""

import pytest
from pydantic import ValidationError

from canary.errors import Invalid
from canary.rollout.metric import MetricGate
from canary.rollout.policy import Policy
from canary.rollout.policyfile import document, read
from canary.rollout.reading import FRESH, Reading, State, judge
from canary.rollout.stamp import read as read_stamp
from tests.rollout.builders import a_policy, a_stamp

QUERY = 'sum(depth{namespace="{{namespace}}"})'

FILE = """\
apiVersion: canary.delivery/v1alpha1
kind: RolloutPolicy
metadata: {name: p}
spec:
  steps: [{share: 10%}]
  gates:
    - {kind: errors}
    - kind: metric
      name: queue-depth
      query: >-
        sum(depth{namespace="{{namespace}}"})
        / 2
      max: 100
"""


def a_gate(**changes: object) -> MetricGate:
    """Above 100 in 3 of 5 it fails."""
    given = {"kind": "metric", "name": "queue-depth", "query": QUERY, "max": 100, **changes}
    return MetricGate.model_validate(given)


def with_gates(*gates: MetricGate) -> Policy:
    return a_policy(gates=[{"kind": "errors"}, *gates])


def test_a_folded_query_is_one_line() -> None:
    (gate,) = read(FILE, "p.yaml").metrics
    assert gate.query == 'sum(depth{namespace="{{namespace}}"}) / 2'
    assert (gate.min, gate.max, gate.failures, gate.of) == (None, 100, 3, 5)


@pytest.mark.parametrize(
    ("line", "place", "why"),
    [
        ("max: .inf", "13:12", "number"),
        ("max: yes", "13:12", "number"),
        ("max: 1%", "13:12", "number"),
        ("speed: 1", "13:14", "known here: kind, name, query, min, max, failures, of"),
        ("failures: 3", "8:7", "a metric needs a limit: min, max, or both"),
        ("max: 1\n      min: 2", "8:7", "min must be at most max"),
        ("max: 1\n      of: 2", "8:7", "failures must be at most `of`"),
        ("max: 1\n      of: 61", "14:11", "less than or equal to 60"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(line: str, place: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as error:
        read(FILE.replace("max: 100", line), "p.yaml")
    assert error.value.at == f"p.yaml:{place}"


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("'x{{canary}}'", "a placeholder stands only in the text of a label matcher"),
        ("'@0123456789abcdef'", "this is the digest of a query; write the query itself"),
        ("''", "it is empty"),
        ("[x]", "string"),
    ],
)
def test_a_query_that_cannot_be_asked_is_told_with_its_place(query: str, why: str) -> None:
    file = FILE.replace('>-\n        sum(depth{namespace="{{namespace}}"})\n        / 2', query)
    with pytest.raises(Invalid, match=why) as error:
        read(file, "p.yaml")
    assert error.value.at == "p.yaml:10:14"


def test_a_shown_policy_has_the_query() -> None:
    policy = read(FILE, "p.yaml")
    (_, gate) = document(policy)["spec"]["gates"]
    assert gate == {
        "kind": "metric",
        "name": "queue-depth",
        "query": policy.metrics[0].query,
        "max": 100.0,
        "failures": 3,
        "of": 5,
    }


@pytest.mark.parametrize("name", ["", "a b", "A", "-a", "a" * 33, "a@0"])
def test_names_are_short_words(name: str) -> None:
    with pytest.raises(ValidationError):
        a_gate(name=name)


def test_there_are_four_of_different_names_at_most() -> None:
    assert len(with_gates(*(a_gate(name=f"m{number}") for number in range(4))).metrics) == 4
    for names in (["a", "a"], ["a", "b", "c", "d", "e"]):
        with pytest.raises(ValidationError, match="4 gates of kind metric, each with a name of its own"):
            with_gates(*(a_gate(name=name) for name in names))


def test_a_metric_takes_no_place_of_a_question() -> None:
    gates = [{"kind": "errors"}, *({"kind": "objective", key: "1s"} for key in ("p50", "p90", "p95", "p99"))]
    latency = {"kind": "latency", "bounds": ["1ms", "5ms", "10ms"]}
    assert a_policy(0.1, gates=[*gates, latency, a_gate()]).metrics


def test_a_stamp_holds_which_query_it_was_and_never_its_text() -> None:
    policy = with_gates(a_gate(), a_gate(name="other", query="x", min=-1))
    stamp = a_stamp(policy=policy)
    written = stamp.render()
    assert "depth{" not in written
    assert stamp.policy is not None
    assert [gate.key for gate in stamp.policy.metrics] == [gate.key for gate in policy.metrics]
    assert stamp.policy.metrics[0].key.startswith("queue-depth@")
    assert '{"kind":"metric","name":"queue-depth","query":"@' in written
    assert read_stamp(written) == stamp


def test_another_query_of_the_same_name_is_another() -> None:
    assert a_gate().key != a_gate(query="x").key
    assert a_gate().key == a_gate(query=f"  {QUERY}\n").key


def test_a_policy_without_metrics_is_stamped_as_it_is() -> None:
    policy = a_policy()
    assert policy.stamped is policy
    assert "metric" not in a_stamp(policy=policy).render()


G, B, X = 50.0, 150.0, None
"""Good, bad, unknown."""

JUDGED = {
    "all good": ([G] * 5, State.FINE),
    "two of five": ([B, G, B, G, G], State.FINE),
    "three of five": ([B, G, B, G, B], State.FAILED),
    "three, but one is too long ago": ([B, G, B, G, B, G], State.FINE),
    "three at once on a step that has just settled": ([B, B, B], State.FAILED),
    "two, and not enough points": ([B, B, G], State.AWAITED),
    "good, and not enough points": ([G] * 4, State.AWAITED),
    "none yet": ([], State.UNKNOWN),
    "one unknown": ([G, G, X, G, G], State.UNKNOWN),
    "one unknown long ago": ([X, G, G, G, G, G], State.FINE),
    "three bad beside unknown": ([B, X, B, X, B], State.FAILED),
    "two bad beside unknown": ([B, X, B, X, X], State.UNKNOWN),
    "all unknown": ([X] * 5, State.UNKNOWN),
}


@pytest.mark.parametrize(("values", "state"), JUDGED.values(), ids=JUDGED)
def test_m_of_the_last_n_points_fail_and_unknown_is_neither(values: list[float | None], state: State) -> None:
    reading = Reading(100, tuple(values), why="it answers nothing")
    found = judge(a_gate(), reading, settled=100, now=100 + len(values))
    assert found.state is state
    assert found.message.startswith("metric queue-depth: ")


@pytest.mark.parametrize(
    ("settled", "state"),
    [(None, State.AWAITED), (98, State.FAILED), (103, State.AWAITED), (110, State.AWAITED)],
)
def test_points_from_before_the_step_settled_never_count(settled: int | None, state: State) -> None:
    assert judge(a_gate(), Reading(100, (B,) * 5), settled, 106).state is state
    assert judge(a_gate(of=3), Reading(100, (B, B, G, G, G)), 102, 106).state is State.FINE


def test_what_was_read_long_ago_passes_nothing_and_still_fails() -> None:
    for value, fresh, old in ((G, State.FINE, State.UNKNOWN), (B, State.FAILED, State.FAILED)):
        reading = Reading(100, (value,) * 5)
        assert judge(a_gate(), reading, 100, 104 + FRESH).state is fresh
        assert judge(a_gate(), reading, 100, 105 + FRESH).state is old
    assert judge(a_gate(), None, 100, 110).state is State.AWAITED


@pytest.mark.parametrize(
    ("limits", "value", "told"),
    [
        ({"max": 10}, 11.0, "above 10"),
        ({"min": 0.5, "max": None}, 0.0, "below 0.5"),
        ({"min": 1, "max": 2}, 0.0, "outside 1 to 2"),
        ({"min": 1, "max": 2}, 3.0, "outside 1 to 2"),
    ],
)
def test_a_point_beyond_a_limit_fails(limits: dict[str, float], value: float, told: str) -> None:
    found = judge(a_gate(**limits), Reading(1, (value,) * 3), 1, 4)
    assert (
        found.message == f"metric queue-depth: 3 of the last 3 points are {told}, the last such one {value:g}"
    )


def test_a_point_at_a_limit_does_not_fail() -> None:
    assert judge(a_gate(min=50, max=50), Reading(1, (G,) * 5), 1, 6).state is State.FINE
