"""Between the stamp and the evidence: how long a step bakes, counted in intervals."""

from datetime import timedelta

import pytest

from canary.evidence import Evidence
from canary.rollout.boundary import bake, boundary
from canary.rollout.policy import Bake, Step
from tests.rollout.builders import UNIT, a_policy, a_stamp, a_waiting_stamp

UNEVEN = a_policy(
    steps=(Step(share=0.1, bake=Bake(min=timedelta(seconds=61), max=timedelta(minutes=10))),),
    final_bake=Bake(min=timedelta(seconds=5), max=timedelta(seconds=90)),
    min_requests=7,
)


@pytest.mark.parametrize(
    ("step", "unit", "least", "most", "control"),
    [
        (1, 1, 61, 600, True),
        (1, 5, 13, 120, True),
        (1, 10, 7, 60, True),
        (2, 5, 1, 18, False),
        (2, 60, 1, 2, False),
    ],
)
def test_a_bake_is_rounded_up_to_whole_intervals(
    step: int, unit: int, least: int, most: int, control: bool
) -> None:
    bakes = bake(a_stamp(policy=UNEVEN, step=step), timedelta(seconds=unit))
    assert (bakes.min_intervals, bakes.max_intervals, bakes.control) == (least, most, control)
    assert bakes.min_requests == 7


def test_evidence_goes_on_from_the_checkpoint() -> None:
    policy = a_policy()
    before = Evidence.begin(policy.specs({}, UNIT), policy.confidence(), 0.25).new_step(0.5)
    assert boundary(a_stamp(checkpoint=before.checkpoint()), UNIT).checkpoint() == before.checkpoint()


@pytest.mark.parametrize(
    "checkpoint", ["", "{}", "null", "nonsense", '{"v":1}', '{"v":9,"i":0,"n":null,"g":[]}']
)
def test_a_checkpoint_nobody_can_read_is_as_good_as_none(checkpoint: str) -> None:
    policy = a_policy()
    begun = Evidence.begin(policy.specs({}, UNIT), policy.confidence(), 0.5)
    assert boundary(a_stamp(checkpoint=checkpoint), UNIT) == begun


def test_what_was_never_started_has_no_evidence() -> None:
    with pytest.raises(ValueError, match="never started"):
        boundary(a_waiting_stamp(), UNIT)
