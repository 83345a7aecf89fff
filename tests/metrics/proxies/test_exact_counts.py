"""The same traffic as the model counts it itself: interval by interval, to the last request."""

from collections.abc import Callable

import pytest

from canary.metrics.source import Leaves
from canary.sim.mesh import Behaviour, Trouble
from tests.metrics.proxies.scene import BEFORE, Scene, a_client, a_scene
from tests.sim.scene import APEX, CANARY, CANARY_PODS, NAMESPACE, STABLE

Happens = Callable[[Scene], None]


def nothing(scene: Scene) -> None:
    pass


def failures(scene: Scene) -> None:
    scene.mesh.behave(NAMESPACE, CANARY, Behaviour(failure_rate=0.3))


def an_outage_of_both(scene: Scene) -> None:
    for service in (STABLE, CANARY):
        scene.mesh.behave(NAMESPACE, service, Behaviour(failure_rate=0.5))


def a_closed_port(scene: Scene) -> None:
    scene.mesh.behave(NAMESPACE, CANARY, Behaviour(trouble=Trouble.PORT_CLOSED))


def a_black_hole(scene: Scene) -> None:
    scene.mesh.behave(NAMESPACE, CANARY, Behaviour(trouble=Trouble.BLACKHOLED))


def no_canary_endpoints(scene: Scene) -> None:
    scene.mesh.service(NAMESPACE, CANARY, [])


def no_stable_endpoints(scene: Scene) -> None:
    scene.mesh.service(NAMESPACE, STABLE, [])


def other_weights(scene: Scene) -> None:
    scene.mesh.profile(NAMESPACE, APEX, {STABLE: 500, CANARY: 500})


def silence(scene: Scene) -> None:
    scene.mesh.client(a_client(rate=0))


def another_canary_endpoint(scene: Scene) -> None:
    scene.mesh.service(NAMESPACE, CANARY, CANARY_PODS)


def another_client(scene: Scene) -> None:
    scene.mesh.client(a_client("batch", rate=50, pods=1))


@pytest.mark.parametrize(
    "happens",
    [
        nothing,
        failures,
        an_outage_of_both,
        a_closed_port,
        a_black_hole,
        no_canary_endpoints,
        no_stable_endpoints,
        other_weights,
        silence,
        another_canary_endpoint,
        another_client,
    ],
)
def test_every_interval_is_told_as_it_was(happens: Happens) -> None:
    scene = a_scene()
    scene.pass_by(3)
    happens(scene)
    last = scene.pass_by(6)
    for told, true in scene.exact(range(BEFORE + 1, last)):
        assert told == true


def test_requests_that_nobody_answers_are_failures_of_their_backend_as_soon_as_they_fail() -> None:
    scene = a_scene()
    scene.pass_by(2)
    no_canary_endpoints(scene)
    told, true = next(scene.exact([scene.pass_by()]))
    assert told == true
    assert sum(count for kind, count in true.items() if kind.failed and kind.service == CANARY) > 30


def test_endpoints_that_come_back_end_the_failures() -> None:
    scene = a_scene()
    no_canary_endpoints(scene)
    scene.pass_by(3)
    scene.mesh.service(NAMESPACE, CANARY, CANARY_PODS[:1])
    last = scene.pass_by(4)
    for told, true in scene.exact(range(BEFORE + 1, last)):
        assert told == true


def test_each_client_workload_is_told_apart() -> None:
    scene = a_scene(a_client(), a_client("batch", rate=50, pods=1))
    interval = scene.told(scene.pass_by())
    assert interval.strata is not None
    assert [stratum.client for stratum in interval.strata] == [f"{NAMESPACE}/batch", f"{NAMESPACE}/frontend"]


def test_a_second_split_of_the_same_backends_counts_for_both() -> None:
    scene = a_scene()
    index = scene.pass_by()
    assert scene.source.increments([], index, index) == {}
    both = scene.source.increments([scene_leaves(CANARY), scene_leaves("other")], index, index)
    stable = [interval.strata[0].stable for (interval,) in both.values() if interval.strata]
    assert stable[0] == stable[1]
    assert stable[0].requests


def test_the_stable_endpoints_make_two_halves() -> None:
    scene = a_scene()
    interval = scene.told(scene.pass_by())
    assert interval.strata is not None
    assert interval.halves is not None
    assert sum(half.requests for half in interval.halves) == interval.strata[0].stable.requests
    assert all(half.requests for half in interval.halves)


def test_one_stable_endpoint_has_no_halves() -> None:
    scene = a_scene(stables=1)
    assert scene.told(scene.pass_by()).halves is None


def test_canary_endpoints_are_counted() -> None:
    scene = a_scene(canaries=2)
    assert scene.told(scene.pass_by()).endpoints == 2


def scene_leaves(canary: str) -> Leaves:
    return Leaves(NAMESPACE, STABLE, canary)
