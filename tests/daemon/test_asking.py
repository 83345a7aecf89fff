"""What the source is asked about a rollout is made from its stamp alone."""

import pytest

from canary.daemon.asking import leaves
from canary.metrics.source import Leaves
from canary.rollout.stamp import Stamp, read
from tests.rollout.builders import CANARY, STABLE, a_pin, a_policy, a_stamp

SERVERS = a_policy(view="servers")
APEX = "api"
PINS = {STABLE: a_pin("blue"), CANARY: a_pin("green")}


@pytest.mark.parametrize(
    ("stamp", "asked"),
    [
        (a_stamp(pins=PINS), Leaves("ns", STABLE, CANARY)),
        (a_stamp(pins=PINS, apex=APEX), Leaves("ns", STABLE, CANARY, apex=APEX)),
        (a_stamp(pins=PINS, apex=STABLE), Leaves("ns", STABLE, CANARY)),
        (a_stamp(pins=PINS, apex=CANARY), Leaves("ns", STABLE, CANARY)),
        (
            a_stamp(pins={CANARY: a_pin("green")}, policy=SERVERS, apex=APEX),
            Leaves("ns", STABLE, CANARY, view="servers"),
        ),
        (
            a_stamp(pins=PINS, policy=SERVERS),
            Leaves("ns", STABLE, CANARY, view="servers", workloads=("blue", "green")),
        ),
        (
            a_stamp(pins={}, bounds={300.0: None, 50.0: 0.4, 10_000.0: 0.0}),
            Leaves("ns", STABLE, CANARY, bounds=(50.0, 300.0, 10_000.0)),
        ),
    ],
)
def test_backends_apex_workloads_view_and_bounds_come_from_the_stamp(stamp: Stamp, asked: Leaves) -> None:
    assert leaves("ns", stamp) == asked
    again = read(stamp.render())
    assert isinstance(again, Stamp)
    assert leaves("ns", again) == asked
