"""What is told of a route ends with it."""

from canary.daemon.teller import Teller
from canary.rollout.snapshot import Decision

NAME = ("ns", "split")


def test_a_route_that_is_gone_needs_nobody_any_more() -> None:
    teller = Teller()
    teller.decided(NAME, None, Decision("Drifted", "somebody wrote weights", page=True, rule="drifting"))
    assert teller.registry.get_sample_value("canary_needs_person") == 1
    teller.gone(NAME)
    assert teller.registry.get_sample_value("canary_needs_person") == 0
