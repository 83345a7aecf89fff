"""What a policy would have done with a recording."""

from datetime import timedelta
from typing import Any

import pytest

from canary.errors import Invalid
from canary.evidence import Arm, Interval, Stratum
from canary.replay import Ending, Found, read, relive, replay
from canary.rollout.gates import ErrorsGate, LatencyGate, ObjectiveGate
from canary.rollout.past import Past
from canary.rollout.policy import Bake, Policy, Step
from tests.replay.recordings import T0, a_line, text, timed

SHORT = Bake(min=timedelta(seconds=30), max=timedelta(minutes=5))
PLAIN = (ErrorsGate(kind="errors"), ObjectiveGate(kind="objective", success=0.99))


def a_policy(**changes: Any) -> Policy:  # noqa: ANN401 - fields of the model
    usual = {"name": "p", "steps": (Step(share=0.1, bake=SHORT),), "final_bake": SHORT, "gates": PLAIN}
    return Policy(**(usual | changes))


def over(lines: list[dict[str, Any]], policy: Policy | None = None) -> Ending:
    return replay(policy or a_policy(), read(text(lines), "f"))


FAILING = {"requests": 250, "failures": 75}


def test_a_healthy_canary_is_promoted_by_the_ladder_of_the_policy() -> None:
    ending = over([a_line(number) for number in range(60)])
    assert (ending.verdict, ending.step) == (Found.PROMOTED, 2)
    assert ending.at == T0 + 5 * (ending.intervals - 1)


def test_a_failing_canary_is_rolled_back_within_three_intervals() -> None:
    ending = over([a_line(number, canary=FAILING) for number in range(60)])
    assert (ending.verdict, ending.gate) == (Found.ROLLBACK, "errors")
    assert ending.intervals <= 3
    assert ending.evidence >= 100


def test_a_recording_that_ends_early_is_held() -> None:
    ending = over([a_line(number) for number in range(3)])
    assert (ending.verdict, ending.at, ending.intervals) == (Found.HOLD, None, 3)


def test_a_canary_nobody_asks_is_too_quiet() -> None:
    quiet = {"requests": 0, "failures": 0}
    assert over([a_line(number, canary=quiet) for number in range(80)]).verdict is Found.TOO_QUIET


def test_what_is_too_quiet_goes_back_where_the_policy_says_so() -> None:
    quiet = {"requests": 0, "failures": 0}
    policy = a_policy(on_inconclusive="rollback")
    assert over([a_line(number, canary=quiet) for number in range(80)], policy).verdict is Found.ROLLBACK


def test_a_failure_is_held_where_the_policy_says_so() -> None:
    lines = [a_line(number, canary=FAILING) for number in range(60)]
    assert over(lines, a_policy(on_failure="hold")).verdict is Found.HOLD


def test_nothing_known_for_too_long_is_rolled_back() -> None:
    lines = [a_line(0), *(a_line(number, canary=None) for number in range(1, 130))]
    ending = over(lines)
    assert ending.verdict is Found.ROLLBACK
    assert ending.message.startswith("nothing is known since 0:10:00")


def test_intervals_left_out_count_as_unknown() -> None:
    ending = over([a_line(0), a_line(1), a_line(200, canary=None)])
    assert ending.verdict is Found.ROLLBACK


def test_recorded_steps_are_followed() -> None:
    lines = [a_line(number, step=1 if number < 30 else 2) for number in range(60)]
    ending = over(lines)
    assert (ending.verdict, ending.step) == (Found.PROMOTED, 2)
    assert ending.intervals > 30


def test_a_recorded_step_the_policy_lacks_is_refused() -> None:
    with pytest.raises(Invalid, match="on step 3, policy p has 2"):
        over([a_line(0, step=3)])


def test_latency_is_judged_at_the_bounds_that_were_recorded() -> None:
    policy = a_policy(gates=(*PLAIN, LatencyGate(kind="latency", warmup=timedelta(0))))
    arms: dict[str, Any] = {
        "canary": timed(250, {"100": 100, "300": 30}),
        "stable": timed(2250, {"100": 225, "300": 22}),
    }
    ending = over([a_line(number, **arms) for number in range(60)], policy)
    assert ending.verdict is Found.ROLLBACK
    assert ending.gate.startswith("latency")


def test_a_recording_without_latency_is_judged_by_the_other_gates_and_says_so() -> None:
    policy = a_policy(gates=(*PLAIN, LatencyGate(kind="latency")))
    ending = over([a_line(number) for number in range(60)], policy)
    assert ending.verdict is Found.PROMOTED
    assert "no latency in the recording" in ending.message


def test_a_limit_above_every_recorded_bound_is_told_to_be_left_out() -> None:
    slow = ObjectiveGate(kind="objective", p99=timedelta(seconds=1))
    arms: dict[str, Any] = {"canary": timed(250, {"300": 0}), "stable": timed(2250, {"300": 0})}
    ending = over([a_line(number, **arms) for number in range(60)], a_policy(gates=(*PLAIN, slow)))
    assert ending.verdict is Found.PROMOTED
    assert (
        "(objective p99: 1s is above every latency bound that was counted (the last is 300 ms): it was left out)"
        in ending.message
    )


def test_a_bound_above_every_recorded_one_is_told_to_be_judged_at_the_last() -> None:
    far = LatencyGate(kind="latency", bounds=(timedelta(seconds=1),), warmup=timedelta(0))
    arms: dict[str, Any] = {"canary": timed(250, {"300": 0}), "stable": timed(2250, {"300": 0})}
    ending = over([a_line(number, **arms) for number in range(60)], a_policy(gates=(*PLAIN, far)))
    assert "latency bound 1s is above every latency bound that was counted" in ending.message
    assert "it is judged at 300 ms" in ending.message


FIVE = timedelta(seconds=5)


def lived(failures: float, first: int = 101, last: int = 400, known: bool = True) -> Ending:
    """As a source tells it: half of a thousand requests in each interval to the canary."""
    strata = (Stratum(Arm(500, failures), Arm(500, 1)),) if known else None
    past = Past(intervals=[Interval(index, strata) for index in range(first - 60, first - 2)])
    return relive(a_policy(), past, FIVE, (Interval(index, strata) for index in range(first, last + 1)))


def test_as_the_daemon_reads_the_newest_intervals_roll_back_at_once() -> None:
    ending = lived(150)
    assert (ending.verdict, ending.intervals, ending.at) == (Found.ROLLBACK, 3, 5.0 * 103)


def test_as_the_daemon_reads_a_step_takes_its_bake_what_settles_and_what_may_change_yet() -> None:
    ending = lived(0)
    settling, provisional, bake = 3, 2, SHORT.min // FIVE
    assert (ending.verdict, ending.step) == (Found.PROMOTED, 2)
    assert ending.intervals == 2 * (settling - 1 + bake + provisional)


def test_as_the_daemon_reads_what_is_not_known_is_rolled_back_at_the_deadline() -> None:
    assert lived(0, known=False).verdict is Found.ROLLBACK
