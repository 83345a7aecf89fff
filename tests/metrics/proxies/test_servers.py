"""The servers' view: the pods behind the leaves tell, for callers that are not in the mesh."""

from dataclasses import replace

from canary.sim.mesh import Behaviour
from tests.metrics.proxies.scene import LEAVES, Kind, a_scene, kinds
from tests.sim.scene import CANARY, CANARY_PODS, NAMESPACE, STABLE, STABLE_PODS

SERVERS = replace(LEAVES, view="servers")


def test_servers_tell_what_clients_got_but_not_who_they_are() -> None:
    scene = a_scene()
    scene.mesh.behave(NAMESPACE, CANARY, Behaviour(failure_rate=0.3))
    index = scene.pass_by(3)
    true = scene.truth[index]
    assert kinds(scene.told(index, SERVERS)) == {
        Kind("", service, failed): count for (_, service, failed), count in true.items()
    }


def test_probes_and_scrapes_are_no_requests() -> None:
    scene = a_scene(weights=(1000, 0))
    interval = scene.told(scene.pass_by(12), SERVERS)
    assert interval.strata is not None
    assert sum(stratum.canary.requests for stratum in interval.strata) == 0


def test_halves_and_endpoints_are_those_of_the_pods() -> None:
    scene = a_scene(canaries=2)
    interval = scene.told(scene.pass_by(), SERVERS)
    assert interval.halves is not None
    assert interval.endpoints == 2


def test_a_lost_server_makes_the_interval_unknown() -> None:
    scene = a_scene()
    scene.pass_by()
    scene.hidden[CANARY_PODS[0].pod] = "dark"
    assert (
        f"no fresh sample of 1 target(s) of Deployment {NAMESPACE}/{CANARY}"
        in scene.told(scene.pass_by(), SERVERS).why
    )


def test_a_deployment_without_a_proxy_among_the_targets_is_unknown() -> None:
    scene = a_scene()
    scene.gone |= {endpoint.pod for endpoint in STABLE_PODS}
    assert f"no proxy of Deployment {NAMESPACE}/{STABLE}" in scene.told(scene.pass_by(), SERVERS).why


def test_deployments_may_have_other_names_than_their_services() -> None:
    scene = a_scene()
    named = replace(SERVERS, stable="one", canary="two", workloads=(STABLE, CANARY))
    index = scene.pass_by()
    assert scene.told(index, named) == scene.told(index, SERVERS)
