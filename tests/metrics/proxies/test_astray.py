"""Clients that were busy before there was a split go on to the Service in front of it, and are told apart."""

from dataclasses import replace

from canary.evidence.following import strangers
from tests.metrics.proxies.scene import LEAVES, Scene, a_client
from tests.sim.scene import APEX, a_mesh, got, reweigh
from tests.sim.scene import a_client as a_frontend

FOLLOWS, STAYS = "sample-app/web", "sample-app/frontend"


def a_scene_with_busy_clients() -> Scene:
    """The frontend asks already when the split is made and never stops; the web comes later."""
    mesh = a_mesh(None, client=a_frontend(rate=50, busy=True))
    mesh.advance(20)
    reweigh(mesh, 500, 500)
    mesh.client(a_client("web", rate=50))
    scene = Scene(mesh)
    scene.pass_by(4)
    return scene


def test_who_goes_past_the_split_is_told_exactly_and_is_a_stranger() -> None:
    scene = a_scene_with_busy_clients()
    before = got(scene.mesh, APEX)
    last = scene.pass_by(6)
    told = scene.source.increments([LEAVES], last - 5, last)[LEAVES]
    assert strangers(told, 0.5) == (STAYS,)
    assert {astray.client for interval in told for astray in interval.astray} == {STAYS}
    assert sum(astray.requests for interval in told for astray in interval.astray) == (
        got(scene.mesh, APEX) - before
    )


def test_it_is_no_evidence() -> None:
    scene = a_scene_with_busy_clients()
    told = scene.told(scene.pass_by())
    assert [stratum.client for stratum in told.strata or ()] == [FOLLOWS]
    assert told == replace(scene.told(scene.index, replace(LEAVES, apex="")), astray=told.astray)


def test_the_servers_do_not_know_which_service_was_asked() -> None:
    scene = a_scene_with_busy_clients()
    assert scene.told(scene.pass_by(), replace(LEAVES, view="servers")).astray == ()
